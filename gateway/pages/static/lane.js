import { follow, texts } from "./live.js";

const both = texts();
const body = document.body;
const byId = (id) => document.getElementById(id);
const UNKNOWN = { state: "unknown", waiting: null, wait_low_min: null, wait_high_min: null, go_to: null, arrow: "none" };
const SWAPPED = { left: "right", right: "left", none: "none" };

function show(sign) {
  body.dataset.state = sign.state;
  const known = sign.waiting !== null;
  const [zh, en] = both[known ? sign.state : "unknown"];
  // People are seen and the cashier is not: then open or closed is left unsaid.
  byId("state").hidden = known && sign.state === "unknown";
  byId("state-zh").textContent = zh;
  byId("state-en").textContent = en;
  const serving = known && sign.state !== "closed";
  byId("measures").hidden = !serving;
  byId("waiting").textContent = serving ? sign.waiting : "";
  showWait(serving ? sign : UNKNOWN);
  showBetter(sign);
}

function showWait(sign) {
  const { wait_low_min: low, wait_high_min: high } = sign;
  byId("wait-row").hidden = low === null;
  if (low === null) return;
  byId("wait").textContent = low === 0 ? (high <= 1 ? "<1" : `≤${high}`) : `${low}–${high}`;
}

function showBetter(sign) {
  const better = byId("better");
  better.hidden = sign.go_to === null;
  if (sign.go_to === null) return;
  better.dataset.arrow = body.dataset.mirrored === "true" ? SWAPPED[sign.arrow] : sign.arrow;
  const closed = sign.state === "closed";
  byId("better-zh").textContent = closed ? `${both.please_use[0]}${sign.go_to.zh}` : `${sign.go_to.zh}${both.faster[0]}`;
  byId("better-en").textContent = closed ? `${both.please_use[1]} ${sign.go_to.en}` : `${sign.go_to.en} ${both.faster[1]}`;
}

show(UNKNOWN);
const screen = body.dataset.screen ? `?screen=${encodeURIComponent(body.dataset.screen)}` : "";
follow(`/api/v1/stream/lanes/${encodeURIComponent(body.dataset.lane)}${screen}`, show, () => show(UNKNOWN));
