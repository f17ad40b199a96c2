// The workbench as one sees it: which record is opened, its frames of evidence, rows, totals.
import { icon } from "./page.js";

const KINDS = { ok: "check-lg", warning: "exclamation-triangle", blocker: "x-lg", now: "circle-half" };

/** A state: icon and word, as components/state.html draws it. */
export function stateOf(words, kind, iconName = "") {
  const box = document.createElement("span");
  box.className = `state state--${kind === "none" || kind === "waiting" ? "quiet" : kind}`;
  const name = iconName || KINDS[kind];
  if (name) box.append(icon(name));
  const word = document.createElement("span");
  word.textContent = words;
  box.append(word);
  return box;
}

export class View {
  constructor(bench) {
    this.bench = bench;
    this.frame = 0;
  }

  part(name) { return this.bench.querySelector(`[data-part="${name}"]`); }
  row(id) { return this.bench.querySelector(`tr[data-record="${id}"]`); }
  get rows() { return [...this.bench.querySelectorAll("tr[data-record]")]; }
  get current() { return this.bench.querySelector('tr[data-record][aria-selected="true"]'); }
  get panel() { return this.bench.querySelector("[data-panel]:not([hidden])"); }
  get years() { return [...this.bench.querySelectorAll(".bench__year")]; }
  get year() { return this.years.find((year) => !year.hidden); }

  /** Show one year; its cell in the strip is marked. */
  showYear(index) {
    for (const year of this.years) year.hidden = year.dataset.year !== String(index);
    this.bench.querySelectorAll(".year-cell").forEach((cell) => {
      const own = new URL(cell.href).searchParams.get("y") === String(index);
      if (own) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
    });
  }

  /** Open a record beside the list; the address holds it, so that a reload comes back. */
  open(row, { focus = true } = {}) {
    this.current?.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    this.showYear(row.closest(".bench__year").dataset.year);
    for (const panel of this.bench.querySelectorAll("[data-panel]")) {
      panel.hidden = panel.dataset.panel !== row.dataset.record;
    }
    this.turn(0, { first: true });
    this.part("panels").scrollTop = 0;
    row.scrollIntoView({ block: "nearest" });
    if (focus) row.querySelector("a").focus({ preventScroll: true });
    history.replaceState(null, "", `?r=${row.dataset.record}`);
  }

  /** Another page of the evidence; only what is shown is fetched, and so noted as opened. */
  turn(step, { first = false } = {}) {
    const frames = [...(this.panel?.querySelectorAll("[data-frame]") ?? [])];
    if (!frames.length) return;
    this.frame = first ? 0 : Math.min(Math.max(this.frame + step, 0), frames.length - 1);
    frames.forEach((frame, place) => frame.toggleAttribute("data-now", place === this.frame));
    // The next page of the file that is open anyway; another file waits until it is looked at.
    const [now, next] = frames.slice(this.frame, this.frame + 2);
    if (next?.dataset.file === now.dataset.file) next.querySelector("img")?.setAttribute("loading", "eager");
    const place = this.panel.querySelector("[data-part=place]");
    if (place) place.textContent = `${this.bench.dataset.wordPlace} ${this.frame + 1} / ${frames.length}`;
  }

  /** Write a record's state into its row. */
  mark(row, words, kind, iconName = "") {
    row.querySelector("[data-part=verdict]").replaceChildren(stateOf(words, kind, iconName));
  }

  /** What the server says after a judgement: rows, years, totals. Rows that wait keep their look. */
  take(news, keep = () => false) {
    for (const [id, one] of Object.entries(news.rows)) {
      const row = this.row(id);
      if (!row || keep(Number(id))) continue;
      row.dataset.seen = one.seen;
      row.toggleAttribute("data-state", false);
      if (!one.chosen) row.dataset.state = "skipped";
      delete row.dataset.waiting;
      delete row.dataset.lost;
      this.mark(row, one.words, one.kind, one.icon);
    }
    const shown = this.year?.dataset.year;
    this.part("years").innerHTML = news.years; // drawn by our own server
    this.showYear(shown);
    for (const [index, [judged, rest]] of Object.entries(news.lines)) {
      const line = this.bench.querySelector(`.bench__year[data-year="${index}"] [data-part=line]`);
      if (!line) continue;
      line.querySelector("strong").textContent = judged;
      line.querySelector("span").textContent = ` · ${rest}`;
    }
    this.progress(news.done, news.needed);
  }

  /** How a record stands with the server: a colleague judged it meanwhile. */
  refresh(row, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const id = row.dataset.record;
    row.dataset.seen = page.querySelector(`tr[data-record="${id}"]`)?.dataset.seen ?? 0;
    const past = this.bench.querySelector(`[data-panel="${id}"] .panel__history`);
    past?.replaceWith(page.querySelector(`[data-panel="${id}"] .panel__history`) ?? past);
  }

  /** A small button behind a row's state. */
  offer(row, words, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn--plain btn--small", textContent: words });
    button.addEventListener("click", act);
    row.querySelector("[data-part=verdict]").append(button);
  }

  progress(done, needed) {
    this.part("done").textContent = done;
    this.part("needed").textContent = needed;
    for (const bar of [this.part("bar"), this.bench.querySelector(".queue [aria-current] progress")]) {
      if (bar) Object.assign(bar, { max: Math.max(needed, 1), value: done });
    }
    const count = this.part("queue-count");
    if (count) count.textContent = `${done}/${needed}`;
  }

  /** The line at the foot: saved, waiting, refused; each looks different. */
  say(words, tone, iconName = "") {
    const line = this.part("saved");
    line.dataset.tone = tone;
    line.replaceChildren(...(iconName ? [icon(iconName)] : []), words);
  }
}
