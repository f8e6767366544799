// The cards of the lanes, with the buttons by which a manager sets a lane by hand.
import { showCards } from "./cards.js";
import { element } from "./live.js";
import { ago, name, names, t } from "./staff.js";
import { post } from "./who.js";

const WORDS = ["open", "closing", "closed", null];
const number = (value) => (value === null ? "–" : String(value));

function measures(lane, state) {
  const wait = lane.wait_s === null ? "–" : `${Math.round(lane.wait_s / 60)} ${t.minutes}`;
  const rows = [
    element("p", "sign", names.lanes[lane.lane]?.sign ?? lane.lane),
    element("p", "title", name("lanes", lane.lane)),
    // People are seen and the cashier is not: then open or closed is left unsaid.
    lane.blind === null && state === "unknown" ? element("span", "") : element("p", "badge", t[state]),
    element("p", "figure", element("strong", "", number(lane.waiting)), ` ${t.waiting}`),
    element("p", "figure", element("strong", "", wait), ` ${t.wait}`),
  ];
  if (lane.blind !== null && lane.age_s !== null) rows.push(element("p", "age", ago(lane.age_s)));
  return rows;
}

// What was said of the lane by hand, and which devices have not taken it yet.
function wordText(word, lane) {
  if (!word) return "";
  const parts = [`${t.set_by_hand}${word.state === null ? t.by_camera : t[word.state]}`, word.who];
  if (!word.confirmed) parts.push(t.not_confirmed);
  if (!lane.devices.length) parts.push(t.no_device);
  for (const one of word.waiting) parts.push(one.error ? `${one.device} (${one.error})` : one.device);
  return parts.join(" · ");
}

async function say(lane, state, place) {
  const buttons = place.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  const status = await post(`/api/v1/lanes/${encodeURIComponent(lane)}/state`, { state });
  buttons.forEach((button) => { button.disabled = false; });
  place.querySelector(".failed").hidden = status === 200;
  if (status === 200) place.open = false;
}

function wordButtons(lane) {
  const place = element("details", "by-hand", element("summary", "", t.set_lane));
  const made = WORDS.map((state) => {
    const button = element("button", state ?? "camera", state === null ? t.by_camera : t[state]);
    button.type = "button";
    button.addEventListener("click", () => say(lane, state, place));
    return button;
  });
  const failed = element("p", "failed", t.failed);
  failed.hidden = true;
  place.append(element("p", "steps", ...made), failed);
  return place;
}

function card(lane) {
  const known = lane in names.lanes; // a lane that the store's config lacks cannot be set
  const parts = known ? [wordButtons(lane)] : [];
  return element("article", "", element("div", "measures"), element("p", "word"), ...parts);
}

function refresh(made, lane, word) {
  const state = lane.blind === null ? lane.state : "unknown";
  made.className = `card lane ${state}`;
  made.querySelector(".measures").replaceChildren(...measures(lane, state));
  const note = made.querySelector(".word");
  note.textContent = wordText(word, lane);
  note.hidden = !word;
  note.classList.toggle("pending", Boolean(word) && !word.confirmed);
  for (const button of made.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.classList.contains(word?.state ?? "camera")));
  }
}

export function showLanes(list, store) {
  const words = new Map((store.lane_words ?? []).map((word) => [word.lane, word]));
  showCards(list, Object.values(store.lanes).map((lane) => ({
    id: lane.lane,
    key: lane.lane,
    make: () => card(lane.lane),
    refresh: (made) => refresh(made, lane, words.get(lane.lane)),
  })));
}
