import { showCards } from "./cards.js";
import { element } from "./live.js";
import { ago, followStore, lang, t } from "./staff.js";
import { buttons } from "./steps.js";

const list = document.getElementById("alerts");

// Which steps a person can take from each state.
const STEPS = {
  raised: ["acknowledge", "start", "resolve"],
  notified: ["acknowledge", "start", "resolve"],
  acknowledged: ["start", "resolve"],
  in_progress: ["resolve"],
};

function card(alert) {
  const state = [t[alert.severity], t[alert.state], alert.owner, alert.overdue ? t.overdue : null];
  return element(
    "article",
    `alert ${alert.severity} ${alert.state}`,
    element("p", "kind", state.filter(Boolean).join(" · ")),
    element("p", "text", alert.text[lang]),
    element("p", "age", ""),
    ...buttons(alert.alert, STEPS[alert.state] ?? []),
  );
}

function show(store) {
  if (store === null) return; // the alerts stay readable under the banner: they are no measure
  const only = list.dataset.only;
  const alerts = store.alerts.filter((alert) => !only || alert.alert === only);
  showCards(list, alerts.map((alert) => ({
    id: alert.alert,
    key: [alert.state, alert.owner, alert.text, alert.severity, alert.overdue],
    make: () => card(alert),
    refresh: (made) => {
      made.querySelector(".age").textContent = ago(Math.max(0, store.now_s - Date.parse(alert.raised) / 1000));
    },
  })));
  document.getElementById("no-alerts").hidden = alerts.length > 0;
}

followStore(show);
