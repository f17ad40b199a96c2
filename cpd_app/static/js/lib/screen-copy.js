// A room's screen keeps a copy of itself, so that it comes back after a reload without network: the
// page with the keys of its one session, the files it is made of, how far this computer's clock is
// ahead of the server's. It is shown by the worker until the session's window closes, then removed;
// signing out removes it at once.
const CACHE = "cpd-screens";
/** The window's end by this computer's clock (ms), and how far that is ahead (ms). */
const [ENDS, AHEAD] = ["X-Ends", "X-Ahead"];
/** A clock that was set by more since makes another copy. */
const MOVED = 1_000;
/** How long the answer that was kept took, as far as the clock is concerned: any real one is better. */
const TRIP = 4_000;

let known = null;

/** When the page that is shown was copied, by the server's time; null: it came from the network. */
export function copiedAt() {
  const { stored } = document.documentElement.dataset;
  return stored === undefined ? null : Date.parse(stored);
}

/** The server's time as far as the copy knows it: what serverClock().sample takes. */
export async function sampleOfCopy() {
  const copy = await (await caches.open(CACHE)).match(location.pathname);
  const at = Date.now() - Number(copy?.headers.get(AHEAD) ?? 0);
  const ended = performance.now();
  return [at - TRIP / 2, ended - TRIP, ended];
}

/** Keep the page for reloads until its window closes at `closes` (ms, the server's time). */
export async function keepCopy(closes, ahead) {
  if (!("caches" in globalThis) || copiedAt() !== null) return;
  if (known !== null && Math.abs(ahead - known) <= MOVED) return;
  known = ahead;
  try {
    await copy(closes, ahead);
  } catch {
    known = null; // the network went, or the device is full: with the next count it begins again
  }
}

async function copy(closes, ahead) {
  const cache = await caches.open(CACHE);
  const page = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!page.ok || page.redirected) return;
  const headers = new Headers(page.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set(ENDS, String(Math.round(closes + ahead)));
  headers.set(AHEAD, String(Math.round(ahead)));
  const loaded = performance.getEntriesByType("resource").map((file) => file.name);
  const files = new Set(loaded.filter((url) => new URL(url).pathname.startsWith("/static/")));
  await cache.put(location.pathname, new Response(await page.text(), { headers }));
  await cache.addAll(files);
}

/** Remove the copies of one event's screens, or all. */
export async function dropCopies(event) {
  if (!("caches" in globalThis)) return;
  if (event === undefined) {
    await caches.delete(CACHE);
    return;
  }
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    if (new URL(request.url).pathname.startsWith(`/events/${event}/`)) await cache.delete(request);
  }
}
