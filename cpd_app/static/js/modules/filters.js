// Sends a filter form when a choice changes, and hides the button that does it without script.
// A search field waits for a pause; Enter sends at once.
const PAUSE = 400;

export function start(form) {
  form.querySelectorAll("[data-no-script]").forEach((part) => part.setAttribute("hidden", ""));
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
    const empty = [...form.elements].filter((field) => field.name && field.value === "");
    for (const field of empty) field.disabled = true;
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }), 0);
  });
}
