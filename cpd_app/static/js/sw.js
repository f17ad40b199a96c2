// The service worker: pages that open without network. Served at /sw.js by web/pwa.py, which puts
// `const CPD = {release, root, files, offline, decoder}` before it.
//
// Stored ahead with each release: the files of `CPD.files` and /offline. Stored ahead by the page
// (js/lib/stock.js): the log forms and /outbox, without anything of the member. Kept as they are
// looked at: the member's own pages, for one member at a time. Never touched: POST, /api, files.
const CACHES = { pages: "cpd-pages", forms: "cpd-forms", screens: "cpd-screens" };
/** Doors of events: stored by their own page, wiped by it; phones there belong to no member. */
const DOORS = "cpd-doors";
const DOOR = /^\/door\/\d+$/; // KEPT stands in lib/kept.js too
const KEPT = /^\/(?:|activities|activities\/\d+|readiness|how-it-adds-up|me\/messages|renewal|renewal\/summary|renewal\/filing\/\d+\/progress|registrations\/\d+\/certificate|events\/\d+|events\/\d+\/pass)$/;
const FORMS = /^\/(?:activities\/new(?:\/[\w-]+)?|outbox|scan)$/;
const UNTOUCHED = /^\/(?:api|files|static|sw\.js|manifest\.webmanifest)(?:\/|$)/;
/** Seconds after which a copy is better than waiting on. */
const PATIENCE = 6;
/** Said by proxies when nobody is behind them: as good as no network. */
const NOBODY = [502, 503, 504];
/** Whose pages are stored stands beside them. */
const OWNER = "/stored-for";

importScripts(...["core", "routing", "strategies", "precaching", "expiration", "cacheable-response"]
  .map((part) => `${CPD.root}vendor/workbox/workbox-${part}.js`));

const { core, routing, strategies, precaching, expiration } = workbox;
core.setCacheNameDetails({ prefix: "cpd" });
core.clientsClaim();

// A new version waits until somebody presses 更新: nothing reloads under anybody's hands.
self.addEventListener("message", (event) => {
  if (event.data?.type === "SKIP_WAITING") self.skipWaiting();
});

precaching.precacheAndRoute(
  [
    ...CPD.files.map((url) => ({ url, revision: null })), // the address carries the release
    { url: CPD.offline, revision: CPD.release },
  ],
  { directoryIndex: null, cleanURLs: false },
);

// What reads codes is large, so it is fetched when a page asks for it, and kept from release to
// release: its address in the store carries its content.
routing.registerRoute(
  /\/static\/[^/]+\/vendor\/zxing\/reader\.wasm$/,
  new strategies.CacheFirst({
    cacheName: "cpd-decoder",
    plugins: [{ cacheKeyWillBeUsed: async () => CPD.decoder }, new expiration.ExpirationPlugin({ maxEntries: 1 })],
  }),
);

// A stored page may ask for a former release's files; this release's take their place.
routing.registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith("/static/") && !url.pathname.startsWith(CPD.root),
  async ({ request, url }) => {
    const name = url.pathname.split("/").slice(3).join("/");
    return (await precaching.matchPrecache(CPD.root + name)) ?? ofScreen(request);
  },
);
async function wipe() {
  await Promise.all(Object.values(CACHES).map((name) => caches.delete(name)));
}

/** Before a page of `member` is stored, all of anybody else goes. */
async function belongTo(member) {
  const owner = await (await caches.open(CACHES.pages)).match(OWNER);
  if (owner && (await owner.text()) === member) return;
  if (owner) await wipe();
  await (await caches.open(CACHES.pages)).put(OWNER, new Response(member));
}

/** The copy says when it was made, so that the page can show it. */
async function stamped(response) {
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  const html = await response.text();
  const made = response.headers.get("Date") ?? "";
  return new Response(html.replace("<html ", `<html data-stored="${made}" `), { headers });
}

const copies = {
  fetchDidSucceed: async ({ response }) => {
    if (NOBODY.includes(response.status)) throw new Error(`status ${response.status}`);
    return response;
  },
  cachedResponseWillBeUsed: async ({ cachedResponse }) => cachedResponse && stamped(cachedResponse),
};

const pages = new strategies.NetworkFirst({
  cacheName: CACHES.pages,
  networkTimeoutSeconds: PATIENCE,
  matchOptions: { ignoreVary: true },
  plugins: [
    copies,
    {
      cacheWillUpdate: async ({ response }) => {
        const member = response.headers.get("X-Member");
        if (response.status !== 200 || !member) return null;
        await belongTo(member);
        return response;
      },
    },
    new expiration.ExpirationPlugin({ maxEntries: 60, purgeOnQuotaError: true }),
  ],
});

// What the network gives is shown and not stored: it holds the member's own words.
const forms = new strategies.NetworkFirst({
  cacheName: CACHES.forms,
  networkTimeoutSeconds: PATIENCE,
  matchOptions: { ignoreVary: true, ignoreSearch: true },
  plugins: [copies, { cacheWillUpdate: async () => null }],
});

const doors = new strategies.NetworkFirst({
  cacheName: DOORS,
  networkTimeoutSeconds: 2, // a queue stands before it
  matchOptions: { ignoreVary: true, ignoreSearch: true },
  plugins: [copies, { cacheWillUpdate: async ({ response }) => (response.status === 200 ? response : null) }],
});

importScripts(`${CPD.root}js/sw-screens.js`);
const others = new strategies.NetworkOnly({
  plugins: [
    {
      // Whoever sees the sign-in form is signed out, however that came about.
      fetchDidSucceed: async ({ request, response }) => {
        if (response.ok && new URL(request.url).pathname === "/sign-in") await wipe();
        return response;
      },
    },
  ],
});

routing.registerRoute(
  ({ request, url, sameOrigin }) => sameOrigin && request.mode === "navigate" && !UNTOUCHED.test(url.pathname),
  async (options) => {
    const { pathname, searchParams } = options.url;
    // The stored forms begin a new record; a draft is finished with network.
    const form = FORMS.test(pathname) && !searchParams.has("draft");
    const room = DOOR.test(pathname) ? doors : SCREEN.test(pathname) ? screens : others;
    const strategy = KEPT.test(pathname) ? pages : form ? forms : room;
    await endScreens();
    try {
      return await strategy.handle(options);
    } catch {
      const own = await caches.match(CPD.offline, { cacheName: CACHES.forms, ignoreVary: true });
      return own ?? precaching.matchPrecache(CPD.offline);
    }
  },
);
