// Hardware scanners type like a keyboard, fast, and press Enter at the end. What they type belongs to
// the page wherever the focus is, except inside a field.
const FIELD = "input:not([type=radio], [type=checkbox]), select, textarea";
/** Milliseconds between two keys of one code, on a slow phone too. */
const GAP = 1_000;
const LEAST = 6;

export function listenToWedge(onCode) {
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.(FIELD) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.timeStamp - last > GAP) typed = "";
    last = event.timeStamp;
    if (event.key === "Enter") {
      const code = typed;
      typed = "";
      if (code.length < LEAST) return;
      // Enter would press the button that has the focus.
      event.preventDefault();
      event.stopImmediatePropagation();
      onCode(code);
    } else if (event.key.length === 1) {
      typed += event.key;
      if (typed.length > 1) event.preventDefault();
    }
  }, true);
}
