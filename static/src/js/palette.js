// The palette: a combobox over a list that the server renders; arrows choose, Enter opens.
const dialog = document.getElementById("palette");

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const hits = () => [...list.querySelectorAll("[role=option]")];
  const choose = (hit) => {
    for (const other of hits()) other.setAttribute("aria-selected", String(other === hit));
    if (hit) input.setAttribute("aria-activedescendant", hit.id);
    else input.removeAttribute("aria-activedescendant");
    hit?.scrollIntoView({ block: "nearest" });
  };
  const chosen = () => hits().findIndex((hit) => hit.getAttribute("aria-selected") === "true");

  input.addEventListener("keydown", (event) => {
    const all = hits();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(chosen() + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const hit = all[Math.max(chosen(), 0)];
      if (hit && (event.ctrlKey || event.metaKey)) window.open(hit.href, "_blank", "noopener");
      else hit?.click();
    }
  });
  list.addEventListener("htmx:afterSwap", () => choose(hits()[0]));
  dialog.addEventListener("close", () => {
    input.value = "";
  });
  // Opening asks once with no words, so pages and commands stand there at once.
  new MutationObserver(() => {
    if (dialog.open) input.dispatchEvent(new Event("palette-open"));
  }).observe(dialog, { attributes: true, attributeFilter: ["open"] });
}
