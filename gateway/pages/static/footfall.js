// The cards of the shop and of its entrances: who came, who went, who is inside.
import { element } from "./live.js";
import { lang, name, t } from "./staff.js";

const SURE = 0.95; // below it the day was not seen whole, and the card says how much was
const number = (value) => element("strong", "", String(value));

function clock(seconds) {
  return new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short" }).format(new Date(1000 * seconds));
}

function shopCard(shop) {
  const known = shop.blind === null;
  const card = element("article", `card shop ${known ? "" : "unknown"}`, element("p", "title", t.inside));
  if (!known) {
    card.append(element("p", "figure", t.unknown));
    return card;
  }
  card.append(element("p", "figure", number(shop.inside), ` ${t.people}`));
  if (shop.inside_low !== null) {
    card.append(element("p", "age", `${t.inside_band} ${shop.inside_low}–${shop.inside_high}`));
  }
  card.append(element("p", "age", `${shop.entered} ${t.came_in} · ${shop.left} ${t.went_out}`));
  if (shop.confidence < SURE) {
    card.append(element("p", "age", `${Math.floor(100 * shop.confidence)} % ${t.seen_share}`));
  }
  card.append(element("p", "age", `${t.since} ${clock(shop.since_s)}`));
  return card;
}

function lineCard(line) {
  const known = line.blind === null;
  const card = element("article", `card ${known ? "" : "unknown"}`, element("p", "title", name("lines", line.line)));
  card.append(...(known
    ? [element("p", "figure", number(line.entered), ` ${t.came_in}`), element("p", "figure", number(line.left), ` ${t.went_out}`)]
    : [element("p", "figure", t.unknown)]));
  return card;
}

export function showFootfall(place, store) {
  const lines = Object.values(store.lines);
  place.parentElement.hidden = lines.length === 0;
  const shop = store.footfall.since_s === null ? [] : [shopCard(store.footfall)];
  place.replaceChildren(...shop, ...lines.map(lineCard));
}
