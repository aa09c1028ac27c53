// Columns: their order in the dialog by drag and keyboard, and their widths by mouse and keyboard, kept per person.
import { each, on } from "./attach.js";
import { say } from "./list_dialogs.js";

const words = () => document.getElementById("list-words")?.dataset ?? {};
const STEP = 16;
const LEAST = 48;

// --- order -----------------------------------------------------------------------------------------------------------
function shift(item, step) {
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(item);
  else other.after(item);
  const name = item.querySelector("label").textContent.trim();
  const place = [...item.parentElement.children].indexOf(item) + 1;
  say((words().moved ?? "{column}: {place}").replace("{column}", name).replace("{place}", place));
}

on("click", "[data-order] [data-move]", (_event, button) => {
  shift(button.closest("li"), Number(button.dataset.move));
  button.focus();
});
on("keydown", "[data-order] li", (event, item) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !event.altKey) return;
  event.preventDefault();
  const focused = document.activeElement;
  shift(item, step);
  focused.focus();
});
each("[data-order]", async (list) => {
  const { default: Sortable } = await import("sortablejs");
  Sortable.create(list, { handle: ".grip", animation: 120, forceFallback: false, ghostClass: "is-ghost" });
});

// --- widths ----------------------------------------------------------------------------------------------------------
const cols = (table) => [...table.querySelectorAll("colgroup col[data-column]")];
const head = (table, name) => table.querySelector(`th[data-column="${CSS.escape(name)}"]`);

/** Turns the widths that the browser has chosen into figures, so that one column can change without the others. */
function freeze(table) {
  if (table.classList.contains("sized")) return;
  for (const col of cols(table)) col.width = Math.round(head(table, col.dataset.column).getBoundingClientRect().width) || "";
  table.classList.add("sized");
}

// One after another: of two that are under way at once, the earlier could be the last to be written.
let kept = Promise.resolve();

function keep(table) {
  const body = new URLSearchParams();
  for (const col of cols(table)) if (col.width) body.set(col.dataset.column, col.width);
  const headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "", "HX-Request": "true" };
  kept = kept.then(() => fetch(table.dataset.widthsUrl, { method: "POST", body, headers })).catch(() => undefined);
}

function widen(table, name, width) {
  const col = cols(table).find((one) => one.dataset.column === name);
  col.width = Math.max(LEAST, Math.round(width));
  const grip = head(table, name).querySelector("[role=separator]");
  grip.setAttribute("aria-valuenow", col.width);
}

each(".list-table th[data-column]", (cell) => {
  const name = cell.dataset.column;
  const table = cell.closest("table");
  const grip = document.createElement("span");
  grip.className = "col-grip";
  grip.tabIndex = 0;
  grip.setAttribute("role", "separator");
  grip.setAttribute("aria-orientation", "vertical");
  grip.setAttribute("aria-label", (words().width ?? "{column}").replace("{column}", cell.textContent.trim()));
  grip.setAttribute("aria-valuemin", LEAST);
  grip.setAttribute("aria-valuemax", 1200);
  grip.setAttribute("aria-valuenow", Math.round(cell.getBoundingClientRect().width));
  cell.append(grip);
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    freeze(table);
    const from = event.clientX;
    const before = cell.getBoundingClientRect().width;
    grip.setPointerCapture(event.pointerId);
    const drag = (moved) => widen(table, name, before + moved.clientX - from);
    const end = () => {
      grip.removeEventListener("pointermove", drag);
      keep(table);
    };
    grip.addEventListener("pointermove", drag);
    grip.addEventListener("pointerup", end, { once: true });
    grip.addEventListener("pointercancel", end, { once: true });
  });
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step) {
      event.preventDefault();
      freeze(table);
      widen(table, name, cell.getBoundingClientRect().width + step);
    } else if (event.key === "Escape") unsize(table);
  });
  grip.addEventListener("keyup", (event) => {
    if (event.key.startsWith("Arrow")) keep(table);
  });
  grip.addEventListener("dblclick", () => unsize(table));
});

function unsize(table) {
  for (const col of cols(table)) col.removeAttribute("width");
  table.classList.remove("sized");
  keep(table);
}

// A table wider than its place scrolls in a box of its own, where head and names stay in sight.
const fit = (box) => {
  const table = box.querySelector("table");
  box.classList.remove("scrolls");
  box.classList.toggle("scrolls", table.scrollWidth > box.clientWidth + 1);
};
const watcher = new ResizeObserver((entries) => entries.forEach((entry) => fit(entry.target)));
each(".list-table", (box) => {
  fit(box);
  watcher.observe(box);
});
