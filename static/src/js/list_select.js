// Selecting rows: boxes, x on the cursor row, ranges with Shift, the whole page, everything that matches.
import { on } from "./attach.js";
import { cursor, listens } from "./lists.js";

const bar = () => document.getElementById("bulk-form");
const boxes = () => [...document.querySelectorAll('.list-table input[name="pk"]')];
let last;

function show() {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked);
  const flag = form.querySelector("[data-all-flag]");
  if (ticked.length < all.length) flag.value = "";
  const everything = flag.value === "1";
  const words = everything ? form.dataset.all : form.dataset.some.replace("{count}", ticked.length);
  const line = form.querySelector("[data-selected]");
  if (ticked.length && line.textContent !== words) line.textContent = words;
  form.hidden = !ticked.length;
  const page = document.getElementById("select-page");
  page.checked = ticked.length > 0 && ticked.length === all.length;
  page.indeterminate = ticked.length > 0 && !page.checked;
  for (const box of all) box.closest("tr").classList.toggle("selected", box.checked);
  const more = form.querySelector("[data-select-all]");
  if (more) more.hidden = everything || ticked.length < all.length;
}

function tick(box, checked, range) {
  const all = boxes();
  const from = range && last?.isConnected ? all.indexOf(last) : all.indexOf(box);
  const [low, high] = [from, all.indexOf(box)].sort((a, b) => a - b);
  for (const one of all.slice(low, high + 1)) one.checked = checked;
  last = box;
  show();
}

function none() {
  for (const box of boxes()) box.checked = false;
  show();
}

let shift = false;
document.addEventListener("click", (event) => (shift = event.shiftKey), true);
on("change", '.list-table input[name="pk"]', (_event, box) => tick(box, box.checked, shift));
on("mousedown", ".list-table .cell-select", (event) => {
  if (event.shiftKey) event.preventDefault(); // or the browser selects the text between
});
on("change", "#select-page", (_event, page) => {
  for (const box of boxes()) box.checked = page.checked;
  show();
});
on("click", "[data-select-all]", () => {
  bar().querySelector("[data-all-flag]").value = "1";
  show();
});
on("click", "[data-select-none]", () => {
  none();
  (cursor()?.querySelector("a") ?? document.getElementById("select-page")).focus();
});
document.addEventListener("keydown", (event) => {
  if (!listens(event)) return;
  if (event.key === "x") {
    const box = cursor()?.querySelector('input[name="pk"]');
    if (box) tick(box, !box.checked, false);
  } else if (event.key === "X") {
    const box = cursor()?.querySelector('input[name="pk"]');
    if (box) tick(box, true, true);
  } else if (event.key === "Escape" && bar() && !bar().hidden && !document.querySelector("details.menu[open]")) none();
});
// Going back brings the ticks of before, which nobody has counted.
window.addEventListener("pageshow", show);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt.id === "list-region") show();
});
