// Files come by dialog, by drag and by paste; in a composer they wait for the note, in a card they go at once.
import { each } from "./attach.js";

/** Adds files to those an input holds: a browser lets nobody push onto them. */
function add(input, files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// A form that comes back refused is a new one: what was chosen for the old one goes on waiting in it.
const waiting = new Map();
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (xhr?.status !== 422 || !target) return;
  const forms = target.matches?.("form[data-drop]") ? [target] : target.querySelectorAll("form[data-drop]");
  for (const form of forms) {
    const files = form.querySelector('input[type="file"]')?.files;
    if (files?.length) waiting.set(form.action, files);
  }
});

const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

each("form[data-drop]", (form) => {
  const input = form.querySelector('input[type="file"]');
  const names = form.querySelector("[data-file-names]");
  if (!input) return;
  form.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.classList.add("drop-over");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("drop-over");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("drop-over");
    if (!carries(event)) return;
    event.preventDefault();
    add(input, event.dataTransfer.files);
  });
  form.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    add(input, files);
  });
  input.addEventListener("change", () => {
    if (names) names.textContent = [...input.files].map((file) => file.name).join(", ");
    if (input.dataset.sends !== undefined && input.files.length) form.requestSubmit();
  });
  const kept = input.dataset.sends === undefined && waiting.get(form.action);
  if (kept) {
    waiting.delete(form.action);
    add(input, kept);
  }
});
