// What a visitor does while the behaviours of an element are still on their way is not lost: a form
// that is sent, a button or link that is pressed waits for them, and what was typed or chosen is said
// to them again. Without this an act could slip past the question that must be asked before it.

/** Longer than this nobody waits: a page works without its behaviours too. */
const PATIENCE = 5000;
/** element -> what ends when its behaviours are there */
const coming = new Map();
const held = new Set();

/** Behaviours of `element` are on their way; `started` ends when all are there. */
export function comes(element, started) {
  const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const there = Promise.race([started, patience]).then(() => {
    if (coming.get(element) === there) coming.delete(element);
  });
  coming.set(element, there);
}

async function hold(event, element, again) {
  if (!coming.has(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (held.has(element)) return; // pressed twice is done once
  held.add(element);
  await coming.get(element);
  held.delete(element);
  if (element.isConnected) again();
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.requestSubmit) hold(event, form, () => form.requestSubmit(submitter));
}, true);

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const pressed = event.target.closest("a[data-module], button[data-module]");
  if (pressed) hold(event, pressed, () => pressed.click());
}, true);

for (const type of ["input", "change"]) {
  document.addEventListener(type, async ({ target }) => {
    const around = [...coming.keys()].filter((element) => element.contains(target));
    if (!around.length) return;
    await Promise.all(around.map((element) => coming.get(element)));
    target.dispatchEvent(new Event(type, { bubbles: true }));
  }, true);
}
