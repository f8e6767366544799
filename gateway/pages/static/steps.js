// Buttons by which people take an alert a step on.
import { element } from "./live.js";
import { t } from "./staff.js";
import { post } from "./who.js";

async function take(alert, step, button) {
  button.disabled = true;
  const status = await post(`/api/v1/alerts/${alert}/${step}`, {});
  // 404 and 409: somebody else was faster; the stream brings how it stands.
  if (![200, 404, 409].includes(status)) {
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
