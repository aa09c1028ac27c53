// Cells copied from a spreadsheet, pasted into a grid of inputs: they spread to the right and down from the one in hand.
import { on } from "./attach.js";

on("paste", "[data-paste-grid] input", (event, input) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  if (lines.length === 1 && lines[0].length === 1) return;
  event.preventDefault();
  const rows = [...input.closest("[data-paste-grid]").querySelectorAll("tbody tr")].filter((row) => row.querySelector("input"));
  const inputs = rows.map((row) => [...row.querySelectorAll("input")]);
  const top = inputs.findIndex((row) => row.includes(input));
  const left = inputs[top].indexOf(input);
  lines.forEach((line, down) => line.forEach((value, right) => {
    const cell = inputs[top + down]?.[left + right];
    if (!cell) return;
    cell.value = value.trim();
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  }));
});
