// Keys of the whole site: Ctrl/Cmd-K palette, / search, c create, ? help. Off while typing and in dialogs.
import { typing } from "./attach.js";

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
for (const key of document.querySelectorAll("[data-modifier]")) key.textContent = mac ? "⌘K" : "Ctrl K";

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.querySelector('[data-opens="palette"]')?.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const actions = {
    "/": () => document.querySelector("[data-search]") ?? document.querySelector('[data-opens="palette"]'),
    c: () => document.querySelector('[data-shortcut="c"]'),
    "?": () => document.querySelector('[data-opens="shortcuts"]'),
  };
  const target = actions[event.key]?.();
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
});
