// Selects people type into: one record among any number (data-picker asks the server), or several of a few.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";

TomSelect.define("remove_button", removeButton);

function note(words) {
  const line = document.createElement("div");
  line.className = "no-results";
  line.textContent = words ?? "…";
  return line;
}

/** What a select needs whose records come from the server, which has searched in ways the browser cannot. */
function remote(address) {
  return {
    valueField: "value",
    labelField: "text",
    searchField: [],
    preload: "focus",
    loadThrottle: 160,
    maxOptions: 20,
    onType() {
      this.match = "";
      const chosen = [this.getValue()].flat().map(String);
      this.clearOptions((option) => option.value === "" || chosen.includes(String(option.value)));
      this.load(this.inputValue());
    },
    async load(query, show) {
      try {
        const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
        const items = answer.ok ? (await answer.json()).items : [];
        // An answer to what is no longer asked shows nothing: the one on focus may come after the one on typing.
        const current = query === this.inputValue();
        show(current ? items : []);
        if (current) this.match = query && items.length ? String(items[0].value) : "";
        // Enter takes what was looked for, not the empty choice above it; every answer forgets what was active.
        if (this.match) this.setActiveOption(this.getOption(this.match));
      } catch {
        show([]);
      }
    },
  };
}

export function pick(select) {
  const focused = document.activeElement === select;
  const words = document.getElementById("picker-words")?.dataset ?? {};
  const empty = select.querySelector('option[value=""]')?.textContent ?? "";
  const address = select.dataset.picker;
  const line = (item, escape) => `<div>${escape(item.text || empty || "–")}</div>`;
  const picker = new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: words.remove ?? "" } } : {},
    allowEmptyOption: !select.multiple,
    placeholder: select.multiple ? "" : empty,
    hidePlaceholder: true,
    maxOptions: 200,
    ...(address ? remote(address) : {}),
    render: {
      no_results: () => note(words.nothing),
      loading: () => note(words.loading),
      ...(address ? { option: line, item: line } : {}),
    },
  });
  // The label names the new box; the old one must not be met a second time, without a name.
  select.hidden = true;
  if (focused) picker.focus();
}
