// Lists by keyboard and mouse: j/k move the cursor row, Enter opens it, a click anywhere on a row opens it too.
import { on, typing } from "./attach.js";

const rows = () => [...document.querySelectorAll(".list-table tbody tr[data-url]")];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("cursor"));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  all[at]?.classList.remove("cursor");
  next.classList.add("cursor");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "Enter" && event.target === document.body) document.querySelector(".list-table tr.cursor a")?.click();
});

on("click", ".list-table tr[data-url]", (event, row) => {
  if (event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.url, "_blank", "noopener");
  else location.assign(row.dataset.url);
});

// The search box stands outside the swapped region, so that typing is never lost; it follows the state when left alone.
document.addEventListener("htmx:afterSwap", (event) => {
  const state = document.getElementById("list-state");
  const input = document.querySelector("[data-search]");
  if (!state || !input || event.detail.elt.id !== "list-region") return;
  if (document.activeElement !== input) input.value = state.dataset.query;
});
