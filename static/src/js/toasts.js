// Toasts leave by themselves, later when they offer an undo, and wait while pointed at or focused.
import { each, on } from "./attach.js";

each(".toast", (toast) => {
  if (toast.dataset.stays !== undefined) return;
  const life = toast.querySelector("form") ? 10000 : 6000;
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), life));
  for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, () => clearTimeout(timer));
  for (const type of ["pointerleave", "focusout"]) toast.addEventListener(type, start);
  start();
});
on("click", ".toast .close", (_event, button) => button.closest(".toast").remove());

const fail = (id) => {
  const template = document.getElementById(id);
  const region = document.querySelector(".toasts");
  if (!template || !region) return;
  region.append(template.content.cloneNode(true));
};
document.addEventListener("htmx:sendError", () => fail("toast-offline"));
document.addEventListener("htmx:responseError", () => fail("toast-failed"));
