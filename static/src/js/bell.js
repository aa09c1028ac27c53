// The bell: asks for the count now and then while the tab is looked at, and loads its menu when it opens.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each } from "./attach.js";

const EVERY = 60_000;
const KEPT = "bell";
let timer = 0;
let last = 0;

function show(badge, words) {
  for (const bell of document.querySelectorAll("[data-bell]")) {
    const count = bell.querySelector(".badge-count");
    count.dataset.badge = badge; // drawn by the style sheet: the label says it in words
    count.hidden = !badge;
    (bell.querySelector("summary") ?? bell).setAttribute("aria-label", words);
  }
}

function keep(found) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...found, at: last, lang: document.documentElement.lang }));
  } catch {
    // Storage may be shut off; the count is asked for again then.
  }
}

/** What another page of this tab heard lately, so that leafing through pages does not ask each time. */
function remembered() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return found?.lang === document.documentElement.lang && Date.now() - found.at < EVERY / 4 ? found : null;
  } catch {
    return null;
  }
}

async function ask(address) {
  last = Date.now();
  try {
    // “no-cache” sends the tag of what is kept: the answer to the same count is an empty 304.
    const answer = await fetch(address, { cache: "no-cache", headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return false;
    const found = await answer.json();
    show(found.badge, found.words);
    keep(found);
  } catch {
    // Offline for a moment; the next round asks again.
  }
  return true;
}

function rounds(address) {
  const next = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(round, Math.max(0, last + EVERY - Date.now()));
  };
  const round = async () => {
    if (await ask(address)) next();
  };
  document.addEventListener("visibilitychange", next);
  const known = remembered();
  if (known) {
    last = known.at;
    show(known.badge, known.words);
    next();
  } else round();
}

let started = false;
each("[data-bell]", (bell) => {
  if (!started) rounds(bell.dataset.bell);
  started = true;
});
each("details[data-bell]", (bell) => {
  const body = bell.querySelector(".menu-body");
  bell.addEventListener("toggle", () => {
    if (bell.open) htmx.trigger(body, "bell-open");
  });
  body.addEventListener("htmx:afterSwap", () => ask(bell.dataset.bell));
});
