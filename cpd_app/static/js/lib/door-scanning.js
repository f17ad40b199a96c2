// One scan at the door, from the code to the result: kept on this device first, then sent; when the
// server has not answered within a second it is shown as queued, and goes on being sent.
import { drop, flush, keep, rowsOf, sendOne } from "./door-queue.js";
import { clockTime } from "./door-screen.js";
import { metaOf } from "./door-sheets.js";
import { uuid } from "./outbox.js";
import * as store from "./store.js";

/** Longer than this nobody at a door waits for an answer (ms). */
const PATIENCE = 700;
const RECENT = 30;
const wait = (time) => new Promise((resolve) => { setTimeout(resolve, time, null); });

/** `changed()` after everything that the bar and the list show. */
export function scanning({ event, url, line, stock, screen, chosen, changed }) {
  const recent = [];
  let last = null;

  const personOf = (entry) => ({ name: entry.name, meta: metaOf(entry) });
  const codeTime = (moment) => clockTime(moment, stock.known.zone);

  /** The server has it, or will not: in the list, and on the card while it is still this one's. */
  function settled(row, result, { first = false } = {}) {
    const mine = last?.key === row.key;
    if (result.ok) {
      const { id, at, entry, outcome, others } = result.data;
      const scan = { ...row, ...personOf(entry), at: Date.parse(at) };
      if (!recent.some((known) => known.key === row.key)) recent.unshift({ ...scan, state: "kept" });
      recent.length = Math.min(recent.length, RECENT);
      if (mine) screen.confirmed(scan, outcome, others, { quiet: !first });
      if (mine) last.id = id;
    } else {
      line.doubt(); // what was assumed of this person is wrong
      screen.refused(row, result);
      if (mine) last = null;
    }
    changed();
  }

  /** Send what waits, the oldest first. */
  async function send() {
    if (!line.csrf) return;
    const reason = await flush(event, { url, csrf: line.csrf, sent: settled });
    if (reason === "offline" || reason === "timeout") line.lost();
    changed();
  }

  /** `who`: {pass}, {entry_id}, {number} or {walk_in: {name, …}}. */
  async function scan(who) {
    const session = stock.session(chosen.session);
    const at = line.now(stock.known?.ahead);
    const made = { key: uuid(), event, at, direction: chosen.direction, session, room: session?.title };
    const { entry, code } = who.walk_in ? {} : await stock.whom(who);
    const person = entry ? personOf(entry) : { name: who.walk_in?.name ?? "", meta: who.walk_in?.unit ?? who.number ?? "" };
    const found = session && judged(made, entry);
    const refusal = code ?? found?.code ?? (who.number && !entry && !line.online ? "not_on_roster" : null);
    if (refusal) {
      last = null;
      const values = session ? { opens: codeTime(session.opens_at), closed: codeTime(session.closes_at) } : {};
      screen.refused({ ...made, ...person }, screen.refusal(refusal, values));
      changed();
      return;
    }
    const row = {
      key: made.key, event, at, direction: made.direction, room: made.room, ...person, state: "waiting",
      body: { ...who, session_id: session?.id, direction: made.direction, scanned_at: new Date(at).toISOString(), key: made.key },
    };
    const kept = await keep(row);
    last = { key: made.key, before: entry, id: null };
    await deliver({ ...made, ...person }, row, { kept, entry, outcome: found?.outcome });
  }

  /** By the rules of this device: {outcome} or {code}; without the entry only the window is known. */
  function judged(made, entry) {
    const found = stock.judge(made, entry ?? { state: "listed", inside: null, been: [] });
    return entry || found.code ? found : null;
  }

  async function deliver(made, row, { kept, entry, outcome }) {
    const earlier = entry?.inside === made.session?.id && entry?.since ? [{ at: entry.since, door: "" }] : [];
    if (entry && made.session) stock.move(entry, made);
    if (line.online && !line.csrf) await Promise.race([line.again(), wait(PATIENCE)]);
    const sent = line.online && line.csrf ? sendOne(row, { url, csrf: line.csrf }) : null;
    const result = sent && (await (kept.ok ? Promise.race([sent, wait(PATIENCE)]) : sent));
    if (result?.ok || result?.final) {
      settled(row, result, { first: true });
      return;
    }
    if (!kept.ok) { // neither the device nor the server has it
      screen.refused(made, screen.refusal("door_not_kept"));
      return;
    }
    row.waited = true;
    await store.change("door_scans", row.key, (known) => known && { ...known, waited: true });
    screen.queued(made, outcome, earlier);
    changed();
    if (!sent || result) {
      line.lost();
      return;
    }
    const late = await sent;
    if (late.ok || late.final) settled(row, late);
    else line.lost();
  }

  /** Take the last scan back: one that waits is dropped, one that the server has is reversed. */
  async function undo(reverse) {
    if (!last) return false;
    const { key, id, before } = last;
    const waiting = (await rowsOf(event)).some((row) => row.key === key && row.state === "waiting");
    if (waiting) await drop(key);
    else if (!(id && (await reverse(id)))) return false;
    if (before) stock.put(before);
    last = null;
    line.doubt();
    changed();
    return true;
  }

  return { scan, send, undo, recent, get last() { return last; } };
}
