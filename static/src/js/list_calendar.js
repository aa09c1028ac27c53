// Calendars: entries go to another day or hour by mouse and touch, with Shift and an arrow, or through a small form (m).
import htmx from "htmx.org/dist/htmx.esm.js";
import { each, on } from "./attach.js";

const DAY = 86_400_000;
const text = (day) => new Date(day).toISOString().slice(0, 10);

/** Tells the server; the answer is the whole calendar, and focus stays with the entry. */
function send(item, day, clock, focused) {
  const calendar = item.closest("[data-calendar]");
  const values = { version: item.dataset.version, state: calendar.dataset.state, day, ...(clock === undefined ? { keep: "on" } : { clock }) };
  item.classList.add("moving");
  return htmx.ajax("POST", item.dataset.shift, { source: item, target: "#list-region", swap: "outerHTML", values }).then(() => {
    if (focused) document.querySelector(`#${item.id} a`)?.focus();
  });
}

/** The time an entry gets in a slot: its own where the hour stays, the full hour, or none for the whole day. */
function clockIn(item, slot) {
  if (slot.dataset.hour === undefined || slot.dataset.hour === item.dataset.hour) return undefined;
  return slot.dataset.hour === "" ? "" : `${slot.dataset.hour.padStart(2, "0")}:00`;
}

// A refused or unanswered move leaves the page as the server knows it.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt?.matches?.(".calendar-item")) location.reload();
});

each("[data-calendar][data-movable]", async (calendar) => {
  const { default: Sortable } = await import("sortablejs");
  for (const list of calendar.querySelectorAll("[data-drop]")) {
    Sortable.create(list, {
      group: "days",
      draggable: ".movable",
      filter: "button",
      preventOnFilter: false,
      sort: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      delay: 160,
      delayOnTouchOnly: true,
      ghostClass: "is-ghost",
      onEnd: (event) => {
        if (event.from !== event.to) send(event.item, event.to.dataset.drop, clockIn(event.item, event.to));
      },
    });
  }
});

function form(item) {
  const state = encodeURIComponent(item.closest("[data-calendar]").dataset.state);
  htmx.ajax("GET", `${item.dataset.shift}?state=${state}`, { source: item, target: "#list-dialog-body", swap: "innerHTML" });
}
on("click", "[data-shift-menu]", (_event, button) => {
  const item = button.closest(".calendar-item");
  item.querySelector("a").focus();
  form(item);
});

on("keydown", ".calendar-item.movable a", (event, link) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const item = link.closest(".calendar-item");
  const slot = item.closest("[data-drop]");
  const day = Date.parse(`${slot.dataset.drop}T00:00:00Z`);
  const side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "m") form(item);
  else if (event.shiftKey && side) send(item, text(day + side * DAY), undefined, true);
  else if (event.shiftKey && step && item.dataset.hour && slot.dataset.hour !== undefined) {
    const hour = Number(item.dataset.hour) + step;
    if (hour >= 0 && hour < 24) send(item, slot.dataset.drop, `${String(hour).padStart(2, "0")}:00`, true);
  } else if (event.shiftKey && step && slot.dataset.hour === undefined) send(item, text(day + step * 7 * DAY), undefined, true);
  else return;
  event.preventDefault();
  event.stopPropagation();
});
