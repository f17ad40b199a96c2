// Scans of this door that the server does not have yet, and those it did not take. A scan is kept
// here before it is sent, so that nothing depends on the network; the server keeps a key once.
//
// A row of the store `door_scans`: key, event, at (milliseconds, by the server's clock), body (what is
// sent), name, meta, direction, room, state "waiting", "refused" or "twice", message, others.
import { post } from "./http.js";
import * as store from "./store.js";
import { alone } from "./turn.js";

const STORE = "door_scans";
const PATIENCE = 12_000;
/** Trying again would not change these; anything else keeps the scan waiting. */
const FINAL = new Set([400, 403, 404, 409, 413, 422]);

/** All scans of a door that are still here, the oldest first. */
export async function rowsOf(event) {
  const rows = (await store.all(STORE)).value ?? [];
  return rows.filter((row) => event === undefined || row.event === event).sort((a, b) => a.at - b.at);
}

export const keep = (row) => store.put(STORE, row);
export const drop = (key) => store.remove(STORE, key);
export const wipeQueue = () => store.clear(STORE);

/** How many scans of any door have not been sent from this device. */
export async function unsent() {
  return (await rowsOf()).filter((row) => row.state === "waiting").length;
}

/** Send one: {ok, data} when the server has it, {final, …} when it will not, else {reason}. */
export async function sendOne(row, { url, csrf }) {
  const result = await post(url, row.body, { headers: { "X-CSRFToken": csrf }, timeout: PATIENCE });
  if (result.ok) {
    // A second scan of the same person is for a human to look at; others are done.
    const twice = row.waited && result.data.others.length > 0;
    if (twice) await keep({ ...row, state: "twice", others: result.data.others });
    else await drop(row.key);
    return { ok: true, data: result.data, twice };
  }
  const csrfGone = result.status === 400 && result.code === "csrf";
  if (!FINAL.has(result.status) || csrfGone) return { reason: csrfGone ? "csrf" : result.reason };
  // What was refused at once was seen at once; later somebody has to be told.
  if (row.waited) await keep({ ...row, state: "refused", code: result.code, message: result.message });
  else await drop(row.key);
  return { final: true, code: result.code, message: result.message };
}

/** Send what waits, in order; ends at the first thing that only needs patience. One tab at a time. */
export function flush(event, { url, csrf, sent }) {
  return alone(`cpd-door-${event}`, async () => {
    for (const row of await rowsOf(event)) {
      if (row.state !== "waiting") continue;
      const result = await sendOne(row, { url, csrf });
      if (result.reason) return result.reason;
      sent(row, result);
    }
    return "";
  });
}
