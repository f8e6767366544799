// Where people stood today: a grid over each camera's picture, without the picture.
import { element } from "./live.js";
import { ago, name, names, t } from "./staff.js";

const EVERY_MS = 60000; // devices tell once a minute
const FIRST_MS = 5000; // until there is anything to show
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 180;

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

// The scale is that of the square root: a till would leave the rest of the shop blank.
function cells(one) {
  const most = Math.sqrt(Math.max(...one.seconds, 1));
  const width = WIDTH / one.columns;
  const height = (HEIGHT * one.columns) / one.seconds.length;
  return one.seconds.flatMap((seconds, index) => seconds === 0 ? [] : [shape("rect", {
    class: "cell", x: (index % one.columns) * width, y: Math.floor(index / one.columns) * height,
    width, height, "fill-opacity": (Math.sqrt(seconds) / most).toFixed(2),
  })]);
}

function outlines(places) {
  return Object.entries(places).flatMap(([id, corners]) => {
    const points = corners.map(([x, y]) => `${(x * WIDTH).toFixed(1)},${(y * HEIGHT).toFixed(1)}`);
    const kind = id in names.lines || corners.length === 2 ? "polyline" : "polygon";
    const known = ["zones", "lines"].find((one) => id in names[one]);
    const [x, y] = points[0].split(",").map(Number);
    const label = shape("text", { x, y: Math.min(HEIGHT - 4, y + 12) }, known && name(known, id));
    return [shape(kind, { class: "place", points: points.join(" ") }), ...(known ? [label] : [])];
  });
}

function card(one, nowS) {
  const minutes = Math.round(one.seconds.reduce((sum, seconds) => sum + seconds, 0) / 60);
  const drawn = shape("svg", { class: "heat", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t.heat });
  drawn.append(...cells(one), ...outlines(one.places));
  const told = ago(Math.max(0, nowS - one.at_s));
  return element("article", "card", element("p", "title", `${one.device} · ${one.camera}`), drawn, element("p", "age", `${minutes} ${t.heat_total} · ${told}`));
}

async function refresh(place) {
  try {
    const answer = await fetch("/api/v1/heat");
    if (!answer.ok) return false;
    const { cameras, now_s: nowS } = await answer.json();
    place.parentElement.hidden = cameras.length === 0;
    place.replaceChildren(...cameras.map((one) => card(one, nowS)));
    return cameras.length > 0;
  } catch {
    return false; // the gateway is away: the banner says so, and what stands here tells its age
  }
}

export async function followHeat(place) {
  const found = await refresh(place);
  setTimeout(() => followHeat(place), found ? EVERY_MS : FIRST_MS);
}
