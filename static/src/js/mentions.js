// Mentions in a text box: after an @ colleagues are offered; people read names, the server gets keys.
import { each } from "./attach.js";

const TOKEN = /@\[(\d+)\]/g;
// What stands between the @ and the caret: no second @, no line break, and not the tail of an address.
const TYPED = /(?:^|[\s(（，。、,;:])@([^\s@[\]][^@[\]\n]{0,29})?$/;
let lists = 0;

class MentionBox {
  constructor(box) {
    this.box = box;
    this.people = new Map(); // what is shown after the @ → key
    this.items = [];
    this.current = -1;
    this.asked = 0;
    this.build();
    this.nameTokens();
    box.addEventListener("input", () => this.look());
    box.addEventListener("click", () => this.look());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => this.close());
    box.form?.addEventListener("formdata", (event) => {
      if (box.name) event.formData.set(box.name, this.encoded());
    });
  }

  build() {
    this.list = document.createElement("ul");
    this.list.id = `mention-list-${++lists}`;
    this.list.className = "mention-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.box.dataset.offered ?? "");
    this.list.hidden = true;
    const frame = document.createElement("div");
    frame.className = "mention-frame";
    this.box.replaceWith(frame);
    frame.append(this.box, this.list);
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.setAttribute("autocomplete", "off");
  }

  /** Shows the names of keys that came with the text, as in a form that was refused. */
  nameTokens() {
    const names = JSON.parse(this.box.dataset.people || "{}");
    this.box.value = this.box.value.replace(TOKEN, (token, key) => (names[key] ? `@${this.label(key, names[key], key)}` : token));
  }

  /** A namesake of somebody who is in the text already is told apart by the address. */
  label(key, name, detail) {
    let words = name;
    if (this.people.has(words) && this.people.get(words) !== String(key)) words = `${name} <${detail}>`;
    this.people.set(words, String(key));
    return words;
  }

  encoded() {
    let text = this.box.value;
    // Longer names first: “Anna Maria” must not be read as “Anna”.
    const labels = [...this.people.keys()].sort((a, b) => b.length - a.length);
    for (const words of labels) text = text.replaceAll(`@${words}`, `@[${this.people.get(words)}]`);
    return text;
  }

  typed() {
    const { selectionStart, selectionEnd, value } = this.box;
    if (selectionStart !== selectionEnd) return null;
    const found = value.slice(0, selectionStart).match(TYPED);
    return found ? (found[1] ?? "") : null;
  }

  async look() {
    const typed = this.typed();
    if (typed === null || this.people.has(typed.trim())) return this.close();
    const turn = ++this.asked;
    // Enter must not take somebody who was offered for fewer letters, while the answer is under way.
    const words = typed.toLowerCase();
    const fitting = this.items.filter((item) => `${item.text} ${item.detail.split("@")[0]}`.toLowerCase().includes(words));
    if (fitting.length < this.items.length) this.offer(fitting);
    try {
      const answer = await fetch(`${this.box.dataset.mentions}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      const items = answer.ok ? (await answer.json()).items : [];
      if (turn === this.asked && this.typed() !== null) this.offer(items);
    } catch {
      this.close();
    }
  }

  offer(items) {
    this.items = items;
    this.list.replaceChildren(...items.map((item, at) => this.line(item, at)));
    this.list.hidden = !items.length;
    this.point(items.length ? 0 : -1);
  }

  line(item, at) {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${at}`;
    line.setAttribute("role", "option");
    const name = document.createElement("b");
    name.textContent = item.text;
    const detail = document.createElement("span");
    detail.textContent = item.detail;
    line.append(name, detail);
    line.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus, and the phone's keyboard
    line.addEventListener("click", () => this.take(at));
    return line;
  }

  point(at) {
    this.current = at;
    for (const [index, line] of [...this.list.children].entries()) line.setAttribute("aria-selected", String(index === at));
    const line = this.list.children[at];
    if (line) {
      this.box.setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    } else this.box.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.point((this.current + step + this.items.length) % this.items.length);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.current);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(at) {
    const item = this.items[at];
    const typed = this.typed();
    if (item && typed !== null) {
      const end = this.box.selectionStart;
      const words = `@${this.label(item.value, item.text, item.detail)} `;
      this.box.setRangeText(words, end - typed.length - 1, end, "end");
    }
    this.close();
    this.box.focus();
  }

  close() {
    this.asked++;
    this.offer([]);
  }
}

each("textarea[data-mentions]", (box) => new MentionBox(box));
