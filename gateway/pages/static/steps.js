// Buttons by which people take an alert a step on, and the list of cards they stand on.
import { element } from "./live.js";
import { t } from "./staff.js";

const who = document.getElementById("who");
who.value = localStorage.getItem("who") ?? "";
who.addEventListener("change", () => localStorage.setItem("who", who.value.trim()));

async function take(alert, step, button) {
  button.disabled = true;
  const answer = await fetch(`/api/v1/alerts/${alert}/${step}`, {
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

export function buttons(alert, steps) {
  const made = steps.map((step) => {
    const button = element("button", step, t[step]);
    button.type = "button";
    button.addEventListener("click", () => take(alert, step, button));
    return button;
  });
  const failed = element("p", "failed", t.failed);
  failed.hidden = true;
  return [element("p", "steps", ...made), failed];
}

// Shows cards; one whose key did not change stays, so that no button moves away under a finger.
export function showCards(list, cards) {
  const shown = new Map([...list.children].map((child) => [child.dataset.alert, child]));
  const wanted = cards.map(({ alert, key, make, refresh }) => {
    const text = JSON.stringify(key);
    let card = shown.get(alert);
    if (!card || card.dataset.key !== text) {
      card = make();
      card.dataset.alert = alert;
      card.dataset.key = text;
    }
    if (refresh) refresh(card);
    return card;
  });
  const same = wanted.length === list.children.length && wanted.every((c, i) => c === list.children[i]);
  if (!same) list.replaceChildren(...wanted);
}
