// The only place that touches IndexedDB, so that the page and the service worker agree on it.
//
// Stores: `outbox` (what waits for the network; key `key`, index `member`), `drafts` (what a form
// held when the page was left; key `key`, index `member`), `settings` (small values; key `key`),
// `doors` (an event's roster at its door; key `event`), `door_scans` (what a door has not sent; key `key`),
// `judgements` (what a reader of a file said and could not send; key `key`, index `member`).
// Nothing here throws: {ok: true, value} or {ok: false, reason}; reason "unavailable" (private
// mode, storage refused), "full", or "failed". Whoever writes must look at `ok` and say so.
import { openDB } from "../../vendor/idb.js";

const NAME = "cpd";
const VERSION = 3;
let opening;

function database() {
  opening ??= openDB(NAME, VERSION, {
    upgrade(db, from) {
      if (from < 1) {
        for (const name of ["outbox", "drafts"]) {
          db.createObjectStore(name, { keyPath: "key" }).createIndex("member", "member");
        }
        db.createObjectStore("settings", { keyPath: "key" });
      }
      if (from < 2) {
        db.createObjectStore("doors", { keyPath: "event" });
        db.createObjectStore("door_scans", { keyPath: "key" });
      }
      if (from < 3) {
        db.createObjectStore("judgements", { keyPath: "key" }).createIndex("member", "member");
      }
    },
    // Another tab wants a newer version: let go, and open again when next asked.
    blocking(_current, _wanted, event) {
      event.target.close();
      opening = undefined;
    },
    terminated() {
      opening = undefined;
    },
  }).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function attempt(act) {
  try {
    return { ok: true, value: await act(await database()) };
  } catch (error) {
    const unavailable = ["InvalidStateError", "SecurityError", "UnknownError", "ReferenceError", "TypeError"];
    const reason = error.name === "QuotaExceededError" ? "full"
      : unavailable.includes(error.name) ? "unavailable" : "failed";
    return { ok: false, reason, error };
  }
}

export const get = (store, key) => attempt((db) => db.get(store, key));
export const put = (store, value) => attempt((db) => db.put(store, value));
export const remove = (store, key) => attempt((db) => db.delete(store, key));
export const clear = (store) => attempt((db) => db.clear(store));

/** All rows of a store, or those of one member, in the order of their keys. */
export function all(store, member) {
  return attempt((db) => (member === undefined
    ? db.getAll(store) : db.getAllFromIndex(store, "member", member)));
}

/** Remove one row as the last thing a page does: what is not committed at once would be undone. */
export function removeNow(store, key) {
  return attempt((db) => {
    const transaction = db.transaction(store, "readwrite");
    transaction.store.delete(key);
    transaction.commit();
    return transaction.done;
  });
}

export function count(store, member) {
  return attempt((db) => (member === undefined
    ? db.count(store) : db.countFromIndex(store, "member", member)));
}

/**
 * Change one row without losing what another tab wrote meanwhile: `change(row)` gets the row as it
 * is now (or undefined) inside one transaction; what it returns is stored, undefined removes it.
 */
export function change(store, key, edit) {
  return attempt(async (db) => {
    const transaction = db.transaction(store, "readwrite");
    const next = edit(await transaction.store.get(key));
    if (next === undefined) await transaction.store.delete(key);
    else await transaction.store.put(next);
    await transaction.done;
    return next;
  });
}

/** Remove all rows of one member, as at sign-out; the value is how many there were. */
export function removeOf(store, member) {
  return attempt(async (db) => {
    const transaction = db.transaction(store, "readwrite");
    const keys = await transaction.store.index("member").getAllKeys(member);
    await Promise.all(keys.map((key) => transaction.store.delete(key)));
    await transaction.done;
    return keys.length;
  });
}

/** Ask the browser not to throw our storage away; false where it will not promise. */
export async function persist() {
  return Boolean(await globalThis.navigator?.storage?.persist?.().catch(() => false));
}
