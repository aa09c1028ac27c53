// Boards: cards move by mouse and touch, with Shift and an arrow, or through a menu; a refused card goes back, and what
// a move needs is asked in the list's dialog.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each, on } from "./attach.js";
import { say } from "./list_dialogs.js";
import { listens } from "./lists.js";

const lanes = () => [...document.querySelectorAll(".lane")];
const cards = (lane) => [...lane.querySelectorAll(".board-card")];
const origins = new Map();

function place(card, list, before = null) {
  const more = list.querySelector(".lane-more");
  list.insertBefore(card, before?.parentElement === list ? before : more && !before ? more : null);
}

/** Tells the server, with the card in its new lane already; the answer is the card as it stands. */
function send(card, from) {
  const board = card.closest("[data-board]");
  const to = card.closest(".lane").dataset.lane;
  const focused = card.contains(document.activeElement);
  origins.set(card.dataset.pk, { ...from, focused });
  card.classList.add("moving");
  const values = { pk: card.dataset.pk, version: card.dataset.version, to, state: board.dataset.state };
  return htmx.ajax("POST", board.dataset.moveUrl, { source: card, target: card, swap: "outerHTML", values }).then(() => {
    const now = document.getElementById(`card-${card.dataset.pk}`);
    if (focused) now?.querySelector("a").focus();
    const lane = now?.closest(".lane");
    if (lane && lane.dataset.lane === to) say(board.dataset.moved.replace("{card}", now.querySelector("a").textContent).replace("{lane}", lane.dataset.label));
  });
}

function carry(card, lane) {
  const list = lane.querySelector(".lane-cards");
  const from = { list: card.parentElement, next: card.nextElementSibling };
  if (from.list === list || card.classList.contains("moving")) return;
  const focused = document.activeElement;
  place(card, list, list.firstElementChild);
  if (card.contains(focused)) focused.focus();
  send(card, from);
}

document.addEventListener("card-refused", (event) => {
  const card = document.getElementById(`card-${event.detail.pk}`);
  const from = origins.get(String(event.detail.pk));
  if (!card || !from?.list.isConnected) return;
  place(card, from.list, from.next);
  if (from.focused) card.querySelector("a").focus();
});
document.addEventListener("card-asks", (event) => ask(event.detail.url));

/** Shows the form of an address in the list's dialog, which opens once it is filled. */
const ask = (url) => htmx.ajax("GET", url, { target: "#list-dialog-body", swap: "innerHTML" });

/** Opens the form of a place beside the lanes about a card. */
function drop(card, url) {
  const state = card.closest("[data-board]").dataset.state;
  card.querySelector("a").focus();
  ask(`${url.replace("/0/", `/${card.dataset.pk}/`)}?${new URLSearchParams({ state })}`);
}

// An answer that is no card at all (the session ended, the server failed) sends the card back too.
document.addEventListener("htmx:responseError", (event) => {
  const card = event.detail.target;
  const from = card?.matches?.(".board-card") && origins.get(card.dataset.pk);
  if (!from) return;
  card.classList.remove("moving");
  place(card, from.list, from.next);
});

each("[data-board]", async (board) => {
  const { default: Sortable } = await import("sortablejs");
  for (const list of board.querySelectorAll(".lane-cards")) {
    let next;
    Sortable.create(list, {
      group: "lanes",
      draggable: ".movable",
      filter: "a, button",
      preventOnFilter: false,
      sort: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      delay: 160,
      delayOnTouchOnly: true,
      ghostClass: "is-ghost",
      onStart: (event) => {
        next = event.item.nextElementSibling;
        document.body.classList.add("carrying");
      },
      onEnd: (event) => {
        document.body.classList.remove("carrying");
        if (event.from === event.to) return;
        if (event.to.dataset.drop) {
          place(event.item, event.from, next);
          drop(event.item, event.to.dataset.drop);
        } else send(event.item, { list: event.from, next });
      },
    });
  }
  for (const zone of document.querySelectorAll(".drop-zone")) Sortable.create(zone, { group: { name: "lanes", pull: false }, sort: false, draggable: ".board-card" });
});

on("keydown", ".board-card a", (event, link) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = link.closest(".board-card");
  const all = lanes();
  const at = all.indexOf(card.closest(".lane"));
  const side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (event.key === "m" && card.matches(".movable")) menu(card);
  else if (side && event.shiftKey && card.matches(".movable") && all[at + side]) carry(card, all[at + side]);
  else if (side && !event.shiftKey) {
    for (let to = at + side; all[to]; to += side) {
      const there = cards(all[to]);
      if (!there.length) continue;
      there[Math.min(cards(all[at]).indexOf(card), there.length - 1)].querySelector("a").focus();
      break;
    }
  } else if (step) {
    const here = cards(all[at]);
    here[here.indexOf(card) + step]?.querySelector("a").focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "j" && listens(event) && !event.target.closest(".board-card")) document.querySelector(".board-card a")?.focus();
});

let chosen;
function menu(card) {
  chosen = card;
  const dialog = document.getElementById("lane-menu");
  for (const button of dialog.querySelectorAll("[data-to]")) button.disabled = button.dataset.to === card.closest(".lane").dataset.lane;
  dialog.showModal();
}
on("click", "[data-card-menu]", (_event, button) => menu(button.closest(".board-card")));
on("click", "#lane-menu [data-to]", (_event, button) => {
  button.closest("dialog").close();
  chosen.querySelector("a").focus();
  carry(chosen, lanes().find((lane) => lane.dataset.lane === button.dataset.to));
});
on("click", "#lane-menu [data-drop]", (_event, button) => {
  button.closest("dialog").close();
  drop(chosen, button.dataset.drop);
});
on("click", ".board-card", (event, card) => {
  if (!event.target.closest("a, button") && !String(getSelection())) card.querySelector("a").click();
});

// --- calendars -------------------------------------------------------------------------------------------------------
on("keydown", "[data-calendar]", (event, calendar) => {
  const page = { PageUp: "#calendar-before", PageDown: "#calendar-after" }[event.key];
  if (page) {
    event.preventDefault();
    calendar.querySelector(page).click();
    return;
  }
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 }[event.key];
  if (!step || !event.target.matches("[data-day]")) return;
  const days = [...calendar.querySelectorAll("[data-day]")];
  event.preventDefault();
  days[days.indexOf(event.target) + step]?.focus();
});
