// Lines of a document: one more from the template, numbered as the form expects.
import htmx from "htmx.org/dist/htmx.esm.js";
import { on } from "./attach.js";

on("click", "[data-add-line]", (_event, button) => {
  const lines = button.closest("[data-lines]");
  const total = lines.querySelector('[name$="-TOTAL_FORMS"]');
  const place = Number(total.value);
  const fragment = lines.querySelector("template").content.cloneNode(true);
  for (const element of fragment.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replaceAll("__prefix__", place));
    }
  }
  const line = fragment.firstElementChild;
  button.before(line);
  total.value = place + 1;
  htmx.process(line);
  line.querySelector("input, select")?.focus();
});
