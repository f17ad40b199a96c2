// Scans of a room's code: kept in the outbox with the moment they were read, sent before anything
// else. The server judges a scan by the code's own time, so it may arrive much later.
import { get, post } from "./http.js";
import { drop, item, items, keep, note, uuid } from "./outbox.js";
import { alone } from "./turn.js";

const LOCK = "cpd-scans";
const PATIENCE = 8_000;
/** Trying again would not change these. */
const FINAL = new Set([403, 404, 409, 410, 422]);
/** The code at the end of a room's link, or bare; see cpd_app/domain/room_codes.py. */
const CODE = /^(?:https?:\/\/[^\s?#]+\/c\/)?([2-9A-HJKMNP-Z]{12,19})\/?$/i;

export const isScan = (row) => row.kind === "scan";

/** The code in what a camera read; "" when it is none of a room. */
export const codeIn = (text) => (text.trim().match(CODE)?.[1] ?? "").toUpperCase();

/** A row of the outbox for a code read now; `words` names it until the server does. */
export function scanOf(member, code, words) {
  const read = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return {
    key: uuid(),
    member,
    kind: "scan",
    kindName: words.kind,
    title: words.title.replace("{}", `${two(read.getHours())}:${two(read.getMinutes())}`),
    at: read.toISOString(),
    day: `${read.getFullYear()}-${two(read.getMonth() + 1)}-${two(read.getDate())}`,
    code,
    fields: [],
    files: [],
    activity: null,
    state: "waiting",
  };
}

/** Keep it, unless the same code waits already: {ok, row} or {ok: false, row, reason}. */
export async function keepScan(row) {
  const waiting = (await items(row.member)).find((one) => isScan(one) && one.code === row.code);
  if (waiting?.state === "waiting") return { ok: true, row: waiting };
  return { ...(await keep(row)), row };
}

/**
 * Send the scans that wait, oldest first: {sent: rows, refused: rows, reason} as lib/sending.js has
 * it; a sent row has `answer`, a refused one `message` and, where one can, `statement`: the page of
 * 我在场 with what the code proves filled in.
 */
export function sendScans(member) {
  return alone(LOCK, async () => {
    const [sent, refused] = [[], []];
    const waiting = (await items(member)).filter((row) => isScan(row) && row.state === "waiting");
    if (!waiting.length) return { sent, refused, reason: "" };
    const began = Date.now();
    const who = await get("/outbox/who", { timeout: PATIENCE });
    if (!who.ok) return { sent, refused, reason: who.reason };
    if (who.data?.member !== member) return { sent, refused, reason: "signed_out" };
    const headers = { "X-Member": String(member), "X-CSRFToken": who.data.csrf };
    // This phone's clock may be wrong; the moment is told in the server's time.
    const behind = who.data.now - (began + Date.now()) / 2;
    for (const { key } of waiting) {
      const row = await item(key);
      if (row?.state !== "waiting") continue;
      const reason = await sendOne(row, { headers, behind });
      if (reason) return { sent, refused, reason };
      (row.answer ? sent : refused).push(row);
    }
    return { sent, refused, reason: "" };
  });
}

/** Empty when it is settled (kept or refused), else why it goes on waiting. */
async function sendOne(row, { headers, behind }) {
  const body = { key: row.key, code: row.code, scanned_at: new Date(Date.parse(row.at) + behind).toISOString() };
  const result = await post("/outbox/scans", body, { headers, timeout: PATIENCE });
  if (!result.ok && !FINAL.has(result.status)) return result.reason;
  if (result.ok) {
    row.answer = result.data;
    row.title = result.data.title;
    await drop(row.key);
  } else {
    const news = { state: "refused", message: result.message, statement: result.data?.statement ?? "" };
    Object.assign(row, news);
    await note(row.key, news);
  }
  return "";
}
