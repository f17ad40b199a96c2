// The outbox: records that were written here and are not on the server yet, each with its photos,
// and scans of room codes (lib/scans.js).
//
// A row of the store `outbox`: key (UUID, made once: the server keeps a record once per key),
// member, at (ISO), kind, kindName, title, day, fields [[name, value]], files [{key, name, proof,
// secrecy, blob, refused?}], activity (id, once the record itself is kept), state "waiting" or
// "refused", code, message. What sends it: lib/sending.js.
import * as store from "./store.js";

const STORE = "outbox";
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("cpd-outbox") : null;
const listeners = new Set();

/** A UUID, also where crypto.randomUUID is missing (old systems, plain http). */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Hear of every change, made in this tab or in another. */
export function listen(heard) {
  listeners.add(heard);
}

function tell() {
  for (const heard of listeners) heard();
}

channel?.addEventListener("message", tell);

function changed() {
  tell();
  channel?.postMessage("changed");
}

/** What a member has here, in the order it was written. */
export async function items(member) {
  const found = await store.all(STORE, member);
  return (found.value ?? []).sort((a, b) => a.at.localeCompare(b.at));
}

export async function item(key) {
  return (await store.get(STORE, key)).value;
}

/** Store it, or say why not: {ok, reason}. The browser is asked not to throw it away. */
export async function keep(row) {
  const result = await store.put(STORE, row);
  store.persist();
  changed();
  return result;
}

/** Write what became of it, unless it was deleted meanwhile. */
export async function note(key, news) {
  await store.change(STORE, key, (row) => row && { ...row, ...news });
  changed();
}

export async function drop(key) {
  await store.remove(STORE, key);
  changed();
}

/** Remove everything of a member, as at sign-out. */
export async function dropAll(member) {
  await store.removeOf(STORE, member);
  await store.removeOf("drafts", member);
  changed();
}

/** Remove the copies of a purged file: the same upload, or the same bytes. */
export async function purge({ key, hash }) {
  for (const row of (await store.all(STORE)).value ?? []) {
    const same = await Promise.all(row.files.map(async (file) =>
      (key && file.key === key) || (hash && (await digest(file.blob)) === hash)));
    const files = row.files.filter((_file, index) => !same[index]);
    if (files.length < row.files.length) await note(row.key, { files });
  }
}

async function digest(blob) {
  if (!crypto.subtle) return "";
  const bytes = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
