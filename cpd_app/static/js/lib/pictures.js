// Photos in the page: decoded upright, drawn on a canvas, made smaller before they travel. Nothing
// here throws; what the browser cannot decode (HEIC outside Safari, PDF) gives null.

/** Longest side that the server keeps; sending more only takes time. */
const LONGEST = 2560;
const QUALITY = 0.9;
/** Below this a photo travels as it is. */
const SMALL = 700 * 1024;

export const isPhoto = (file) => /^image\//.test(file.type) || /\.(?:jpe?g|png|hei[cf])$/i.test(file.name);

/** The decoded photo turned upright, or null. */
export async function decoded(file) {
  if (!isPhoto(file) || !("createImageBitmap" in globalThis)) return null;
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/** A canvas that holds the bitmap, at most LONGEST pixels long, on white. */
export function drawn(bitmap) {
  const share = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * share));
  canvas.height = Math.max(1, Math.round(bitmap.height * share));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The canvas as a JPEG file with the name of `file`. */
export function asFile(canvas, file) {
  return new Promise((resolve) => {
    canvas.toBlob((blob) => {
      const name = `${file.name.replace(/\.[A-Za-z0-9]{2,5}$/, "") || "photo"}.jpg`;
      resolve(blob ? new File([blob], name, { type: "image/jpeg" }) : null);
    }, "image/jpeg", QUALITY);
  });
}

/** The photo as small as the server would keep it; the file itself where that gains nothing. */
export async function shrunk(file) {
  if (file.size <= SMALL) return file;
  const bitmap = await decoded(file);
  if (!bitmap) return file;
  const smaller = await asFile(drawn(bitmap), file);
  bitmap.close();
  return smaller && smaller.size < file.size ? smaller : file;
}
