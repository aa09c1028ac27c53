// Small comforts of forms: focus on the summary of errors, Escape leaves an inline edit, Ctrl-Enter sends, demo sign-in fills in.
import { each, on } from "./attach.js";

each("[data-focus]", (element) => {
  element.focus();
  element.select?.();
});
each("[data-focus-first]", (form) => {
  const field = form.querySelector("input:not([type=hidden]), select, textarea");
  field?.focus();
  if (field?.matches("input, textarea")) field.select();
});
on("keydown", "[data-escape]", (event, form) => {
  if (event.key === "Escape") form.querySelector("[data-cancel]")?.click();
});
on("keydown", "textarea", (event, area) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form?.requestSubmit();
});
on("click", "[data-sign-in]", (_event, button) => {
  const form = document.getElementById("sign-in");
  form.elements.login.value = button.dataset.signIn;
  form.elements.password.value = button.dataset.password;
  form.requestSubmit();
});
on("change", "[data-submits]", (_event, control) => control.form.requestSubmit());
