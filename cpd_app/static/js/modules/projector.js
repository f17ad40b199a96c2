// The room's screen: a new code every ten seconds, counts, clock. It goes on without network, by the
// server's time, for it holds the keys of its session; without WebCrypto it asks for each code.
import { keepAwake } from "../lib/awake.js";
import { get } from "../lib/http.js";
import { drawQr } from "../lib/qr.js";
import { bucketAt, codesOf, keyOf } from "../lib/room-codes.js";
import { copiedAt, keepCopy, sampleOfCopy } from "../lib/screen-copy.js";
import { arrival, serverClock } from "../lib/server-clock.js";
import { registerWorker } from "../lib/worker.js";

const TICK = 200;
const POLL = 5_000;
const PATIENCE = 4_000;
/** A clock that differs by more is worth a word. */
const WRONG = 2_000;
/** A fetched code that is older is not shown any more. */
const STALE = 20_000;
const IDLE = 4_000;
const ENDED = [401, 403, 404];

export async function start(page) {
  const { dataset } = page;
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  const say = (name, text) => {
    for (const place of page.querySelectorAll(`[data-part=${name}]`)) {
      if (place.textContent !== text) place.textContent = text;
    }
  };
  const [opens, closes, turns, session] = ["opens", "closes", "turns", "session"].map((name) => Number(dataset[name]));
  const english = document.documentElement.lang.startsWith("en");
  const written = (options) => new Intl.DateTimeFormat(english ? "en-GB" : "zh-CN", { timeZone: dataset.zone, ...options });
  const time = written({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = [written({ weekday: "short" }), written({ month: "short", day: "numeric" })];
  if (!english) day.reverse();
  const keys = { in: await keyOf(dataset.keyIn), out: await keyOf(dataset.keyOut) };
  const clock = serverClock();
  const copied = copiedAt(); // a reload without network
  if (copied === null) clock.sample(Number(dataset.now), ...arrival());
  else clock.sample(...(await sampleOfCopy()));
  let taken = dataset.phase !== "blocked";
  let counts = null;
  let fetched = null;
  let drawn = "";

  function phaseAt(now) {
    if (!taken) return "blocked";
    if (now < opens) return "before";
    return now > closes ? "after" : "open";
  }

  /** The codes of this moment, or null when none can be had. */
  async function codesAt(now, direction) {
    if (keys[direction]) return codesOf({ session, key: keys[direction], direction, bucket: bucketAt(now) });
    return fetched && now - fetched.at < STALE ? fetched[direction] : null;
  }

  async function draw() {
    const now = clock.now();
    const { chosen } = dataset;
    const direction = chosen === "auto" ? (now >= turns ? "out" : "in") : chosen;
    const phase = phaseAt(now);
    const codes = phase === "open" ? await codesAt(now, direction) : null;
    dataset.direction = direction;
    dataset.phase = phase === "open" && !codes ? "waiting" : phase;
    say("clock", time.format(now));
    say("day", day.map((piece) => piece.format(now)).join(" "));
    count(direction);
    const ahead = clock.ahead();
    dataset.clock = Math.abs(ahead) <= WRONG ? "right" : ahead > 0 ? "fast" : "slow";
    say("ahead", lasting(Math.abs(ahead)));
    if (!codes || codes.code === drawn) return;
    drawn = codes.code;
    drawQr(page.querySelector("svg.qr"), dataset.base + codes.code);
    say("first", codes.short.slice(0, 3));
    say("second", codes.short.slice(3));
  }

  function count(direction) {
    if (!counts) return;
    const { count: number, rate } = counts[direction];
    const of = direction === "out" ? counts.in.count : Math.max(counts.expected, counts.in.count);
    say("count", String(number));
    say("rate", dataset.network === "offline" ? "—" : String(rate));
    say("of", String(Math.max(of, number)));
  }

  function lasting(milliseconds) {
    const seconds = Math.round(milliseconds / 1000);
    const minutes = Math.floor(seconds / 60);
    const rest = `${seconds % 60} ${dataset.seconds}`;
    return minutes ? `${minutes} ${dataset.minutes} ${rest}` : rest;
  }

  async function poll() {
    const began = performance.now();
    const result = await get(dataset.arrivals + (keys.in ? "" : "?codes=1"), { timeout: PATIENCE });
    if (ENDED.includes(result.status)) {
      location.reload(); // signed out, or the phone was ended: what comes says so
      return;
    }
    if (result.ok) {
      clock.sample(result.data.now, began, performance.now());
      counts = result.data;
      taken = counts.taken;
      fetched = counts.in.code ? { at: counts.now, in: counts.in, out: counts.out } : null;
      if (dataset.worker === "on" && keys.in) keepCopy(closes, clock.ahead());
    } else if (dataset.network !== "offline") {
      say("stopped", time.format(counts || !copied ? clock.now() : copied));
    }
    dataset.network = result.ok ? "online" : "offline";
    setTimeout(poll, POLL);
  }

  const links = [...page.querySelectorAll("[data-choose]")];
  function choose(link) {
    dataset.chosen = link.dataset.choose;
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  }
  for (const link of links) {
    if (copied !== null && link.search === location.search) choose(link);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", link.href);
      choose(link);
      draw();
    });
  }
  const full = part("full");
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => (document.fullscreenElement
    ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
  keepAwake((on) => { dataset.awake = on ? "on" : "off"; });

  let resting;
  const stir = () => {
    delete dataset.idle;
    clearTimeout(resting);
    resting = setTimeout(() => { dataset.idle = ""; }, IDLE);
  };
  for (const moved of ["pointermove", "pointerdown", "keydown"]) document.addEventListener(moved, stir);
  stir();
  dataset.started = "";
  registerWorker(dataset.worker);
  setInterval(draw, TICK);
  poll();
}
