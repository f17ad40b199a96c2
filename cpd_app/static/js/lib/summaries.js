// 职业发展总结 written here and not on the server yet: one row a term in the store `drafts`.
//
// A row: key, member, registration, term, text, version (the server's, on which it was written),
// at (ISO), state "waiting" or "changed" (also changed elsewhere: its editor shows both).
import { post } from "./http.js";
import * as store from "./store.js";
import { alone } from "./turn.js";

const STORE = "drafts";
const PREFIX = "summary-";
const LOCK = "cpd-summary";
const ADDRESS = "/renewal/summary";

const keyOf = (term) => `${PREFIX}${term}`;

/** What this device holds of a member's term; undefined when the server has it all. */
export async function draftOf(term, member) {
  const { value } = await store.get(STORE, keyOf(term));
  return value?.member === member ? value : undefined;
}

/** Keep it here before it is sent: {ok, reason}. */
export function keepDraft({ member, registration, term, text, version, state = "waiting" }) {
  const at = new Date().toISOString();
  return store.put(STORE, { key: keyOf(term), member, registration, term, text, version, state, at });
}

export const dropDraft = (term) => store.remove(STORE, keyOf(term));

/** All of a member's that wait here. */
export async function drafts(member) {
  const { value } = await store.all(STORE, member);
  return (value ?? []).filter((row) => row.key.startsWith(PREFIX));
}

/**
 * Send one: {ok, version, said}, or {ok: false, reason, theirs}; theirs: {text, version} when it was
 * changed elsewhere. What was written meanwhile stays, on the new version.
 */
export function sendDraft(term, member) {
  return alone(LOCK, async () => {
    const row = await draftOf(term, member);
    if (!row) return { ok: true };
    const body = new FormData();
    for (const [name, value] of [["registration_id", row.registration], ["version", row.version], ["text", row.text]]) {
      body.set(name, value);
    }
    const result = await post(ADDRESS, body, { headers: { "X-Member": String(member) } });
    if (!result.ok) {
      const theirs = result.status === 409 && result.data ? { text: result.data.text, version: result.data.version } : null;
      if (theirs) await store.change(STORE, row.key, (now) => now && { ...now, state: "changed" });
      return { ok: false, reason: result.reason, message: result.message, theirs };
    }
    const { version, said } = result.data;
    await store.change(STORE, row.key, (now) => (now && now.text !== row.text ? { ...now, version } : undefined));
    return { ok: true, version, said, text: row.text };
  });
}

/** Send what waits, from any page but the editor, which does it itself. */
export async function sendDrafts(member) {
  if (document.querySelector("[data-module~=summary]")) return;
  for (const row of await drafts(member)) {
    if (row.state === "waiting") await sendDraft(row.term, member);
  }
}
