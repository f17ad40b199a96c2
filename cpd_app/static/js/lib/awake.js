// Keeps the screen on while a page is looked at; asked again whenever it comes back into sight.

/** `heard(on)` says whether the browser does it; old ones and plain http cannot. */
export function keepAwake(heard) {
  async function ask() {
    if (document.hidden) return;
    try {
      await navigator.wakeLock.request("screen");
      heard(true);
    } catch {
      heard(false); // no such thing here, or saving power
    }
  }
  document.addEventListener("visibilitychange", ask);
  ask();
}
