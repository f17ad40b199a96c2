// The camera of the door page: opened by a touch, kept open; its troubles are said in words, for a
// door goes on with a hardware scanner, a number or a name.
import { prepare } from "./decoder.js";
import { startScanner } from "./scanner.js";

export function doorCamera(main, { onCode }) {
  const box = main.querySelector(".door__camera");
  const hint = box.querySelector("[data-part=hint]");
  const start = box.querySelector("[data-act=start]");
  const light = box.querySelector("[data-act=light]");
  let scanner = null;
  inCharge().then(prepare); // through the worker, which keeps it for when the network is gone

  function trouble(reason) {
    scanner = null;
    box.toggleAttribute("data-on", false);
    hint.textContent = hint.dataset[reason] ?? hint.dataset.failed;
    light.hidden = true;
    start.disabled = false;
  }

  start.addEventListener("click", async () => {
    start.disabled = true;
    const opened = await startScanner(box.querySelector("video"), onCode, { onTrouble: trouble });
    if (!opened.ok) {
      trouble(opened.reason);
      return;
    }
    scanner = opened;
    box.toggleAttribute("data-on", true);
    hint.textContent = hint.dataset.aim;
    light.hidden = false;
    start.disabled = false;
  });

  light.addEventListener("click", async () => {
    const on = light.getAttribute("aria-pressed") !== "true";
    const done = await scanner?.light(on);
    light.hidden = !done;
    light.setAttribute("aria-pressed", String(Boolean(done && on)));
  });

  return {
    stop() {
      scanner?.stop();
      scanner = null;
      box.hidden = true;
    },
  };
}

/** Once the worker answers this page's requests; never where there is none. */
async function inCharge() {
  const workers = navigator.serviceWorker;
  await (workers?.ready ?? new Promise(() => {}));
  if (workers.controller) return;
  await new Promise((done) => { workers.addEventListener("controllerchange", done, { once: true }); });
}
