// What all staff pages share: the stream of the store, the banner of trouble, the count of alerts.
import { follow, texts } from "./live.js";

export const t = texts();
export const names = texts("names");
export const lang = document.documentElement.lang;

export function name(kind, id) {
  const known = names[kind][id];
  return known ? known[lang] : id;
}

export function ago(seconds) {
  if (seconds === null) return "";
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, "second"];
  return new Intl.RelativeTimeFormat(lang, { style: "narrow" }).format(-Math.floor(seconds / size), unit);
}

function trouble(text) {
  const banner = document.getElementById("trouble");
  banner.hidden = text === null;
  banner.textContent = text ?? "";
}

function count(id, number) {
  const badge = document.getElementById(id);
  badge.hidden = number === 0;
  badge.textContent = number;
}

export function followStore(show) {
  follow(
    "/api/v1/stream/store",
    (store) => {
      trouble(store.broker ? null : t.broker_lost);
      count("alert-count", store.alerts.length);
      count("task-count", (store.tasks ?? []).filter((task) => !task.finished).length);
      document.body.classList.remove("stale");
      show(store);
    },
    () => {
      trouble(t.connection_lost);
      document.body.classList.add("stale");
      show(null);
    },
  );
}
