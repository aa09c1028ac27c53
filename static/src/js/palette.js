// The palette: a combobox over a list that the server renders; arrows choose, Enter opens, Ctrl-Enter in a new tab.
const dialog = document.getElementById("palette");
const PAUSE = 80;
const STAY = 800; // Whoever leaves a page sooner has only passed through.

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[data-palette-status]");
  const hits = () => [...list.querySelectorAll("a[role=option]")];
  let timer = 0;
  let asked = null; // what the newest request is about
  let shown = null; // what the list answers
  let opening = null; // how to open the first hit once the answer is there

  const choose = (hit) => {
    for (const other of hits()) other.setAttribute("aria-selected", String(other === hit));
    if (hit) input.setAttribute("aria-activedescendant", hit.id);
    else input.removeAttribute("aria-activedescendant");
    hit?.scrollIntoView({ block: "nearest" });
  };
  const chosen = () => hits().findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  const open = (hit, { tab }) => {
    if (!hit) return;
    remember(hit);
    if (tab) window.open(hit.href, "_blank", "noopener");
    else window.location.assign(hit.href);
  };
  // Nobody asked for this to be noted: when it fails (signed out meanwhile, no network), nobody is told either.
  const note = ({ kind, key }) => {
    const body = new URLSearchParams({ kind, key });
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    const headers = { "X-CSRFToken": token };
    fetch(dialog.dataset.visit, { method: "POST", body, keepalive: true, headers, redirect: "manual" }).catch(() => {});
  };
  // Records note their own opening; pages and commands are only ever known to be chosen here.
  const remember = (hit) => ["pages", "commands"].includes(hit.dataset.kind) && note(hit.dataset);
  const ask = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!dialog.open || input.value === asked) return;
      asked = input.value;
      input.dispatchEvent(new Event("palette-ask"));
    }, pause);
  };

  // Letters of an unfinished Chinese word are nothing to search for.
  input.addEventListener("input", (event) => event.isComposing || ask(PAUSE));
  input.addEventListener("compositionend", () => ask(0));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const all = hits();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(chosen() + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const how = { tab: event.ctrlKey || event.metaKey };
      // Whoever types faster than the answer comes means what they typed, not what still stands there.
      if (shown !== input.value) opening = how;
      else open(all[Math.max(chosen(), 0)], how);
      ask(0);
    }
  });
  list.addEventListener("click", (event) => {
    const hit = event.target.closest("a[role=option]");
    if (hit) remember(hit);
  });
  list.addEventListener("htmx:afterSwap", () => {
    shown = asked;
    input.setAttribute("aria-expanded", String(hits().length > 0));
    status.textContent = list.querySelector("[data-count]")?.dataset.count ?? "";
    choose(hits()[0]);
    if (opening && shown === input.value) open(hits()[0], opening);
    opening = null;
  });
  // An answer that never came may be asked for again.
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    input.addEventListener(failure, () => (asked = null));
  }
  dialog.addEventListener("close", () => {
    input.value = "";
    asked = shown = opening = null;
  });
  // Opening asks once with no words: what was opened last, pages and commands stand there at once.
  new MutationObserver(() => ask(0)).observe(dialog, { attributes: true, attributeFilter: ["open"] });
  if (dialog.dataset.kind) setTimeout(() => note(dialog.dataset), STAY);
}
