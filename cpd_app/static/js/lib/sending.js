// Sends the outbox. The page does it, never the worker: background sync does not exist everywhere,
// and loses photos where it does. The server keeps a record once per key and a file once per key,
// so sending twice by accident changes nothing.
import { get, post, upload } from "./http.js";
import { drop, item, items, note } from "./outbox.js";
import { sendMarks } from "./read-marks.js";
import { isScan, sendScans } from "./scans.js";
import { sendDrafts } from "./summaries.js";
import { alone } from "./turn.js";

const LOCK = "cpd-outbox";
const PATIENCE = 12_000;
/** Trying again would not change these; anything else keeps the record waiting. */
const FINAL = new Set([403, 404, 409, 410, 413, 422]);

/** Send what waits: scans first, for people wait at the door; then records as flushRecords does. */
export async function flush(member, options) {
  const scans = await sendScans(member);
  if (scans.reason) return scans;
  const records = await flushRecords(member, options);
  if (!records.reason) {
    await sendDrafts(member);
    await sendMarks(member);
  }
  return {
    sent: [...scans.sent, ...records.sent],
    refused: [...scans.refused, ...records.refused],
    reason: records.reason,
  };
}

/**
 * Send the records that wait, oldest first; ends at the first thing that only needs patience. One tab sends at a
 * time, another one waits for it and sends what is left. Answers {sent: rows, refused: rows, reason};
 * reason "" (nothing waits any more), "offline", "timeout", "signed_out", "server". `open`: key of the
 * record whose page is opened next, so that it says what was saved. `onProgress(number, of, share)`
 * hears of its photos.
 */
function flushRecords(member, { open, onProgress } = {}) {
  return alone(LOCK, async () => {
    const sent = [];
    const refused = [];
    const waiting = (await items(member)).filter((row) => !isScan(row) && row.state === "waiting");
    if (!waiting.length) return { sent, refused, reason: "" };
    const who = await get("/outbox/who", { timeout: PATIENCE });
    if (!who.ok) return { sent, refused, reason: who.reason };
    if (who.data?.member !== member) return { sent, refused, reason: "signed_out" };
    const headers = { "X-Member": String(member), "X-CSRFToken": who.data.csrf };
    for (const { key } of waiting) {
      const row = await item(key); // as it is now: it may have been deleted meanwhile
      if (row?.state !== "waiting") continue;
      const then = key === open ? "open" : "";
      const reason = await sendOne(row, { headers, then, onProgress });
      if (reason) return { sent, refused, reason };
      (row.activity ? sent : refused).push(row);
    }
    return { sent, refused, reason: "" };
  });
}

/** Empty when it is settled (kept or refused), else why it goes on waiting. */
async function sendOne(row, { headers, then, onProgress }) {
  if (!row.activity) {
    const result = await post("/outbox/records", bodyOf(row, then), { headers, timeout: PATIENCE });
    if (!result.ok && !FINAL.has(result.status)) return result.reason;
    if (!result.ok) {
      const { code, message, data } = result;
      Object.assign(row, { state: "refused", code, message, errors: data?.errors, summary: data?.summary });
      await note(row.key, row);
      return "";
    }
    row.activity = result.data.id;
    await note(row.key, { activity: row.activity });
  }
  let left = row.files;
  for (const [index, file] of row.files.entries()) {
    if (file.refused) continue;
    const result = await upload(`/activities/${row.activity}/evidence`, fileBody(file), {
      headers,
      onProgress: (share) => onProgress?.(index + 1, row.files.length, share),
    });
    if (!result.ok && !FINAL.has(result.status)) return result.reason;
    if (result.ok) left = left.filter((known) => known !== file);
    else file.refused = result.message || String(result.status);
    await note(row.key, { files: left });
  }
  if (left.length) await note(row.key, { state: "refused", message: left[0].refused });
  else await drop(row.key);
  return "";
}

function bodyOf(row, then) {
  const data = new FormData();
  for (const [name, value] of row.fields) data.append(name, value);
  data.set("key", row.key);
  data.set("then", then);
  if (row.files.length) data.set("files", row.files.length);
  return data;
}

function fileBody(file) {
  const data = new FormData();
  data.set("key", file.key);
  data.set("secrecy", file.secrecy);
  data.append("proofs", file.proof);
  data.append("file", file.blob, file.name);
  return data;
}
