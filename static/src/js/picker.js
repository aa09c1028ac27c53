// Selects people type into: one record among any number (data-picker asks the server), or several of a few.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";

TomSelect.define("remove_button", removeButton);

export function attach(select) {
  const address = select.dataset.picker;
  const words = document.getElementById("picker-words")?.dataset ?? {};
  const picker = new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: words.remove ?? "" } } : {},
    allowEmptyOption: !select.multiple,
    maxOptions: 200,
    hidePlaceholder: true,
    preload: address ? "focus" : false,
    valueField: "value",
    labelField: "text",
    searchField: address ? [] : ["text"], // the server has searched already, in ways the browser cannot
    load: address
      ? async (query, done) => {
          try {
            const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
            done(answer.ok ? (await answer.json()).items : []);
          } catch {
            done([]);
          }
        }
      : undefined,
    onType: address ? () => picker.clearOptions((option) => picker.items.includes(String(option.value)) || option.value === "") : undefined,
    render: {
      no_results: () => note(words.nothing),
      loading: () => note(words.loading),
    },
  });
  // The label names the new box; the old one must not be met a second time, without a name.
  select.hidden = true;
}

function note(text) {
  const line = document.createElement("div");
  line.className = "no-results";
  line.textContent = text ?? "…";
  return line;
}
