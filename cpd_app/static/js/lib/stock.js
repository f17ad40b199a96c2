// Pages stored ahead for the worker: the log forms and the outbox, which hold nothing of the member,
// and the member's own first pages. Once a day, and when release, language or look changed.
import { get } from "./http.js";
import { KEPT } from "./kept.js";

const PAGES = "cpd-pages";
const FORMS = "cpd-forms";
const SCREENS = "cpd-screens";
/** Stands beside the stored forms and says for what they were made. */
const TAG = "/stored-as";
const OWNER = "/stored-for";
const DECODER = new URL("../../vendor/zxing/reader.wasm", import.meta.url);
const FIRST = ["/", "/activities", "/readiness", "/me/messages"];

/** Fetch and store them unless they are there; `tag` is what they depend on. */
export async function stock(tag, member) {
  if (!("caches" in globalThis)) return;
  const forms = await caches.open(FORMS);
  const known = await forms.match(TAG);
  if (known && (await known.text()) === tag) return;
  const result = await get("/offline/pages");
  if (!result.ok) return;
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8" });
  for (const name of ["Content-Security-Policy", "Date"]) {
    headers.set(name, result.response.headers.get(name) ?? "");
  }
  for (const [address, html] of Object.entries(result.data.pages)) {
    await forms.put(address, new Response(html, { headers }));
  }
  if (!(await stockOwn(member))) return; // the network went: the next page begins again
  await stockDecoder();
  await forms.put(TAG, new Response(tag));
}

/** What reads codes, so that the camera scans without network; the worker keeps it. */
async function stockDecoder() {
  if (!navigator.serviceWorker?.controller || navigator.connection?.saveData) return;
  await fetch(DECODER).catch(() => undefined); // then it is fetched when the camera is opened
}

/** The copy of a page on this device; undefined when there is none. */
export async function copyOf(address) {
  if (!("caches" in globalThis)) return undefined;
  return caches.match(address, { cacheName: PAGES, ignoreVary: true });
}

/** Pages behind what the member is about to open; none where data is dear or nothing keeps them. */
export async function keepPages(addresses, member) {
  if (!navigator.serviceWorker?.controller || navigator.connection?.saveData) return;
  await stockOwn(member, addresses.filter((address) => KEPT.test(address)));
}

/** The member's own pages that were not looked at yet, so that they open in a tunnel too; false: not all. */
async function stockOwn(member, addresses = FIRST) {
  const pages = await caches.open(PAGES);
  for (const address of addresses) {
    if (await pages.match(address, { ignoreVary: true })) continue;
    const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response) return false;
    if (response.ok && response.headers.get("X-Member") === String(member)) {
      await pages.put(OWNER, new Response(String(member)));
      await pages.put(address, response);
    }
  }
  return true;
}

/** Remove every copy, as at sign-out; with `all` what belongs to the release too. */
export async function wipe({ all = false } = {}) {
  if (!("caches" in globalThis)) return;
  const names = all ? (await caches.keys()).filter((name) => name.startsWith("cpd-")) : [PAGES, FORMS, SCREENS];
  await Promise.all(names.map((name) => caches.delete(name)));
}
