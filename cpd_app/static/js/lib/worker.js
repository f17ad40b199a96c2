// Puts the service worker on the device for pages that stand by themselves; the others do it with
// modules/update.js, which offers new versions too.
export async function registerWorker(state) {
  if (state === "off" || !navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  } catch {
    // Forbidden here (private mode), or no network yet: the page works without it.
  }
}

/** Store the open page: it was loaded before the worker could do so. */
export async function storePage(cache, html = document.documentElement.dataset) {
  if (!("caches" in globalThis) || html.stored !== undefined) return;
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response?.ok && !response.redirected) await (await caches.open(cache)).put(location.pathname, response);
}
