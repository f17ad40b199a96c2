// Shows the page's present state in its place, after something was sent or the network came back.
// Only pages to read: nothing is replaced under anybody's hands.
import { startAll } from "../app.js";
import { get } from "./http.js";

const READ = /^\/(?:|activities|readiness|how-it-adds-up|me\/messages)$/;

/** Take over the fresh inside of <main>; what is marked data-keep stays. False: not this page. */
export async function refresh() {
  if (!READ.test(location.pathname)) return false;
  const result = await get(location.href, { headers: { Accept: "text/html" } });
  if (!result.ok || result.response.redirected || typeof result.data !== "string") return false;
  const fresh = new DOMParser().parseFromString(result.data, "text/html").querySelector("main");
  const main = document.querySelector("main");
  if (!fresh) return false;
  for (const node of [...main.children]) if (!node.hasAttribute("data-keep")) node.remove();
  main.append(...[...fresh.children].filter((node) => !node.hasAttribute("data-keep")));
  startAll(main);
  return true;
}
