// The worker's part for the screens of rooms, read by sw.js: a screen keeps itself with its files
// (js/lib/screen-copy.js, X-Ends: until when), and comes back after a reload without network.
const SCREEN = /^\/events\/\d+\/sessions\/\d+\/projector$/;

routing.registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith(CPD.root),
  ({ request }) => ofScreen(request),
);

/** A file that a screen kept beside its page, else from the network. */
async function ofScreen(request) {
  return (await caches.match(request, { cacheName: CACHES.screens, ignoreVary: true })) ?? fetch(request);
}

/** Remove the screens whose window has closed: with them go the keys of their sessions. */
async function endScreens() {
  if (!(await caches.has(CACHES.screens))) return;
  const cache = await caches.open(CACHES.screens);
  let running = 0;
  for (const request of await cache.keys()) {
    const ends = (await cache.match(request, { ignoreVary: true }))?.headers.get("X-Ends");
    if (ends && Number(ends) < Date.now()) await cache.delete(request);
    else if (ends) running += 1;
  }
  if (!running) await caches.delete(CACHES.screens); // only files are left
}

const screens = new strategies.NetworkFirst({
  cacheName: CACHES.screens,
  networkTimeoutSeconds: PATIENCE,
  matchOptions: { ignoreVary: true, ignoreSearch: true },
  plugins: [
    copies,
    {
      // Signed out, or the phone's pairing has ended: the copy goes with it.
      fetchDidSucceed: async ({ request, response }) => {
        const { pathname } = new URL(request.url);
        if (response.status !== 200) await (await caches.open(CACHES.screens)).delete(pathname, { ignoreVary: true });
        return response;
      },
      cacheWillUpdate: async () => null,
    },
  ],
});
