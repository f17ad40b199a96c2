// Finds QR codes in pictures. The decoder (zxing, 413 KB compressed) is fetched from here when it
// is first needed; no picture leaves the device.
import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";
import { decoded } from "./pictures.js";

const WASM = new URL("../../vendor/zxing/reader.wasm", import.meta.url).href;
/** How a picture is looked at: which part of it, and how many pixels its longest side gets. */
export const LOOKS = [
  { part: 1, longest: 1280 }, // a code of a tenth of it still has five pixels a module
  { part: 0.5, longest: 1280 }, // the middle at full size, for a code far away
  { part: 1, longest: 320 }, // made small, which takes out the noise of a dark room
];
const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryInvert: true, maxNumberOfSymbols: 4 };

let prepared;

/** Fetch the decoder: {ok}, reason "offline". Called early it saves the first code's wait. */
export async function prepare() {
  prepared ??= prepareZXingModule({
    // Without this the library would ask a host abroad.
    overrides: { locateFile: (name, prefix) => (name.endsWith(".wasm") ? WASM : prefix + name) },
    fireImmediately: true,
  });
  try {
    await prepared;
    return { ok: true };
  } catch {
    prepared = undefined;
    return { ok: false, reason: "offline" };
  }
}

/** The texts of the codes in a canvas's or photo's pixels. */
export async function textsIn(pixels) {
  const found = await readBarcodes(pixels, OPTIONS);
  return found.filter((one) => one.isValid && one.text).map((one) => one.text);
}

/** Pixels of a picture of this size, for one of LOOKS. */
export function pixelsOf(canvas, source, [width, height], { part, longest }) {
  const share = Math.min(1, longest / (Math.max(width, height) * part));
  const [wide, high] = [Math.round(width * part), Math.round(height * part)];
  canvas.width = Math.max(1, Math.round(wide * share));
  canvas.height = Math.max(1, Math.round(high * share));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, (width - wide) / 2, (height - high) / 2, wide, high, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** The codes in a photo: {ok, texts}; reason "unreadable" (no picture) or "offline" (no decoder). */
export async function readPhoto(file) {
  const ready = await prepare();
  if (!ready.ok) return ready;
  const bitmap = await decoded(file);
  if (!bitmap) return { ok: false, reason: "unreadable" };
  const size = [bitmap.width, bitmap.height];
  const canvas = document.createElement("canvas");
  let texts = [];
  for (const look of LOOKS) {
    if (!texts.length) texts = await textsIn(pixelsOf(canvas, bitmap, size, look));
  }
  bitmap.close();
  return { ok: true, texts };
}
