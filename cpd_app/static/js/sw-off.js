// The kill switch (docs/operations.md): served as /sw.js when the service worker must go. It takes
// the place of whatever worker a phone has, removes the copies it kept, and takes itself off.
// Records that wait in the outbox lie in IndexedDB and stay; the page sends them.
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("cpd-")).map((name) => caches.delete(name)));
    await self.registration.unregister();
  })());
});
