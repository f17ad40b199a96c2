// Starts the behaviours of a page: each element with data-module="name …" gets
// modules/<name>.js, which exports `start(element)`. A page works without any of them.

import { csrfToken } from "./lib/http.js";

const started = new WeakMap();

async function startOne(element, name) {
  const names = started.get(element) ?? new Set();
  if (names.has(name)) return;
  started.set(element, names.add(name));
  try {
    const module = await import(`./modules/${name}.js`);
    module.start(element);
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
    for (const name of element.dataset.module.split(/\s+/)) {
      if (/^[a-z][a-z0-9-]*$/.test(name)) startOne(element, name);
    }
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
