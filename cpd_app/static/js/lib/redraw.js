// Draws parts of a page anew from the page's own address, and leaves the rest of it alone: words
// half written elsewhere, the place scrolled to, and the focus.
import { startAll } from "../app.js";
import { get } from "./http.js";

const REACHED = "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary";

const nameOf = (element) => element.tagName + (element.getAttribute("href") ?? element.textContent.trim());

/** Give the focus to what stands where `name` stood: the same thing, or the first of its part. */
function focusIn(part, name) {
  const reached = [...part.querySelectorAll(REACHED)];
  const next = reached.find((element) => nameOf(element) === name) ?? reached[0];
  (next ?? document.querySelector("main"))?.focus({ preventScroll: true });
}

function replace(old, made) {
  const focused = old.contains(document.activeElement) ? nameOf(document.activeElement) : "";
  if (made) old.replaceWith(made);
  else old.remove();
  if (focused) focusIn(made ?? document.querySelector("main"), focused);
  if (made) startAll(made);
}

/** `selectors`, parted by commas: one element each. False: the page could not be read. */
export async function redraw(selectors) {
  const result = await get(location.href, { headers: { Accept: "text/html" } });
  if (!result.ok || result.response.redirected || typeof result.data !== "string") return false;
  const fresh = new DOMParser().parseFromString(result.data, "text/html");
  for (const selector of selectors.split(",")) {
    const old = document.querySelector(selector);
    if (old) replace(old, fresh.querySelector(selector));
  }
  return true;
}
