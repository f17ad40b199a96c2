// The scanner at a door. Camera, hardware scanner, number and name all end in one `scan`; the page goes
// on without network and says so. Rules: lib/door-rules.js; sending: lib/door-scanning.js.
import { post } from "../lib/http.js";
import { keepAwake } from "../lib/awake.js";
import { doorBar } from "../lib/door-bar.js";
import { doorCamera } from "../lib/door-camera.js";
import { doorLine } from "../lib/door-line.js";
import { drop, rowsOf } from "../lib/door-queue.js";
import { readPass } from "../lib/door-rules.js";
import { scanning } from "../lib/door-scanning.js";
import { doorScreen, fill } from "../lib/door-screen.js";
import { listSheet, searchSheet, settingsSheet, sheets, walkInSheet } from "../lib/door-sheets.js";
import { wake } from "../lib/door-sounds.js";
import { doorStock } from "../lib/door-stock.js";
import { registerWorker, storePage } from "../lib/worker.js";
import * as store from "../lib/store.js";
import { listenToWedge } from "../lib/wedge.js";

export async function start(main) {
  const event = Number(main.dataset.event);
  const part = (name) => main.querySelector(`[data-part="${name}"]`);
  const act = (name) => main.querySelector(`[data-act="${name}"]`);
  const setting = `door:${event}`;
  const stock = doorStock(event);
  const screen = doorScreen(main);
  const shut = sheets(main);
  const chosen = { session: null, direction: null, silent: false };
  const url = main.dataset.scans;
  if (!act("start")) return; // the event is over: there is nothing to scan
  main.classList.add("door--live");
  for (const live of main.querySelectorAll("[data-live], .door__where[data-open]")) live.hidden = false;
  for (const plain of main.querySelectorAll("[data-plain]")) plain.hidden = true;

  const drawSettings = settingsSheet(main, {
    chosen,
    changed: (news) => {
      Object.assign(chosen, news);
      store.put("settings", { key: setting, ...chosen });
      draw();
    },
  });
  const drawBar = doorBar(main, { stock, chosen });
  const drawList = listSheet(main, {
    others: screen.others,
    zone: () => stock.known?.zone ?? "Asia/Shanghai",
    dropped: (key) => drop(key).then(draw),
  });

  const line = doorLine({
    url: main.dataset.roster,
    turned: (online) => {
      main.dataset.network = online ? "online" : "offline";
      if (online) door.send();
      draw();
    },
    ended: end,
    heard: async (answer, ahead) => {
      if (answer.over) {
        line.stop();
        await end("over");
        return;
      }
      stock.take(answer, ahead);
      for (const row of await rowsOf(event)) await replay(row);
      choose();
      await draw();
      door.send();
    },
  });
  const door = scanning({ event, url, line, stock, screen, chosen, changed: draw });
  const camera = doorCamera(main, { onCode: (text) => taken({ pass: text }) });

  /** What waits here has moved people already, whatever the server says of them. */
  async function replay(row) {
    const session = stock.session(row.body.session_id);
    if (row.state !== "waiting" || !session) return;
    const { entry } = await stock.whom(row.body);
    if (entry) stock.move(entry, { ...row, session });
  }

  /** The session that was chosen, else the one that is on; the direction that the agenda says. */
  function choose() {
    const sessions = stock.known?.sessions ?? [];
    const now = line.now(stock.known?.ahead);
    const on = sessions.find((one) => one.opens_at <= now && now <= one.closes_at)
      ?? sessions.find((one) => one.opens_at > now) ?? sessions.at(-1);
    if (!stock.session(chosen.session)) chosen.session = on?.id ?? null;
    const session = stock.session(chosen.session);
    chosen.direction ??= session && now >= session.turns_at ? "out" : "in";
    if (stock.known) screen.zone = stock.known.zone;
  }

  async function draw() {
    const rows = await rowsOf(event);
    screen.silent = chosen.silent;
    drawBar(rows);
    drawSettings(stock.known?.sessions ?? []);
    drawList(rows, door.recent, line.stopped);
    act("undo").hidden = door.last === null;
    part("walk-in-button").hidden = door.last !== null;
  }

  async function taken(who) {
    if (line.stopped) return;
    shut();
    await door.scan(who);
  }

  const typed = (text) => taken({ [readPass(text) ? "pass" : "number"]: text });
  searchSheet(main, { stock, typed, chosen: (entry) => taken({ entry_id: entry.id }) });
  walkInSheet(main, { added: (person) => taken({ walk_in: person }) });
  listenToWedge(typed);

  async function end(code) {
    camera.stop();
    await stock.wipe();
    await store.remove("settings", setting);
    main.dataset.ended = "";
    const words = part("card").dataset;
    screen.said(code === "over" ? words.over : words.ended, code === "over" ? "" : words.pair);
    shut();
    await draw();
  }

  act("undo").addEventListener("click", async () => {
    const reverse = async (id) => (await post(`${url}/${id}/reversal`, {}, { headers: { "X-CSRFToken": line.csrf } })).ok;
    const words = act("undo").dataset;
    screen.said((await door.undo(reverse)) ? words.done : words.failed);
  });
  act("send").addEventListener("click", () => line.again().then(door.send));
  part("leave")?.addEventListener("submit", async (leaving) => {
    leaving.preventDefault();
    const waiting = (await rowsOf(event)).filter((row) => row.state === "waiting").length;
    if (waiting && !confirm(fill(leaving.target.dataset.warn, { "": waiting }))) return;
    for (const row of await rowsOf(event)) await drop(row.key);
    await stock.wipe();
    leaving.target.submit();
  });
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, wake);

  Object.assign(chosen, (await store.get("settings", setting)).value, { direction: null });
  await stock.open();
  for (const row of await rowsOf(event)) await replay(row);
  choose();
  await draw();
  line.again();
  keepAwake(() => {});
  registerWorker(main.dataset.worker);
  if (main.dataset.worker === "on") storePage("cpd-doors");
}
