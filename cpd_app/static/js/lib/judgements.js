// What a reader said of records and the server has not taken yet. Kept in IndexedDB first and sent
// after, in order, each under its own key: a reload, a dead network or a second try lose nothing.
//
// A row: key (UUID), member, filing, record, url, at (ISO), body {verdict, hours, minutes, reason,
// template, seen}, words (what the list shows), state "waiting" or "refused", message.
import { post } from "./http.js";
import { uuid } from "./outbox.js";
import * as store from "./store.js";

const STORE = "judgements";
/** Where the browser keeps nothing (private mode): at least until the page is left. */
const memory = new Map();
let sending = null;
let again = false;

/** Everything of a reader that is not saved, in the order in which it was said. */
export async function unsaved(member) {
  const found = await store.all(STORE, member);
  const held = [...memory.values()].filter((row) => row.member === member);
  return [...(found.value ?? []), ...held].sort((a, b) => a.at.localeCompare(b.at));
}

/** A row of its own key; made at once, so that the reader goes on before it is stored. */
export const rowOf = (said) => ({ key: uuid(), at: new Date().toISOString(), state: "waiting", ...said });

/** Keep a judgement; a waiting one on the same record gives way to it. {ok, reason} */
export async function keep(row) {
  for (const older of await unsaved(row.member)) {
    if (older.record === row.record && older.filing === row.filing) await drop(older.key);
  }
  const result = await store.put(STORE, row);
  if (!result.ok) memory.set(row.key, row);
  return result;
}

export async function drop(key) {
  memory.delete(key);
  await store.remove(STORE, key);
}

export async function dropUnsaved(member) {
  await store.removeOf(STORE, member);
}

async function sendOne(row) {
  const body = new URLSearchParams({ key: row.key });
  for (const [name, value] of Object.entries(row.body)) {
    if (value !== "" && value !== null && value !== undefined) body.set(name, value);
  }
  return post(row.url, body);
}

async function round(member, heard) {
  for (const row of (await unsaved(member)).filter((one) => one.state === "waiting")) {
    const answer = await sendOne(row);
    if (answer.ok) {
      await drop(row.key);
      heard.saved(row, answer.data);
    } else if (answer.reason === "refused") {
      const refused = { ...row, state: "refused", message: answer.message, code: answer.code };
      if (memory.has(row.key)) memory.set(row.key, refused);
      await store.change(STORE, row.key, (kept) => kept && refused);
      heard.refused(refused);
    } else {
      return answer.reason;
    }
  }
  return "";
}

/** Send what waits; asked meanwhile, another round follows. `heard`: saved(row, news), refused(row), after(reason). */
export function flush(member, heard) {
  again = true;
  sending ??= (async () => {
    let reason = "";
    while (again && !reason) {
      again = false;
      reason = await round(member, heard);
    }
    sending = null;
    heard.after(reason);
  })();
  return sending;
}
