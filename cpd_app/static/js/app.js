// Starts the behaviours of a page: each element with data-module="name …" gets
// modules/<name>.js, which exports `start(element)`. A page works without any of them.

import { comes } from "./lib/early.js";
import { csrfToken } from "./lib/http.js";

/** element -> name -> what ends when that behaviour is there */
const started = new WeakMap();

async function startOne(element, name) {
  try {
    const module = await import(`./modules/${name}.js`);
    await module.start(element);
  } catch (error) {
    // The page still works; the reason belongs in the console of whoever looks.
    console.error(`module ${name} did not start`, error);
  }
}

/** Start all behaviours in `root` and on it; harmless when called again. */
export function startAll(root) {
  const elements = [...root.querySelectorAll("[data-module]")];
  if (root.matches?.("[data-module]")) elements.unshift(root);
  for (const element of elements) {
    const known = started.get(element) ?? new Map();
    for (const name of element.dataset.module.split(/\s+/)) {
      if (/^[a-z][a-z0-9-]*$/.test(name) && !known.has(name)) known.set(name, startOne(element, name));
    }
    started.set(element, known);
    comes(element, Promise.all(known.values()));
  }
}

startAll(document);

// What htmx put into the page starts too, and its requests carry the token of the cookie.
document.addEventListener("htmx:load", (event) => startAll(event.detail.elt));
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, async (event) => {
    const { toast, words } = await import("./modules/flash.js");
    toast(words(event.detail.xhr?.status ?? 0), "error");
  });
}
