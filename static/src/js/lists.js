// Lists by keyboard and mouse: j/k move the cursor row, Enter or o opens it, a click anywhere on a row opens it too.
import { on, typing } from "./attach.js";

const rows = () => [...document.querySelectorAll(".list-table tbody tr[data-pk]")];

/** Tells whether a key belongs to the list: nobody types, no dialog is open, no modifier is held. */
export const listens = (event) =>
  !(event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]"));

export const cursor = () => document.querySelector(".list-table tr.cursor");

/** Makes a row the cursor row, and focuses its link unless told otherwise. */
export function point(row, { focus = true } = {}) {
  for (const other of document.querySelectorAll(".list-table tr.cursor")) other.classList.remove("cursor");
  row.classList.add("cursor");
  row.scrollIntoView({ block: "nearest" });
  if (focus) (row.querySelector(".cell-title a") ?? row.querySelector("a, input"))?.focus({ preventScroll: true });
}

export function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(cursor());
  point(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  if (!listens(event)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "o" || (event.key === "Enter" && event.target === document.body)) cursor()?.querySelector(".cell-title a")?.click();
});

on("click", ".list-table tr[data-url]", (event, row) => {
  if (event.target.closest("a, button, input, label, summary, select, .cell-select, .cell-form, .ts-wrapper") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.url, "_blank", "noopener");
  else if (!event.target.closest("[data-edit]") || matchMedia("(hover: none)").matches) location.assign(row.dataset.url);
  else point(row, { focus: false });
});

// The search box stands outside the swapped region, so that typing is never lost; it follows the state when left alone.
// The cursor stays on its record, and focus that stood in the table stays there.
let kept;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "list-region") return;
  const inside = event.detail.target.contains(document.activeElement);
  kept = { pk: cursor()?.dataset.pk, inside: inside && !document.activeElement.id };
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt.id !== "list-region") return;
  const state = document.getElementById("list-state");
  const input = document.querySelector("[data-search]");
  if (state && input && document.activeElement !== input) input.value = state.dataset.query;
  const row = kept?.pk && document.querySelector(`.list-table tr[data-pk="${CSS.escape(kept.pk)}"]`);
  if (row) point(row, { focus: Boolean(kept.inside) });
  else if (kept?.inside) document.querySelector(".list-table, #list-region a")?.focus({ preventScroll: true });
  kept = undefined;
});
