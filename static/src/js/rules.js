// The rule builder: its dialog opens when it arrives, and a finished rule becomes part of the list's address.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each, on } from "./attach.js";

each("[data-rule-dialog]", (dialog) => {
  document.querySelectorAll("[data-rule-dialog]").forEach((other) => other !== dialog && other.remove());
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  dialog.querySelector(".rule-what, .rule-head select")?.focus();
});

// Enter in a field means “now”: it never sends the form to a page of its own.
on("submit", "#rule-form", (event) => event.preventDefault());

// A select is searched by typing its first letters. Drawn anew after the first one it would take the others for a new
// word: the form waits until the word is finished, by a pause, Enter, or leaving the field.
const PAUSE = 700;
const words = new WeakMap();

function finish(select) {
  const word = words.get(select);
  words.delete(select);
  clearTimeout(word?.wait);
  if (word?.changed) select.dispatchEvent(new Event("change", { bubbles: true }));
}

function typed(event) {
  const select = event.target.closest("#rule-form select");
  if (!select) return;
  if (event.key === "Enter") finish(select);
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
  const word = words.get(select) ?? { changed: false };
  clearTimeout(word.wait);
  word.wait = setTimeout(finish, PAUSE, select);
  words.set(select, word);
}

document.addEventListener("keydown", typed, true);
document.addEventListener("focusout", (event) => finish(event.target), true);
document.addEventListener(
  "change",
  (event) => {
    const word = words.get(event.target);
    if (!word) return;
    word.changed = true;
    event.stopPropagation();
  },
  true,
);

// What was changed while the form was being drawn anew must not be lost: the late form is dropped and asked for again.
const asked = new WeakMap();
const filled = (form) => new URLSearchParams(new FormData(form)).toString();

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("#rule-form");
  if (form) asked.set(event.detail.xhr, filled(form));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  const form = document.getElementById("rule-form");
  if (target.id !== "rule-tree" || !form || filled(form) === asked.get(xhr)) return;
  event.detail.shouldSwap = false;
  htmx.trigger(requestConfig.elt, requestConfig.elt.matches("select") ? "change" : "click");
});

document.addEventListener("rule:apply", (event) => {
  const address = new URL(location.href);
  for (const name of ["after", "before"]) address.searchParams.delete(name);
  address.searchParams.set("rule", event.detail.rule);
  document.querySelector("[data-rule-dialog]")?.close();
  const path = `${address.pathname}${address.search}`;
  if (document.getElementById("list-region")) htmx.ajax("GET", path, { target: "#list-region", swap: "outerHTML" });
  else location.assign(path);
});

// Links out of the builder take the rule along.
on("click", "[data-rule-list], [data-rule-try]", (_event, link) => {
  const code = document.querySelector('#rule-outcome input[name="rule"]')?.value;
  const address = new URL(link.href);
  if (code) address.searchParams.set("rule", code);
  link.href = address.href;
});

// A form of its own beside the builder takes the finished rule along.
on("submit", "[data-takes-rule]", (_event, form) => {
  const code = document.querySelector('#rule-outcome input[name="rule"]')?.value ?? "";
  const field = form.elements.rule_code;
  if (field) field.value = code;
});

// Where people choose whether a rule decides, the builder stands only beside that choice.
each("[data-for-kind]", (part) => {
  const kind = document.querySelector('#segment-form [name="kind"], #assignment-form [name="fits"]');
  if (!kind) return;
  const show = () => (part.hidden = kind.value !== part.dataset.forKind);
  kind.addEventListener("change", show);
  show();
});
