// The page 扫码: a code from the camera or a photo is kept on this device first and then sent; the
// result is the page of the scan, or a card when it waits, was refused or became a statement.
import { readPhoto } from "../lib/decoder.js";
import { drop, item } from "../lib/outbox.js";
import { startScanner } from "../lib/scanner.js";
import { codeIn, keepScan, scanOf, sendScans } from "../lib/scans.js";

const DONE = "/check-in/done";

async function mayAlready() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false; // this browser does not tell
  }
}

export async function start(page) {
  const member = Number(document.querySelector("[data-member]")?.dataset.member);
  if (!member) return;
  const words = page.dataset;
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  const [camera, video, opener, begin, light, file] = ["camera", "video", "open", "start", "light", "file"].map(part);
  const say = (text) => { part("status").textContent = text; };
  let scanner;
  let busy = false;

  function because(reason) {
    for (const line of begin.querySelectorAll("[data-reason]")) line.hidden = line.dataset.reason !== reason;
  }

  function stopped(reason) {
    scanner?.stop();
    scanner = undefined;
    begin.hidden = false;
    light.hidden = true;
    because(reason);
  }

  async function open() {
    because("");
    opener.setAttribute("aria-busy", "true");
    const started = await startScanner(video, take, { onTrouble: stopped });
    opener.removeAttribute("aria-busy");
    if (!started.ok) {
      because(started.reason);
      return;
    }
    scanner = started;
    begin.hidden = true;
    light.hidden = !(await scanner.light(false));
  }

  /** `name` of a card; its time and words; why it waits; where one says 我在场. */
  function show(name, { row, message = "", reason = "", statement = "" }) {
    const card = document.querySelector(`[data-card=${name}]`);
    const inside = (what) => card.querySelector(`[data-part=${what}]`);
    const at = new Date(row.at);
    inside("time").textContent = name === "refused" ? ""
      : at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    inside("say").textContent = message;
    const link = inside("statement");
    if (link) [link.hidden, link.href] = [!statement, statement];
    for (const line of card.querySelectorAll("[data-reason]")) {
      line.hidden = (line.dataset.reason === "signed_out") !== (reason === "signed_out");
    }
    inside("again").onclick = () => {
      if (card.close) card.close();
      else card.removeAttribute("open");
    };
    card.onclose = () => scanner?.resume();
    if (card.showModal) card.showModal();
    else card.setAttribute("open", "");
  }

  async function take(text) {
    const code = codeIn(text);
    if (!code) {
      say(words.other);
      return;
    }
    if (busy) return;
    busy = true;
    scanner?.pause();
    navigator.vibrate?.(60);
    say(words.sending);
    await settle(await keepScan(scanOf(member, code, { kind: words.kind, title: words.named })), code);
    busy = false;
    say("");
    document.dispatchEvent(new Event("cpd:outbox"));
  }

  async function settle({ ok, row }, code) {
    if (!ok) {
      location.assign(`/C/${code}`); // nothing can be kept here: the way of every other browser
      return;
    }
    const { sent, refused, reason } = await sendScans(member);
    const mine = (one) => one.key === row.key;
    const kept = sent.find(mine);
    const denied = refused.find(mine);
    if (denied) {
      await drop(row.key); // it is said here
      show("refused", { row, message: denied.message, statement: denied.statement });
    } else if (kept && !kept.answer.result) {
      show("statement", { row, message: kept.answer.message });
    } else if (kept || !(await item(row.key))) {
      location.assign(kept?.answer.result ?? DONE); // without: another tab sent it
    } else {
      show("waiting", { row, reason });
    }
  }

  file.addEventListener("change", async () => {
    const [photo] = file.files;
    if (!photo) return;
    say(words.looking);
    const { ok, texts, reason } = await readPhoto(photo);
    file.value = "";
    const code = texts?.find(codeIn) ?? texts?.[0];
    if (code) await take(code);
    else if (ok) say(words.nothing);
    else if (reason === "offline") stopped(reason);
    else say(words.unreadable);
  });
  part("typed").addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say(words.typed);
  });
  light.addEventListener("click", async () => {
    const on = light.getAttribute("aria-pressed") !== "true";
    if (await scanner?.light(on)) light.setAttribute("aria-pressed", String(on));
  });
  opener.addEventListener("click", open);
  window.addEventListener("pagehide", () => stopped(""));
  part("photo").hidden = false;
  camera.hidden = false;
  if (await mayAlready()) open();
}
