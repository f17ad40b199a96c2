// The line on every member's page that says what waits here (待发送 2, 未保存 1), and what makes it
// go: when the page opens, when the network comes back, when the page is looked at again, now and
// then, and when asked (document event "cpd:send").
import { items, listen, purge } from "../lib/outbox.js";
import { text } from "../lib/page.js";
import { refresh } from "../lib/refresh.js";
import { flush } from "../lib/sending.js";
import { toast } from "./flash.js";

const FIRST = 15_000;
const LONGEST = 300_000;
/** Browsers of Apple throw away what a site keeps after seven days without a visit. */
const FORGETS = /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;
const THERE = location.pathname === "/outbox";
const COLON = text("：", ": ");
const STOP = text("。", ". ");

export function start(lines) {
  const member = Number(lines.dataset.member);
  const part = lines.querySelector("[data-part=outbox]");
  const words = part.dataset;
  let timer;
  let wait = FIRST;
  let sending = false;

  async function draw(reason = words.reason) {
    const found = await items(member);
    const refused = found.filter((row) => row.state === "refused").length;
    const waiting = found.length - refused;
    words.reason = reason ?? "";
    part.hidden = !found.length || THERE; // that page says it itself
    const count = [waiting && `${words.waiting} ${waiting}`, refused && `${words.refused} ${refused}`];
    part.querySelector("[data-part=count]").textContent = count.filter(Boolean).join("  ");
    part.classList.toggle("line--refused", refused > 0);
    part.classList.toggle("line--warning", FORGETS && !refused);
    part.querySelector("[data-part=why]").textContent = !waiting ? ""
      : reason === "signed_out" ? words.signedOut : FORGETS ? words.forgets : words.offline;
    return waiting;
  }

  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    const { sent, refused, reason } = await flush(member);
    sending = false;
    const waiting = await draw(reason);
    if (sent.length) {
      wait = FIRST;
      toast(`${words.saved}${COLON}${sent.length === 1 ? sent[0].title : sent.length}`);
      await refresh();
    }
    for (const row of THERE ? [] : refused) {
      toast(`${words.refused}${COLON}${row.title}${STOP}${row.message}`, "error");
    }
    document.dispatchEvent(new CustomEvent("cpd:sent", { detail: { sent, reason } }));
    if (waiting && reason !== "signed_out") {
      timer = setTimeout(() => document.visibilityState === "visible" && send(), wait);
      wait = Math.min(wait * 2, LONGEST);
    }
  }

  // A form that is just being sent speaks for itself.
  listen(() => document.querySelector(".dock [aria-busy=true]") || draw());
  document.addEventListener("cpd:outbox", () => draw());
  document.addEventListener("cpd:send", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  window.addEventListener("online", send);
  window.addEventListener("pageshow", (event) => event.persisted && send());

  // 紧急清除: the page that says so may have started before us or start after us.
  document.addEventListener("cpd:file-purged", (event) => purge(event.detail));
  const purged = document.querySelector("[data-module~=purged]");
  if (purged) purge(purged.dataset);

  draw().then(send);
}
