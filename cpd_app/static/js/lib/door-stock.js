// What this device keeps of an event, so that its door goes on without network: sessions and roster.
// Of a person: name, number, unit, where they are, a digest of their pass. Wiped when the event is
// settled, the pairing ends or somebody signs out.
import { digestOf, judge, moved, numberKey, readPass, search } from "./door-rules.js";
import { dropCopies } from "./screen-copy.js";
import * as store from "./store.js";

const STORE = "doors";
const PAGES = "cpd-doors";
const SOON = 500;

const entryOf = ([id, name, number, unit, state, inside, since, been, digest, joined]) => ({
  id, name, number, unit, state, inside, since, been, digest, joined,
  plain: name.replace(/\s/g, "").toLowerCase(),
  key: number ? numberKey(number) : "\0",
});

/** Remove what this device keeps of one event, or of all; scans that were not sent stay. */
export async function wipeStock(event) {
  await (event === undefined ? store.clear(STORE) : store.remove(STORE, event));
  await dropCopies(event);
  if (!("caches" in globalThis)) return;
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const mine = new URL(request.url).pathname === `/door/${event}`;
    if (event === undefined || mine) await pages.delete(request);
  }
}

/** The event `event` as this device knows it. */
export function doorStock(event) {
  let entries = new Map();
  let kept = null;
  let saving;

  /** What was kept here before; false when there is nothing. */
  async function open() {
    kept = (await store.get(STORE, event)).value ?? null;
    entries = new Map((kept?.entries ?? []).map((entry) => [entry.id, entry]));
    return kept !== null;
  }

  /** Take over what the server said: everything, or what changed; `ahead`: our clock before its. */
  function take(answer, ahead) {
    if (!answer.changes) entries = new Map();
    for (const row of answer.entries) entries.set(row[0], entryOf(row));
    kept = { event, at: answer.now, ahead, sessions: answer.sessions, zone: answer.event.zone };
    save();
  }

  /** Write it down soon: a roster is large, and many scans come at once. */
  function save() {
    saving ??= setTimeout(() => {
      saving = undefined;
      if (kept) store.put(STORE, { ...kept, entries: [...entries.values()] });
    }, SOON);
  }

  function put(entry) {
    entries.set(entry.id, entry);
    save();
  }

  /** The entry that stands for this one. */
  function standing(id) {
    const entry = entries.get(id);
    return entry?.joined ? standing(entry.joined) : entry;
  }

  /** Who is meant: {entry}, {code: why not}, or {} when only the server can know. */
  async function whom({ pass, entry_id: id, number }) {
    if (id) return { entry: standing(id) };
    if (number) {
      const key = numberKey(number);
      const found = [...entries.values()].filter((entry) => entry.key === key && !entry.joined);
      return found.length ? { entry: found[0] } : {};
    }
    const read = pass && readPass(pass);
    if (!pass) return {};
    if (!read) return { code: "wrong_pass" };
    const known = entries.get(read.entry);
    if (!known) return {};
    const digest = await digestOf(event, read.code);
    if (digest && digest !== known.digest) return { code: "wrong_pass" };
    return { entry: standing(read.entry) };
  }

  return {
    open,
    take,
    whom,
    get known() { return kept; },
    get size() { return entries.size; },
    session: (id) => kept?.sessions.find((session) => session.id === id),
    search: (text) => search(entries.values(), text),
    judge: (scan, entry) => judge(scan.direction, scan.at, scan.session, entry),
    /** Somebody was scanned here. */
    move: (entry, scan) => put(moved(entry, scan.direction, scan.session, scan.at)),
    /** That scan was taken back. */
    put,
    inside: (session) => {
      let count = 0;
      for (const entry of entries.values()) count += entry.inside === session && !entry.joined ? 1 : 0;
      return count;
    },
    wipe: async () => {
      entries = new Map();
      kept = null;
      await wipeStock(event);
    },
  };
}
