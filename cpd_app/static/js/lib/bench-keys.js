// Single keys of the workbench: off inside fields, with modifiers, under a dialog, and when the
// reader switched them off (WCAG 2.1.4). Enter and Esc work in fields too.
const SWITCH = "cpd-single-keys";

export const keysAreOn = () => {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
};

export function switchKeys(on) {
  try {
    localStorage.setItem(SWITCH, on ? "on" : "off");
  } catch {
    // Storage is refused: the switch holds for this page only.
  }
}

/** Call `acts[key]` for keys such as "j", "J", "ArrowLeft", "?"; an act that is not there is no key. */
export function listenKeys(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      acts.Escape(typing);
      return;
    }
    if (typing || !keysAreOn()) return;
    if (event.key === "Enter" && event.target.closest("a, button")) {
      if (!acts.confirms()) return;
      event.preventDefault();
      acts.Enter();
      return;
    }
    const act = acts[event.key] ?? (event.shiftKey ? undefined : acts[event.key.toLowerCase()]);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
