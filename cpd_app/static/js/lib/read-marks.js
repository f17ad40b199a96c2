// Messages opened on this device whose mark the server does not have yet: {key, member, ids} in the
// store `settings`. They are not records of the member, so 待发送 does not count them.
import { post } from "./http.js";
import * as store from "./store.js";

const STORE = "settings";
const ADDRESS = "/me/messages/read";
/** Somebody waits for the page behind the message. */
const PATIENCE = 3_000;
/** Trying again would not change these. */
const FINAL = new Set([403, 404, 422]);

const keyOf = (member) => `read-marks-${member}`;

/** What waits here, by id. */
export async function marked(member) {
  return (await store.get(STORE, keyOf(member))).value?.ids ?? [];
}

/** Keep the mark before it is sent. */
export function mark(member, id) {
  return store.change(STORE, keyOf(member), (row) => ({
    key: keyOf(member), member, ids: [...new Set([...(row?.ids ?? []), id])],
  }));
}

export const dropMarks = (member) => store.remove(STORE, keyOf(member));

/** Send what waits; "" or why it goes on waiting, as lib/http.js has it. What is marked meanwhile stays. */
export async function sendMarks(member) {
  const ids = await marked(member);
  if (!ids.length) return "";
  const headers = { "X-Member": String(member) };
  const result = await post(ADDRESS, new URLSearchParams(ids.map((id) => ["id", id])), { headers, timeout: PATIENCE });
  if (!result.ok && !FINAL.has(result.status)) return result.reason;
  await store.change(STORE, keyOf(member), (row) => {
    const left = (row?.ids ?? []).filter((id) => !ids.includes(id));
    return left.length ? { ...row, ids: left } : undefined;
  });
  return "";
}
