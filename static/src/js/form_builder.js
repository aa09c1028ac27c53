// The builder of web forms: lines are dragged, and the buttons that move, add or remove one redraw only the lines.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each, on } from "./attach.js";

const told = () => document.getElementById("form-builder")?.dispatchEvent(new Event("rows-moved"));

each("[data-form-rows]", async (rows) => {
  const { default: Sortable } = await import("sortablejs");
  Sortable.create(rows, {
    draggable: "[data-form-row]",
    handle: ".builder-grip",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    ghostClass: "is-ghost",
    onEnd: told,
  });
});

on("submit", "#form-builder", (event, form) => {
  const button = event.submitter;
  if (button?.name !== "act") return;
  event.preventDefault();
  const values = { act: button.value };
  const context = { source: form, target: "#builder-fields", select: "#builder-fields", swap: "outerHTML", values };
  htmx.ajax("POST", form.getAttribute("action"), context).then(() => {
    const again = button.id && document.getElementById(button.id);
    (again && !again.disabled ? again : document.getElementById("add-field"))?.focus();
    told();
  });
});
