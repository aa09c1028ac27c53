// Cells changed in place: double click, Enter on a cell or e on the row opens the editor; Enter saves, Tab saves and
// goes on, Escape leaves it as it was.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each, on, typing } from "./attach.js";
import { cursor, listens, point } from "./lists.js";

const editable = () => [...document.querySelectorAll(".list-table td[data-edit]")];
let onward = 0;

function open(cell) {
  if (!cell || cell.querySelector(".cell-form")) return;
  const table = cell.closest("table");
  const row = cell.closest("tr");
  point(row, { focus: false });
  const address = table.dataset.editUrl.replace("/0/", `/${row.dataset.pk}/`).replace("any-fact", cell.dataset.edit);
  const list = document.getElementById("list-region").dataset.list;
  const place = new URLSearchParams({ cell: `${list}.${cell.dataset.column}` });
  htmx.ajax("GET", `${address}?${place}`, { target: cell, swap: "innerHTML" });
}

function leave(form) {
  form.querySelector("[data-cancel]").click();
}

function save(form, step = 0) {
  onward = step;
  if (form.dataset.changed !== undefined) form.requestSubmit();
  else leave(form);
}

each(".list-table td[data-edit]", (cell) => (cell.tabIndex = -1));
on("dblclick", ".list-table td[data-edit]", (event, cell) => {
  if (typing(event.target)) return;
  getSelection().removeAllRanges();
  open(cell);
});
on("keydown", ".list-table td[data-edit]", (event, cell) => {
  if (event.target !== cell || !listens(event)) return;
  const all = editable();
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (event.key === "Enter") open(cell);
  else if (step) all[all.indexOf(cell) + step]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "e" || !listens(event)) return;
  const cell = cursor()?.querySelector("td[data-edit]");
  if (!cell) return;
  event.preventDefault();
  open(cell);
});

// --- inside the editor -----------------------------------------------------------------------------------------------
let key = { name: "", at: 0 };
on("keydown", ".cell-form", (event, form) => {
  key = { name: event.key, at: event.timeStamp };
  if (event.key === "Tab" && !event.target.closest(".cell-verbs")) {
    event.preventDefault();
    event.stopPropagation();
    save(form, event.shiftKey ? -1 : 1);
  } else if (event.key === "Enter" && event.target.matches("select, input[type=checkbox]")) {
    event.preventDefault();
    save(form);
  }
});
on("input", ".cell-form", (_event, form) => (form.dataset.changed = ""));
on("change", ".cell-form", (event, form) => {
  form.dataset.changed = "";
  // Chosen with the mouse, a choice is meant; arrows only look through the choices.
  const looking = event.timeStamp - key.at < 100 && key.name !== "Enter" && key.name !== " ";
  if (event.target.matches("select:not([multiple]), input[type=checkbox]") && !looking) save(form);
});
document.addEventListener("pointerdown", (event) => {
  for (const form of document.querySelectorAll(".cell-form")) if (!form.contains(event.target) && !event.target.closest(".ts-dropdown, .toasts")) save(form);
});

// The cell takes focus back, or hands it to the next one that can be changed.
document.addEventListener("htmx:afterSwap", (event) => {
  const cell = event.detail.target?.closest?.(".list-table td[data-edit]");
  if (!cell || cell.querySelector(".cell-form")) return;
  const all = editable();
  const next = onward ? all[all.indexOf(cell) + onward] : null;
  onward = 0;
  cell.focus({ preventScroll: true });
  if (next) open(next);
});
document.addEventListener("row-gone", (event) => {
  const row = document.querySelector(`.list-table tr[data-pk="${event.detail.pk}"]`);
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.remove();
  if (next) point(next);
});
