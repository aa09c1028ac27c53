// Files come by dialog, by drag and by paste; in a composer they wait for the note, in a card they go at once.
import { each } from "./attach.js";

/** Adds files to those an input holds: a browser lets nobody push onto them. */
function add(input, files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

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
});
