// The sheets of the door page: search, walk-in, settings, what this device scanned. They draw and
// listen; what they ask for is done by modules/door.js.
import { clockTime, fill } from "./door-screen.js";
import { LEAST, MOST_FOUND } from "./door-rules.js";
import { text } from "./page.js";

function row(tag, title, small, side) {
  const made = document.createElement(tag);
  made.className = "door__person";
  if (tag === "button") made.type = "button";
  const words = document.createElement("span");
  const name = document.createElement("b");
  name.textContent = title;
  const more = document.createElement("small");
  more.textContent = small;
  words.append(name, document.createElement("br"), more);
  const end = document.createElement("small");
  end.textContent = side;
  made.append(words, end);
  return made;
}

const item = (child) => {
  const made = document.createElement("li");
  made.append(child);
  return made;
};

export const metaOf = (entry) => [entry.unit, entry.number].filter(Boolean).join(" · ");

/** Open a sheet by its button, close all by `shut`. */
export function sheets(main) {
  const shut = () => main.querySelectorAll("dialog[open]").forEach((sheet) => sheet.close());
  for (const button of main.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => {
      shut();
      document.getElementById(button.dataset.open).showModal();
    });
  }
  return shut;
}

/** Search while typing; `chosen(entry)` for a name, `typed(text)` for what ends with Enter. */
export function searchSheet(main, { stock, chosen, typed }) {
  const sheet = main.querySelector("#door-search");
  const input = sheet.querySelector("input");
  const list = sheet.querySelector("[data-part=found]");
  const note = sheet.querySelector("[data-part=found-note]");

  function draw() {
    const asked = input.value.trim();
    const found = stock.search(asked);
    const short = asked && asked.replace(/\s/g, "").length < LEAST;
    note.textContent = short ? note.dataset.short
      : asked && !found.length ? note.dataset.none : found.length > MOST_FOUND ? note.dataset.more : "";
    list.replaceChildren(...found.slice(0, MOST_FOUND).map((entry) => {
      const inside = entry.inside && entry.since;
      const side = inside ? fill(list.dataset.inside, { "": clockTime(entry.since, stock.known.zone) }) : "";
      const button = row("button", entry.name, metaOf(entry), side);
      button.addEventListener("click", () => chosen(entry));
      return item(button);
    }));
  }
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !input.value.trim()) return;
    event.preventDefault();
    typed(input.value.trim());
  });
  sheet.addEventListener("close", () => {
    input.value = "";
    draw();
  });
}

/** Names that are on no list; `added({name, unit, number, phone})`. */
export function walkInSheet(main, { added }) {
  const form = main.querySelector("[data-part=walk-in]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const filled = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, v]) => v);
    if (!filled.some(([name]) => name === "name")) return;
    form.reset();
    added(Object.fromEntries(filled));
  });
}

/** Session, direction, sound; `changed()` after each choice. */
export function settingsSheet(main, { chosen, changed }) {
  const select = main.querySelector("select[data-part=session]");
  const sound = main.querySelector("[data-part=sound]");
  const radios = main.querySelectorAll("[name=live-direction]");
  select.addEventListener("change", () => changed({ session: Number(select.value) }));
  for (const radio of radios) radio.addEventListener("change", () => changed({ direction: radio.value }));
  sound.addEventListener("change", () => changed({ silent: !sound.checked }));
  return (sessions) => {
    const options = sessions.map(({ id, title }) => new Option(title, id, false, id === chosen.session));
    select.replaceChildren(...options);
    for (const radio of radios) radio.checked = radio.value === chosen.direction;
    sound.checked = !chosen.silent;
  };
}

/** What waits, what was not taken, who was scanned twice, and the last few that were confirmed. */
export function listSheet(main, { dropped, others, zone }) {
  const list = main.querySelector("[data-part=list]");
  const note = main.querySelector("[data-part=list-note]");
  const words = list.dataset;

  function line(one) {
    const twice = one.state === "twice" && fill(words.twice, { "": others(one.others) });
    const side = { waiting: words.waiting, refused: words.refused, twice, kept: words.kept }[one.state];
    const small = [clockTime(one.at, zone()), words[one.direction], one.room, one.message].filter(Boolean);
    const made = row("div", one.name || words.somebody, small.join(" · "), side);
    made.lastChild.dataset.tone = one.state === "kept" ? "kept" : one.state === "refused" ? "refused" : "waiting";
    const shown = item(made);
    if (one.state === "refused" || one.state === "twice") {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "door__btn", textContent: words.drop });
      button.addEventListener("click", () => dropped(one.key));
      shown.append(button);
    }
    return shown;
  }

  return (rows, recent, ended) => {
    const count = (state) => rows.filter((one) => one.state === state).length;
    const said = [["waiting", note.dataset.waiting], ["refused", note.dataset.refused]]
      .filter(([state]) => count(state)).map(([state, said]) => fill(said, { "": count(state) }));
    note.textContent = ended && rows.length ? note.dataset.ended : said.join(text("，", ", ")) || note.dataset.none;
    list.replaceChildren(...[...rows].reverse().map(line), ...recent.map(line));
  };
}
