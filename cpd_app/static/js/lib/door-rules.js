// What a door decides by itself when there is no network: the same as the server's
// (domain/checkin.py, domain/pass_codes.py; tests/e2e/test_door.py runs the cases of both).
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const MAC = 7;
const PASS = /^P([2-9A-HJKMNP-Z]{1,8})[2-9A-HJKMNP-Z]{7}$/;
const DIGEST = 16;
/** An organiser has not settled these; nobody is sent away for it. */
const UNSETTLED = new Set(["pending", "waiting", "declined"]);
/** Fewest characters of a search: the roster is never listed. */
export const LEAST = 2;
export const MOST_FOUND = 8;

/** A pass as scanned or typed: {code, entry}; null for what is none. */
export function readPass(text) {
  const code = text.replace(/\s/g, "").toUpperCase();
  const found = PASS.exec(code);
  if (!found) return null;
  const entry = [...code.slice(1, -MAC)].reduce((sum, digit) => sum * 31 + ALPHABET.indexOf(digit), 0);
  return { code, entry };
}

/** What the roster knows a pass by; "" where the browser cannot compute it (plain http). */
export async function digestOf(event, code) {
  if (!globalThis.crypto?.subtle) return "";
  const bytes = new TextEncoder().encode(`${event}:${code}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, DIGEST);
}

/** {outcome} or {code}, for somebody on the roster, at a moment (milliseconds). */
export function judge(direction, at, session, entry) {
  if (at < session.opens_at) return { code: "checkin_not_open" };
  if (at > session.closes_at) return { code: "checkin_closed" };
  if (session.rehearsal) return { outcome: "rehearsal" };
  if (UNSETTLED.has(entry.state)) return { outcome: "pending" };
  const here = entry.inside === session.id;
  if (direction === "in") return { outcome: here ? "already_checked_in" : "accepted" };
  if (here) return { outcome: "accepted" };
  return { outcome: entry.been.includes(session.id) ? "already_checked_out" : "not_checked_in" };
}

/** The entry after one more scan of it. */
export function moved(entry, direction, session, at) {
  if (session.rehearsal) return entry;
  const been = entry.been.includes(session.id) ? entry.been : [...entry.been, session.id];
  if (direction === "in") {
    const since = entry.inside === session.id ? entry.since : at;
    return { ...entry, been, inside: session.id, since };
  }
  return entry.inside === session.id ? { ...entry, been, inside: null, since: null } : { ...entry, been };
}

/** A number as compared: the same characters whatever their width, no case, no blanks. */
export const numberKey = (text) => text.normalize("NFKC").toUpperCase().replace(/\s/g, "");

/** Who is meant by two characters or more of a name or number; one more than are shown. */
export function search(entries, text) {
  const wanted = text.replace(/\s/g, "").toLowerCase();
  const key = numberKey(text);
  if (wanted.length < LEAST) return [];
  const found = [];
  for (const entry of entries) {
    if (entry.joined || !(entry.plain.includes(wanted) || entry.key.includes(key))) continue;
    found.push(entry);
    if (found.length > MOST_FOUND) break;
  }
  return found;
}
