// The cards of the shop and of its entrances: who came, who went, who is inside.
import { element } from "./live.js";
import { lang, name, t } from "./staff.js";

const SURE = 0.95; // below it the day was not seen whole, and the card says how much was
const say = (text, value) => text.replace("{n}", value);
const zone = document.body.dataset.zone; // the store's clock, wherever the reader is

function clock(seconds) {
  const format = new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short", timeZone: zone });
  return format.format(new Date(1000 * seconds));
}

function cameAndWent(one) {
  return `${say(t.came_in, one.entered)} · ${say(t.went_out, one.left)}`;
}

function shopCard(shop) {
  const known = shop.blind === null;
  const card = element("article", `card shop ${known ? "" : "unknown"}`, element("p", "title", t.inside));
  if (!known) {
    card.append(element("p", "figure", t.unknown));
    return card;
  }
  const rows = [cameAndWent(shop)];
  if (shop.inside_low !== null) rows.unshift(say(t.inside_band, `${shop.inside_low}–${shop.inside_high}`));
  if (shop.confidence < SURE) rows.push(say(t.seen_share, Math.floor(100 * shop.confidence)));
  rows.push(say(t.since, clock(shop.since_s)));
  card.append(
    element("p", "figure", element("strong", "", String(shop.inside)), ` ${t.people}`),
    ...rows.map((row) => element("p", "age", row)),
  );
  return card;
}

function lineCard(line) {
  const known = line.blind === null;
  return element(
    "article", `card ${known ? "" : "unknown"}`,
    element("p", "title", name("lines", line.line)),
    element("p", known ? "age" : "figure", known ? cameAndWent(line) : t.unknown),
  );
}

export function showFootfall(place, store) {
  const lines = Object.values(store.lines);
  place.parentElement.hidden = lines.length === 0;
  const shop = store.footfall.since_s === null ? [] : [shopCard(store.footfall)];
  place.replaceChildren(...shop, ...lines.map(lineCard));
}
