// The dialog of a list: it opens when the server has filled it, closes when the server says so, and gives focus back.
import { on } from "./attach.js";

const dialog = () => document.getElementById("list-dialog");
const words = () => document.getElementById("list-words")?.dataset ?? {};
let opener;

/** Says something to screen readers without moving focus. */
export function say(text) {
  const line = document.getElementById("list-said");
  if (line) line.textContent = text;
}

/** Shows a short message as the server's messages look. */
export function toast(text) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const box = document.createElement("div");
  box.className = "toast";
  const line = document.createElement("span");
  line.textContent = text;
  box.append(line);
  region.append(box);
  setTimeout(() => box.remove(), 4000);
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "list-dialog-body" || dialog().open) return;
  opener = document.activeElement?.id;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  dialog().showModal();
});
const shut = () => {
  if (dialog()?.open) dialog().close();
};
document.addEventListener("dialog-done", shut);
// A form of the dialog that swaps the list itself has done its work with that.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "list-region") shut();
});
document.addEventListener("close", (event) => {
  if (event.target === dialog() && opener) document.getElementById(opener)?.focus();
}, true);

on("click", "[data-copy-link]", async (_event, button) => {
  button.closest("details").open = false;
  try {
    await navigator.clipboard.writeText(location.href);
    toast(words().copied);
  } catch {
    toast(location.href);
  }
});
