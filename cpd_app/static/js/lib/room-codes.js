// The codes that a room shows, computed here so that a screen goes on without network. The same as
// cpd_app/domain/room_codes.py, bit for bit; tests/e2e compares both.
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const BASE = ALPHABET.length;
const BUCKET = 10_000;
const BUCKETS = BASE ** 4;

/** The number of the ten seconds that hold a moment (milliseconds). */
export const bucketAt = (moment) => Math.floor(moment / BUCKET);

/** A key as the server gives it (hex), made ready; null where the browser has no WebCrypto. */
export async function keyOf(hex) {
  if (!globalThis.crypto?.subtle) return null; // plain http in a room's own network
  const bytes = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** The two codes of a bucket: {code, short}. */
export async function codesOf({ session, key, direction, bucket }) {
  const head = digits(session * 4 + (direction === "out" ? 1 : 0));
  const middle = digits(bucket % BUCKETS).padStart(4, ALPHABET[0]);
  const code = head + middle + (await signed(key, `room:${bucket}`, 7));
  return { code, short: await signed(key, `typed:${bucket}`, 6) };
}

/** So many characters that only the key can make, from the first eight bytes of the MAC. */
async function signed(key, words, length) {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(words)));
  const most = BASE ** length;
  // Byte by byte, for eight bytes are more than a number holds exactly.
  const number = mac.slice(0, 8).reduce((sum, byte) => (sum * 256 + byte) % most, 0);
  return digits(number).padStart(length, ALPHABET[0]);
}

function digits(number) {
  let text = "";
  let left = number;
  do {
    text = ALPHABET[left % BASE] + text;
    left = Math.floor(left / BASE);
  } while (left);
  return text;
}
