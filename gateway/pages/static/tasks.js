import { showCards } from "./cards.js";
import { element } from "./live.js";
import { followStore, name, t } from "./staff.js";
import { buttons } from "./steps.js";

const list = document.getElementById("tasks");

function steps(task) {
  if (task.finished) return [];
  return task.owner === null ? ["start", "finish"] : ["finish"];
}

function card(task) {
  const bring = task.bring === null ? "" : ` × ${task.bring}`;
  const sources = task.sources.map(([shelf, count]) =>
    element("li", "", `${t.from} ${name("shelves", shelf)} · ${count}`));
  const state = task.finished ? t.waits_for_shelf : task.owner ? `${t.in_progress} · ${task.owner}` : t.raised;
  return element(
    "article",
    `alert ${task.urgent ? "critical" : "warning"} ${task.finished ? "finished" : ""}`,
    element("p", "kind", `${task.urgent ? t.sold_out : t.running_low} · ${state}`),
    element("p", "text", `${name("products", task.gtin)}${bring}`),
    element("p", "", `→ ${name("shelves", task.shelf)}`),
    element("ul", "", ...sources),
    ...buttons(task.alert, steps(task)),
  );
}

function show(store) {
  if (store === null) return;
  const tasks = store.tasks ?? [];
  showCards(list, tasks.map((task) => ({ id: task.alert, key: task, make: () => card(task) })));
  document.getElementById("no-tasks").hidden = tasks.length > 0;
}

followStore(show);
