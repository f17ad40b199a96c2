// The result of one scan, as large as the page allows: state, time, name, what to do. The words stand
// in the page (#door-words); `{…}` in them is filled in here.
import { icon, text } from "./page.js";
import { sound } from "./door-sounds.js";

const PARTS = ["time", "head", "name", "meta", "text"];

export function fill(words, values) {
  return words.replace(/\{(\w*)\}/g, (_all, name) => values[name] ?? "");
}

/** `08:52` where the event is. */
export function clockTime(moment, zone) {
  return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

export function doorScreen(main) {
  const { cards, refusals } = JSON.parse(document.getElementById("door-words").textContent);
  const card = main.querySelector("[data-part=card]");
  const result = main.querySelector(".door__result");
  let zone;
  let silent = false;

  const element = (name) => {
    const made = document.createElement(name === "time" ? "time" : "p");
    made.className = `door__${name}`;
    made.dataset.part = name;
    return made;
  };

  function show(state, { icon: name, tone, quiet = false, ...texts }) {
    const top = document.createElement("div");
    top.className = "door__top";
    const sign = document.createElement("span");
    sign.className = "door__sign";
    sign.append(icon(name));
    const parts = Object.fromEntries(PARTS.map((part) => [part, element(part)]));
    for (const [part, made] of Object.entries(parts)) made.textContent = texts[part] ?? "";
    top.append(sign, parts.time);
    card.replaceChildren(top, parts.head, parts.name, parts.meta, parts.text);
    main.dataset.state = state;
    result.toggleAttribute("data-fresh", false);
    requestAnimationFrame(() => result.toggleAttribute("data-fresh", true));
    if (!silent && !quiet) sound(tone ?? state);
  }

  const others = (list) => list.map((one) => clockTime(one.at, zone) + (one.door ? text(`（${one.door}）`, ` (${one.door})`) : "")).join(text("、", ", "));
  const person = (scan) => ({ name: scan.name, meta: scan.meta, time: clockTime(scan.at, zone) });

  return {
    set zone(name) { zone = name; },
    set silent(on) { silent = on; },
    others,
    refusal: (code, values = {}) => ({ code, message: fill(refusals[code]?.text ?? "", values) }),
    /** `quiet`: it was shown as queued before, and has arrived meanwhile. */
    confirmed(scan, outcome, list, { quiet = false } = {}) {
      const words = cards[`${outcome}_${scan.direction}`];
      const tone = outcome.startsWith("already") ? "again" : "confirmed";
      show("confirmed", { ...words, ...person(scan), tone, quiet, text: fill(words.text, { others: others(list) }) });
    },
    queued(scan, outcome, list) {
      const words = cards[`queued_${scan.direction}`];
      const time = clockTime(scan.at, zone);
      // Somebody who is inside already is told so without network too.
      const known = outcome && outcome !== "accepted" ? cards[`${outcome}_${scan.direction}`] : null;
      const more = known ? `${fill(known.text, { others: others(list) })} ` : "";
      show("queued", { ...words, ...person(scan), text: more + fill(words.text, { time }) });
    },
    refused(scan, { code, message }) {
      const words = cards[`refused_${scan.direction}`];
      const name = scan.name || (refusals[code]?.head ?? "");
      show("refused", { ...words, ...person(scan), name, text: message });
    },
    /** Not about a scan: the pairing ended, the event is over, somebody undid. */
    said(head, text = "") {
      card.replaceChildren(...["head", "text"].map((part) => element(part)));
      card.firstChild.textContent = head;
      card.firstChild.classList.add("door__head--idle");
      card.lastChild.textContent = text;
      main.dataset.state = "idle";
    },
  };
}
