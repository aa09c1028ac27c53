// Working a queue: j or Enter opens the next record, k the one before, as long as nobody types.
import { typing } from "./attach.js";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const bar = document.querySelector("[data-queue]");
  if (!bar) return;
  const on = event.key === "j" || (event.key === "Enter" && event.target === document.body);
  const link = on ? bar.querySelector("[data-queue-next]") : event.key === "k" ? bar.querySelector("[data-queue-previous]") : null;
  if (!link) return;
  event.preventDefault();
  link.click();
});
