// Sends a filter form when a choice changes, and hides the button that does it without script.
// A search field waits for a pause; Enter sends at once. In the page that comes, the focus is where
// it was: whoever chooses with the arrow keys goes on choosing.
const PAUSE = 400;
const KEPT = "filters.focus";

/** Where the focus is, if it is on a choice of this form; a search field would open a keyboard. */
function remember(form) {
  const { name, type } = form.contains(document.activeElement) ? document.activeElement : {};
  if (name && !["search", "text"].includes(type)) sessionStorage.setItem(KEPT, `${form.action} ${name}`);
}

function focusAgain(form) {
  const [action, name] = (sessionStorage.getItem(KEPT) ?? "").split(" ");
  if (!name || action !== form.action) return;
  sessionStorage.removeItem(KEPT);
  if (document.activeElement === document.body) form.elements.namedItem(name)?.focus?.({ preventScroll: true });
}

export function start(form) {
  form.querySelectorAll("[data-no-script]").forEach((part) => part.setAttribute("hidden", ""));
  focusAgain(form);
  let waiting;
  form.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=search], input[type=text]")) form.requestSubmit();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=search][data-live]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), PAUSE);
  });
  // Empty fields do not belong in the address; they come back for whoever returns to the page.
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    remember(form);
    const empty = [...form.elements].filter((field) => field.name && field.value === "");
    for (const field of empty) field.disabled = true;
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }), 0);
  });
}
