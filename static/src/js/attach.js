// Runs a behaviour once on every element that matches, now and after each HTMX swap.
export function each(selector, attach) {
  const done = new WeakSet();
  const run = (root) => {
    const found = [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    for (const element of found) {
      if (done.has(element)) continue;
      done.add(element);
      attach(element);
    }
  };
  run(document);
  document.addEventListener("htmx:load", (event) => run(event.detail.elt));
}

/** Listens once for an event on anything that matches, however it came onto the page. */
export function on(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const target = event.target.closest?.(selector);
    if (target) handle(event, target);
  });
}

export const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
