// Tabs of a record page on small screens: they choose which column shows.
import { on } from "./attach.js";

function select(tab) {
  const box = document.getElementById(tab.closest("[role=tablist]").dataset.for);
  for (const other of tab.parentElement.children) {
    const active = other === tab;
    other.setAttribute("aria-selected", String(active));
    other.tabIndex = active ? 0 : -1;
  }
  box.dataset.tab = tab.dataset.tab;
}

on("click", "[role=tab][data-tab]", (_event, tab) => select(tab));
on("keydown", "[role=tab][data-tab]", (event, tab) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...tab.parentElement.children];
  const next = all[(all.indexOf(tab) + step + all.length) % all.length];
  select(next);
  next.focus();
});
