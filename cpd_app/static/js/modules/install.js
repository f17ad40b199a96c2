// The hint to put the app on the home screen: with a button where the browser offers one, with the
// two steps on iPhone and iPad; never inside WeChat, never again once it was closed.
const KEY = "cpd-install";
const APPLE = /iPhone|iPad/.test(navigator.userAgent);
const INSIDE = /MicroMessenger|DingTalk|Lark|QQ\//.test(navigator.userAgent);

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return "unknown"; // storage is forbidden, so the hint would come back for ever
  }
}

export function start(card) {
  const installed = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
  if (installed || INSIDE || remembered()) return;
  const [press, steps, close] = ["press", "steps", "close"].map((name) => card.querySelector(`[data-part=${name}]`));
  const end = () => {
    localStorage.setItem(KEY, "closed");
    card.hidden = true;
  };
  close.addEventListener("click", end);
  if (APPLE) {
    steps.hidden = false;
    card.hidden = false;
    return;
  }
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    press.hidden = false;
    card.hidden = false;
    press.addEventListener("click", async () => {
      await event.prompt();
      const { outcome } = await event.userChoice;
      if (outcome === "accepted") end();
    }, { once: true });
  });
  window.addEventListener("appinstalled", end);
}
