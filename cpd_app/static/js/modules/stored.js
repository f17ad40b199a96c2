// Says that the page is a copy from this device and how old it is (离线，显示 10:32 的内容); forms say
// what becomes of what is written. The worker marks copies: <html data-stored="…">.
import { KEPT } from "../lib/kept.js";
import { refresh } from "../lib/refresh.js";

/** The time alone for today, else with its day. */
function age(text, language) {
  const made = new Date(text);
  const sameDay = made.toDateString() === new Date().toDateString();
  const time = { hour: "2-digit", minute: "2-digit", hour12: false };
  return made.toLocaleString(language, sameDay ? time : { month: "short", day: "numeric", ...time });
}

export function start(lines) {
  const html = document.documentElement;
  const part = lines.querySelector("[data-part=stored]");
  const { stored } = html.dataset;
  if (stored === undefined) return;
  const page = KEPT.test(location.pathname);
  part.querySelector("span").textContent = page
    ? part.dataset.page.replace("{}", age(stored, html.lang)) : part.dataset.form;
  part.hidden = false;
  const again = part.querySelector("button");
  again.hidden = !page;

  async function present() {
    if (!(await refresh())) return;
    delete html.dataset.stored;
    part.hidden = true;
  }
  again.addEventListener("click", async () => {
    await present();
    if (!part.hidden) location.reload();
  });
  window.addEventListener("online", present);
  document.addEventListener("cpd:sent", ({ detail }) => detail.sent.length && present());
}
