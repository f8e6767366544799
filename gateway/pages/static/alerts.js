import { element } from "./live.js";
import { ago, followStore, lang, t } from "./staff.js";

const list = document.getElementById("alerts");
const who = document.getElementById("who");
who.value = localStorage.getItem("who") ?? "";
who.addEventListener("change", () => localStorage.setItem("who", who.value.trim()));

// Which steps a person can take from each state.
const STEPS = {
  raised: ["acknowledge", "start", "resolve"],
  notified: ["acknowledge", "start", "resolve"],
  acknowledged: ["start", "resolve"],
  in_progress: ["resolve"],
};

async function take(alert, step, button) {
  button.disabled = true;
  const answer = await fetch(`/api/v1/alerts/${alert.alert}/${step}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ who: who.value.trim() || "staff" }),
  }).catch(() => null);
  // 404 and 409: somebody else was faster; the stream brings how it stands.
  if (answer === null || ![200, 404, 409].includes(answer.status)) {
    button.disabled = false;
    button.closest(".alert").querySelector(".failed").hidden = false;
  }
}

function buttons(alert) {
  return (STEPS[alert.state] ?? []).map((step) => {
    const button = element("button", step, t[step]);
    button.type = "button";
    button.addEventListener("click", () => take(alert, step, button));
    return button;
  });
}

function card(alert) {
  const failed = element("p", "failed", t.failed);
  failed.hidden = true;
  const made = element(
    "article",
    `alert ${alert.severity} ${alert.state}`,
    element("p", "kind", `${t[alert.severity]} · ${t[alert.state]}${alert.owner ? ` · ${alert.owner}` : ""}`),
    element("p", "text", alert.text[lang]),
    element("p", "age", ""),
    element("p", "steps", ...buttons(alert)),
    failed,
  );
  made.dataset.alert = alert.alert;
  made.dataset.key = JSON.stringify([alert.state, alert.owner, alert.text, alert.severity]);
  return made;
}

function show(store) {
  if (store === null) return; // the alerts stay readable under the banner: they are no measure
  const shown = new Map([...list.children].map((child) => [child.dataset.alert, child]));
  const wanted = store.alerts.map((alert) => {
    const fresh = card(alert);
    const old = shown.get(alert.alert);
    // A card that did not change stays, so that no button moves away under a finger.
    const keep = old && old.dataset.key === fresh.dataset.key ? old : fresh;
    keep.querySelector(".age").textContent = ago(Math.max(0, store.now_s - Date.parse(alert.raised) / 1000));
    return keep;
  });
  const same = wanted.length === list.children.length && wanted.every((c, i) => c === list.children[i]);
  if (!same) list.replaceChildren(...wanted);
  document.getElementById("no-alerts").hidden = store.alerts.length > 0;
}

followStore(show);
