// The editor of the summary: what is typed is kept on this device at once and sent with every pause,
// so that a lost network or a closed tab loses nothing. Changed elsewhere: both texts are shown, and
// nothing is sent by itself until the member has made one of them.
import { draftOf, dropDraft, keepDraft, sendDraft } from "../lib/summaries.js";

const KEEP = 300;
const SEND = 1200;
const RETRY = 15_000;

/** The rule of domain/summary.py, by its own expressions: outline lines do not count. */
export function characters(text, { word, marks }) {
  const begins = marks.split("|");
  const own = text.split(/\r\n|[\n\r]/).filter((line) => !begins.some((mark) => line.trimStart().startsWith(mark)));
  return own.reduce((sum, line) => sum + (line.match(new RegExp(word, "gu")) ?? []).length, 0);
}

export async function start(form) {
  const member = Number(document.querySelector("[data-member]")?.dataset.member);
  if (!member) return;
  const area = form.elements.text;
  const words = form.dataset;
  const [registration, term] = [form.elements.registration_id, form.elements.term].map((field) => Number(field.value));
  const both = document.getElementById("summary-conflict");
  const box = document.getElementById("summary-theirs");
  const take = both.querySelector("[data-part=take]");
  const own = new Set([area.dataset.kept]);
  let version = Number(form.elements.version.value);
  let changed = !both.hidden;
  let said = "";
  let keeping;
  let sending;

  function draw() {
    const place = document.querySelector("#dock-result .dock__lines");
    const count = words.characters.replace("{}", characters(area.value, words).toLocaleString("en"));
    place.replaceChildren(...[count, said].map((line) => Object.assign(document.createElement("div"), { textContent: line })));
  }
  function say(line) {
    said = line;
    draw();
  }
  function showBoth(theirs) {
    changed = true;
    version = theirs.version;
    box.value = theirs.text;
    both.hidden = take.hidden = false;
    say(words.changed);
  }

  async function keep() {
    clearTimeout(keeping);
    own.add(area.value);
    const state = changed ? "changed" : "waiting";
    const { ok } = await keepDraft({ member, registration, term, text: area.value, version, state });
    if (!ok) say(words.lost);
    return ok;
  }

  async function send() {
    clearTimeout(sending);
    if (changed || !(await keep())) return;
    say(words.saving);
    const text = area.value;
    const result = await sendDraft(term, member);
    if (result.ok) {
      version = result.version ?? version;
      form.elements.version.value = version;
      say(area.value === text ? words.saved : "");
      if (area.value !== text) later();
    } else if (result.theirs && own.has(result.theirs.text)) {
      version = result.theirs.version; // another tab sent what was written here
      await send();
    } else if (result.theirs) {
      showBoth(result.theirs);
    } else {
      say(result.reason === "refused" ? result.message : words.here);
      if (result.reason !== "refused") sending = setTimeout(send, RETRY);
    }
  }

  function later() {
    clearTimeout(keeping);
    clearTimeout(sending);
    keeping = setTimeout(keep, KEEP);
    if (!changed) sending = setTimeout(send, SEND);
  }

  area.addEventListener("input", () => {
    say(changed ? words.changed : ""); // what was said is not true of this text any more
    later();
  });
  form.querySelector("[data-part=outline]").addEventListener("click", (event) => {
    event.preventDefault();
    const outline = document.getElementById("summary-outline").textContent;
    area.value = [area.value.trimEnd(), outline].filter(Boolean).join("\n\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
  take.addEventListener("click", async () => {
    area.value = box.value;
    both.hidden = true;
    changed = false;
    await dropDraft(term);
    say(words.saved);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    both.hidden = true;
    changed = false; // what stands in the editor is what the member made of both
    send();
  });
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden && keep());

  const here = await draftOf(term, member);
  if (here && here.text !== area.value) {
    area.value = here.text;
    if (here.version === version && here.state === "waiting") send();
    else if (here.text !== area.dataset.kept) showBoth({ text: area.dataset.kept, version });
  }
  draw();
}
