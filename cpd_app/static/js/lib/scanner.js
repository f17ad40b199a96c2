// Reads QR codes through the camera.
//
//   const scanner = await startScanner(video, (text) => …, { onTrouble });
//   if (!scanner.ok) scanner.reason: "insecure" (no https), "missing" (no camera, or an app that
//     gives none), "denied", "busy" (another app has it), "offline" (no decoder), "failed"
//   scanner.pause()  scanner.resume()  scanner.stop()    stop gives the camera back
//   await scanner.light(true)          false where the phone has no light to switch
import { LOOKS, pixelsOf, prepare, textsIn } from "./decoder.js";

/** Milliseconds between two looks: the phone stays cool and the page moves. */
const REST = 90;
/** A code that stays before the camera is told once; it is new after so long without it. */
const FORGOTTEN = 2_000;
const WANTED = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

async function open(video) {
  if (!navigator.mediaDevices?.getUserMedia) {
    return { ok: false, reason: globalThis.isSecureContext ? "missing" : "insecure" };
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ audio: false, video: WANTED });
    video.muted = true;
    video.playsInline = true; // or iPhones open their player
    await video.play();
    return { ok: true };
  } catch (error) {
    shut(video);
    return { ok: false, reason: REASONS[error.name] ?? "failed" };
  }
}

function shut(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

/** Look until stopped; `onTrouble(reason)` hears when the camera goes away meanwhile. */
export async function startScanner(video, onCode, { onTrouble } = {}) {
  const [camera, decoder] = await Promise.all([open(video), prepare()]);
  if (!camera.ok) return camera;
  if (!decoder.ok) {
    shut(video);
    return decoder;
  }
  const canvas = document.createElement("canvas");
  const seen = new Map();
  let running = true;
  let paused = false;
  let turn = 0;

  function tell(text) {
    const now = performance.now();
    const fresh = !(now - seen.get(text) < FORGOTTEN);
    seen.set(text, now);
    if (fresh && running && !paused) onCode(text);
  }

  async function look() {
    const { videoWidth: width, videoHeight: height } = video;
    if (!paused && width && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      turn += 1;
      const pixels = pixelsOf(canvas, video, [width, height], LOOKS[turn % LOOKS.length]);
      for (const text of await textsIn(pixels)) tell(text);
    }
    if (running) setTimeout(look, REST);
  }

  // In another app or tab the camera is given back; phones end it by themselves anyway.
  async function follow() {
    if (document.hidden) {
      shut(video);
      return;
    }
    const again = await open(video);
    if (!running || document.hidden) shut(video);
    else if (!again.ok) onTrouble?.(again.reason);
  }

  document.addEventListener("visibilitychange", follow);
  look();
  return {
    ok: true,
    pause: () => { paused = true; },
    resume: () => { paused = false; },
    stop: () => {
      running = false;
      document.removeEventListener("visibilitychange", follow);
      shut(video);
    },
    light: async (on) => {
      const [track] = video.srcObject?.getVideoTracks() ?? [];
      if (!track?.getCapabilities?.().torch) return false;
      return track.applyConstraints({ advanced: [{ torch: on }] }).then(() => true, () => false);
    },
  };
}
