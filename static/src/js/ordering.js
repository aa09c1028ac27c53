// Rows that are put into another order by dragging; buttons beside them do the same without a mouse. The address in
// data-ordered gets their keys as `rule`, or as data-ordered-as says.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each } from "./attach.js";

/** Switches off the buttons that lead nowhere: up in the first row, down in the last one. */
function mindEnds(rows) {
  rows.forEach((row, at) => {
    const up = row.querySelector('form[action$="/up/"] button');
    const down = row.querySelector('form[action$="/down/"] button');
    if (up) up.disabled = at === 0;
    if (down) down.disabled = at === rows.length - 1;
  });
}

each("[data-ordered]", async (list) => {
  const { default: Sortable } = await import("sortablejs");
  Sortable.create(list, {
    draggable: "[data-key]",
    handle: ".grip",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onEnd: (event) => {
      if (event.oldIndex === event.newIndex) return;
      const rows = [...list.querySelectorAll("[data-key]")];
      const values = { [list.dataset.orderedAs ?? "rule"]: rows.map((row) => row.dataset.key) };
      htmx.ajax("POST", list.dataset.ordered, { source: list, swap: "none", values });
      mindEnds(rows);
    },
  });
  // What was refused shows as it is stored.
  list.addEventListener("htmx:responseError", () => location.reload());
});
