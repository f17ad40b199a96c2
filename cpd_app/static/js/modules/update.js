// Puts the service worker on the device, stores pages ahead, and offers a new version (更新): it
// waits until somebody presses the button, and only that tab loads again.
import { stock, wipe } from "../lib/stock.js";

/** Nobody is asked to load again while they write. */
const WRITING = "main form[data-module~=outbox-form]";

async function takeOff(workers) {
  for (const registration of await workers.getRegistrations()) await registration.unregister();
  await wipe({ all: true });
}

async function loaded() {
  if (document.readyState === "complete") return;
  await new Promise((resolve) => { addEventListener("load", resolve, { once: true }); });
}

export async function start(lines) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  if (lines.dataset.worker === "off") {
    takeOff(workers);
    return;
  }
  await loaded(); // the page first, then what is for later
  let registration;
  try {
    registration = await workers.register("/sw.js", { scope: "/", updateViaCache: "none" });
  } catch {
    // Forbidden here (private mode), or no network yet: the pages work without it.
  }
  if (!registration) return;

  const part = lines.querySelector("[data-part=update]");
  let pressed = false;
  const offer = () => {
    part.hidden = !registration.waiting || !workers.controller || document.querySelector(WRITING) !== null;
  };
  const watch = (worker) => worker?.addEventListener("statechange", offer);
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  part.querySelector("button").addEventListener("click", () => {
    pressed = true;
    registration.waiting?.postMessage({ type: "SKIP_WAITING" });
  });
  const ahead = () => {
    if (document.documentElement.dataset.stored === undefined) {
      stock(lines.dataset.stock, Number(lines.dataset.member));
    }
  };
  workers.addEventListener("controllerchange", () => {
    if (pressed) location.reload();
    else ahead(); // the first one has just taken over
  });
  offer();
  if (workers.controller) ahead();
}
