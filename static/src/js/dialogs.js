// data-opens="id" opens a <dialog>; a click on its veil or on data-closes shuts it.
import { on } from "./attach.js";

on("click", "[data-opens]", (event, button) => {
  event.preventDefault();
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  document.getElementById(button.dataset.opens)?.showModal();
});
on("click", "[data-closes]", (_event, button) => button.closest("dialog, [popover]")?.close?.());
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
