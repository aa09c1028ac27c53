// Sends Django's token with each HTMX request that writes, and shows the thin line while one is under way.
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
let pending = 0;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
});
const count = (step) => {
  pending = Math.max(0, pending + step);
  document.documentElement.classList.toggle("busy", pending > 0);
};
document.addEventListener("htmx:beforeSend", () => count(1));
document.addEventListener("htmx:afterRequest", () => count(-1));
document.addEventListener("htmx:afterSwap", (event) => event.detail.target.removeAttribute("aria-busy"));

// A refused form (422) still shows; a session that ended sends the whole page to sign in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 422) event.detail.shouldSwap = true;
  if (xhr.status === 200 && new URL(xhr.responseURL || location.href).pathname.startsWith("/accounts/login")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
