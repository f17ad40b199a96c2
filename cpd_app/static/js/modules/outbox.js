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
  let asked = false;

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

  /** Rounds until nobody asks any more: {sent, reason, waiting}; reason and waiting of the last one. */
  async function rounds() {
    const all = [];
    for (;;) {
      asked = false;
      const { sent, refused, reason } = await flush(member);
      all.push(...sent);
      const waiting = await draw(reason);
      if (sent.length) toast(`${words.saved}${COLON}${sent.length === 1 ? sent[0].title : sent.length}`);
      for (const row of THERE ? [] : refused) {
        toast(`${words.refused}${COLON}${row.title}${STOP}${row.message}`, "error");
      }
      if (!asked) return { sent: all, reason, waiting };
    }
  }

  async function send() {
    asked = true;
    if (sending) return; // what was asked meanwhile gets a round after this one
    sending = true;
    clearTimeout(timer);
    const { waiting, ...detail } = await rounds().finally(() => { sending = false; });
    if (detail.sent.length) {
      wait = FIRST;
      await refresh();
    }
    document.dispatchEvent(new CustomEvent("cpd:sent", { detail }));
    if (waiting && detail.reason !== "signed_out" && !sending) {
      timer = setTimeout(() => document.visibilityState === "visible" && send(), wait);
      wait = Math.min(wait * 2, LONGEST);
    }
  }

  /** Somebody asks, or there is news: then the next try by itself comes soon again too. */
  function ask() {
    wait = FIRST;
    send();
  }

  // A form that is just being sent speaks for itself.
  listen(() => document.querySelector(".dock [aria-busy=true]") || draw());
  document.addEventListener("cpd:outbox", () => draw());
  document.addEventListener("cpd:send", ask);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
  window.addEventListener("online", ask);
  window.addEventListener("pageshow", (event) => event.persisted && ask());

  // 紧急清除: the page that says so may have started before us or start after us.
  document.addEventListener("cpd:file-purged", (event) => purge(event.detail));
  const purged = document.querySelector("[data-module~=purged]");
  if (purged) purge(purged.dataset);

  draw().then(send);
}
