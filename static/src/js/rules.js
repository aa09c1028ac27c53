// The rule builder: its dialog opens when it arrives, and a finished rule becomes part of the list's address.
import htmx from "htmx.org/dist/htmx.esm.js";
import { each, on } from "./attach.js";

each("[data-rule-dialog]", (dialog) => {
  document.querySelectorAll("[data-rule-dialog]").forEach((other) => other !== dialog && other.remove());
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  dialog.querySelector(".rule-what, .rule-head select")?.focus();
});

// Enter in a field means “now”: it never sends the form to a page of its own.
on("submit", "#rule-form", (event) => event.preventDefault());

document.addEventListener("rule:apply", (event) => {
  const address = new URL(location.href);
  for (const name of ["after", "before"]) address.searchParams.delete(name);
  address.searchParams.set("rule", event.detail.rule);
  document.querySelector("[data-rule-dialog]")?.close();
  const path = `${address.pathname}${address.search}`;
  if (document.getElementById("list-region")) htmx.ajax("GET", path, { target: "#list-region", swap: "outerHTML" });
  else location.assign(path);
});

// Links out of the builder take the rule along.
on("click", "[data-rule-list], [data-rule-try]", (_event, link) => {
  const code = document.querySelector('#rule-outcome input[name="rule"]')?.value;
  const address = new URL(link.href);
  if (code) address.searchParams.set("rule", code);
  link.href = address.href;
});
