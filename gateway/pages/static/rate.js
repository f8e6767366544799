// A screen on which a shopper says how it was: a face, then what it was about. Nobody is known.
const SHOWN_MS = 4000; // thanks
const LEFT_MS = 20000; // whoever walks away half-way has still given a face

const byId = (id) => document.getElementById(id);
const lane = document.body.dataset.lane || null;
let rating = null;
let timer = 0;

function show(section) {
  for (const id of ["ask", "why", "thanks", "failed"]) byId(id).hidden = id !== section;
}

// Not crypto.randomUUID: pages in a shop come over plain HTTP, where browsers do not have it.
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function begin() {
  clearTimeout(timer);
  rating = null;
  byId("comment").value = "";
  show("ask");
}

async function send() {
  clearTimeout(timer);
  if (rating === null) return;
  const body = JSON.stringify({ ...rating, comment: byId("comment").value.trim() });
  rating = null;
  const headers = { "Content-Type": "application/json" };
  let answer = null;
  for (let attempt = 0; attempt < 2 && !answer?.ok; attempt += 1) {
    answer = await fetch("/api/v1/ratings", { method: "POST", headers, body }).catch(() => null);
  }
  show(answer?.ok ? "thanks" : "failed");
  timer = setTimeout(begin, SHOWN_MS);
}

for (const face of document.querySelectorAll(".face")) {
  face.addEventListener("click", () => {
    rating = { id: newId(), score: Number(face.dataset.score), topic: lane ? "checkout" : "store", lane };
    show("why");
    timer = setTimeout(send, LEFT_MS);
  });
}
for (const topic of document.querySelectorAll(".topic")) {
  topic.addEventListener("click", () => {
    if (rating !== null) rating.topic = topic.dataset.topic;
    send();
  });
}
byId("comment").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(send, LEFT_MS);
});
