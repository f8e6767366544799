import { showFootfall } from "./footfall.js";
import { followHeat } from "./heat.js";
import { showLanes } from "./lanes.js";
import { element } from "./live.js";
import { ago, followStore, lang, name, t } from "./staff.js";

const byId = (id) => document.getElementById(id);

function stockRow(item) {
  const row = element("li", "");
  const low = item.count !== null && item.min !== null && item.count <= item.min;
  row.className = item.count === null ? "unknown" : low ? "low" : "";
  const of = item.capacity === null ? "" : ` / ${item.capacity}`;
  row.append(
    element("span", "product", name("products", item.gtin)),
    element("span", "stock", item.count === null ? t.unknown : `${low ? "▼ " : ""}${item.count}${of}`),
  );
  if (item.capacity !== null) {
    const meter = element("span", "meter");
    const fill = element("span", "fill");
    fill.style.width = `${Math.min(100, (100 * (item.count ?? 0)) / item.capacity)}%`;
    const mark = element("span", "mark");
    mark.style.left = `${(100 * (item.min ?? 0)) / item.capacity}%`;
    meter.append(fill, mark);
    row.append(meter);
  }
  return row;
}

function shelfCard(shelf) {
  const card = element("article", `card shelf ${shelf.blind === null ? "" : "unknown"}`);
  card.append(element("p", "title", name("shelves", shelf.shelf)));
  if (shelf.blind !== null) card.append(element("p", "badge", t.unknown));
  const list = element("ul", "stock-list", ...Object.values(shelf.items).map(stockRow));
  card.append(list);
  return card;
}

function zoneCard(zone) {
  const card = element("article", `card ${zone.blind === null ? "" : "unknown"}`);
  const people = zone.occupancy === null ? t.unknown : `${zone.occupancy} ${t.people}`;
  card.append(element("p", "title", name("zones", zone.zone)), element("p", "figure", people));
  if (zone.blind !== null) return card;
  card.append(element("p", "age", `${zone.visits} ${t.visits} · ${zone.passers} ${t.passers}`));
  const stay = zone.dwell_p50_s === null ? [] : [`${t.dwell} ${Math.round(zone.dwell_p50_s)} s`];
  const faced = zone.attention === null ? [] : [`${t.attention} ${Math.round(100 * zone.attention)} %`];
  if (stay.length) card.append(element("p", "age", [...stay, ...faced].join(" · ")));
  return card;
}

function deviceCard(device) {
  const card = element("article", `card device ${device.state}`);
  card.append(element("p", "title", device.device), element("p", "badge", t[device.state]));
  const sensors = [...Object.entries(device.cameras), ...Object.entries(device.readers)];
  const rows = sensors.map(([id, health]) =>
    element("li", health.state === "ok" ? "" : "low", `${id} · ${t[health.state] ?? health.state}`));
  card.append(element("ul", "", ...rows), element("p", "age", ago(device.heard_s)));
  return card;
}

function needs(title, one) {
  const steps = [[t.needed_now, one.needed_now], [t.needed_15, one.needed_15min], [t.needed_30, one.needed_30min]];
  return element("p", "needs", title && element("span", "kind", title), ...steps
    .filter(([, count]) => count !== null && count !== undefined)
    .map(([when, count]) => element("span", count > one.open ? "more" : "", `${when} `, element("strong", "", String(count)))));
}

// Staff see what is needed, kind by kind; shoppers' screens only ever show what is staffed.
function showAdvice(advice) {
  const place = byId("advice");
  place.hidden = !advice || advice.needed_now === null;
  if (place.hidden) return;
  const kinds = Object.entries(advice.kinds ?? {});
  const rows = kinds.length ? kinds.map(([kind, one]) => needs(t[kind] ?? kind, one)) : [needs("", advice)];
  const assistant = advice.assistant ? element("p", "assistant", t.assistant) : null;
  place.replaceChildren(...rows, ...(assistant ? [assistant] : []), element("p", "why", advice.why[lang] ?? advice.why.en));
}

function show(store) {
  showAdvice(store?.advice);
  if (store === null || !store.lanes) {
    for (const id of ["lanes", "footfall", "shelves", "zones", "devices"]) byId(id).replaceChildren();
    return;
  }
  showLanes(byId("lanes"), store);
  showFootfall(byId("footfall"), store);
  byId("shelves").replaceChildren(...Object.values(store.shelves).map(shelfCard));
  byId("devices").replaceChildren(...Object.values(store.devices).map(deviceCard));
  const zones = Object.values(store.zones);
  byId("zones-section").hidden = zones.length === 0;
  byId("zones").replaceChildren(...zones.map(zoneCard));
}

followStore(show);
followHeat(byId("heat"));
