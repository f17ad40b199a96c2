// The audit's workbench by keyboard: every record is in the page already, so that going from one to
// the next asks nothing of the network; a judgement is kept here first and sent after.
import { Decide } from "../lib/bench-decide.js";
import { View } from "../lib/bench-view.js";
import { wire } from "../lib/bench-wiring.js";
import { get, post } from "../lib/http.js";
import { drop, flush, keep, rowOf, unsaved } from "../lib/judgements.js";

const RETRY = 15_000;
const LOOKS = {
  accepted: ["ok", ""], reduced: ["now", "scissors"], rejected: ["blocker", ""],
  evidence_wanted: ["warning", "paperclip"],
};

export function start(bench) {
  const words = bench.dataset;
  const [member, filing] = [Number(words.member), Number(words.filing)];
  const view = new View(bench);
  const form = view.part("decide");
  const judging = words.judging === "1" && form !== null;
  const decide = judging ? new Decide(form, words) : null;
  const pending = new Map(); // record -> what is not saved
  bench.dataset.live = "";

  const wordsOf = (body) => {
    const figure = body.verdict === "reduced" && body.hours ? ` ${Number(body.hours).toFixed(1)}` : "";
    return `${words[`word${body.verdict[0].toUpperCase()}${body.verdict.slice(1)}`]}${figure}`;
  };
  const open = (row, options) => {
    if (!row) return;
    view.open(row, options);
    decide?.reset(row);
    if (form) form.hidden = false;
    const lost = pending.get(Number(row.dataset.record));
    if (lost?.state === "refused") decide?.complain(lost.message);
  };
  const shown = (row) => row.style.display !== "none" && row.dataset.state !== "skipped" && !row.hidden;
  const step = (by) => {
    const rows = view.rows.filter((row) => shown(row) || row === view.current);
    const here = rows.indexOf(view.current);
    open(rows[here < 0 ? 0 : here + by]);
  };
  const nextOpen = () => {
    const rows = view.rows;
    const after = [...rows.slice(rows.indexOf(view.current) + 1), ...rows.slice(0, rows.indexOf(view.current))];
    const next = after.find((row) => row.dataset.state !== "skipped" && row.querySelector(".state--quiet"));
    if (next) open(next);
    else view.say(words.wordEnd, "ok", "check-lg");
  };

  function tell() {
    const waiting = [...pending.values()].filter((row) => row.state === "waiting").length;
    if (waiting) view.say(words.wordWaiting.replace("{n}", waiting), "waiting", "cloud-arrow-up");
  }
  function draw(row) {
    const line = view.row(row.record);
    if (row.filing !== filing || !line) return;
    const [kind, icon] = LOOKS[row.body.verdict];
    line.dataset.waiting = "";
    delete line.dataset.lost;
    view.mark(line, wordsOf(row.body), kind, icon);
    if (row.state !== "refused") return;
    line.dataset.lost = "";
    view.mark(line, row.message, "blocker");
    if (line === view.current) decide?.complain(row.message);
  }
  const heard = {
    saved(row, news) {
      if (pending.get(row.record)?.key === row.key) pending.delete(row.record);
      if (row.filing !== filing) return;
      view.take(news, (id) => pending.has(id));
      if (Number(view.current?.dataset.record) === row.record) decide.see(view.current);
      view.say(`${words.wordSaved} ${news.at}`, "ok", "check-lg");
    },
    async refused(row) {
      pending.set(row.record, row);
      draw(row);
      if (row.filing === filing) await look(row);
      view.say(row.message, "refused", "exclamation-triangle");
    },
    after(reason) {
      tell();
      if (reason === "signed_out") view.say(words.wordSignedOut, "refused", "exclamation-triangle");
      if (reason) setTimeout(() => flush(member, heard), RETRY);
    },
  };
  /** What the colleague said, beside what was to be saved: 看差异; sending again is then deliberate. */
  async function look(row) {
    const line = view.row(row.record);
    const answer = await get(`?r=${row.record}`, { headers: { Accept: "text/html" } });
    if (!answer.ok || !line) return;
    view.refresh(line, answer.data);
    view.offer(line, words.wordDiff, () => {
      open(line);
      decide.again(row);
    });
  }

  async function send() {
    const row = view.current;
    if (!judging || !row || !decide.verdict) return;
    const minutes = view.panel?.querySelector("[data-part=minutes]")?.value;
    const body = decide.complete(minutes);
    if (!body) return;
    const record = Number(row.dataset.record);
    const said = rowOf({ member, filing, record, url: form.dataset.url.replace("/0/", `/${record}/`), body });
    pending.set(said.record, said);
    draw(said);
    view.say(words.wordSaving, "");
    nextOpen(); // before anything is awaited: the next key is meant for the next record
    const kept = await keep(said);
    if (!kept.ok) view.say(words.wordFull, "waiting");
    flush(member, heard);
  }
  const say = (verdict) => () => {
    if (!judging || !view.current) return;
    decide.choose(verdict);
    if (verdict === "accepted") send();
  };
  async function undo() {
    const last = [...pending.values()].at(-1);
    if (last?.state === "waiting") {
      await drop(last.key);
      pending.delete(last.record);
      location.assign(`?r=${last.record}`);
      return;
    }
    const answer = await post(words.undo, new URLSearchParams());
    if (!answer.ok) return view.say(answer.message, "refused", "exclamation-triangle");
    view.take(answer.data, (id) => pending.has(id));
    open(view.row(answer.data.record));
  }
  wire({ bench, view, form, judging, decide, open, step, say, send, undo });
  restore();

  async function restore() {
    // Before the store is asked: a key may come meanwhile, and what it began must stand.
    if (view.current) open(view.current, { focus: false });
    else view.turn(0, { first: true });
    for (const row of await unsaved(member)) {
      if (pending.has(row.record)) continue;
      pending.set(row.record, row);
      draw(row);
      if (row.state === "refused" && row.filing === filing) look(row);
    }
    tell();
    if (pending.size) flush(member, heard);
    window.addEventListener("online", () => flush(member, heard));
  }
}
