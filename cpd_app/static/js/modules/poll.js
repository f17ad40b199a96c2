// Asks how far a long task is: data-url answers with the element's new inside as HTML, and with the
// header X-Done: 1 at the end (then data-then, if given, is opened; or only the parts that
// data-parts names are drawn anew, for pages on which one does other things meanwhile). Begins at 1 s, waits half as
// long again each time up to 15 s, pauses while the page is hidden, and goes on after a lost network.
import { get } from "../lib/http.js";
import { redraw } from "../lib/redraw.js";

const FIRST = 1000;
const LONGEST = 15_000;
const VISIBLE = () => document.visibilityState === "visible";

function whenVisible() {
  if (VISIBLE()) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", function look() {
      if (!VISIBLE()) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    });
  });
}

export async function start(element) {
  let wait = FIRST;
  while (element.isConnected) {
    await new Promise((resolve) => { setTimeout(resolve, wait); });
    await whenVisible();
    const result = await get(element.dataset.url, { headers: { Accept: "text/html" } });
    if (!result.ok && result.reason === "refused") return;
    if (result.ok) {
      element.innerHTML = result.data;
      if (result.response.headers.get("X-Done") === "1") {
        const { parts, then } = element.dataset;
        if (parts && await redraw(parts)) return;
        if (then) location.assign(then);
        return;
      }
    }
    wait = Math.min(wait * 1.5, LONGEST);
  }
}
