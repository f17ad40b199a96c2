// What starts the acts of the workbench: keys, clicks, the form, the list of keys, the search.
import { keysAreOn, listenKeys, switchKeys } from "./bench-keys.js";

const LATER = 250;

export function wire({ bench, view, form, decide, open, step, say, send, undo }) {
  const keys = view.part("keys");
  const find = view.part("find");
  const goTo = (by) => {
    const files = [...bench.querySelectorAll(".queue__file")];
    const here = files.findIndex((file) => file.getAttribute("aria-current"));
    files[here + by]?.click();
  };
  const nextYear = () => {
    const next = view.years[(view.years.indexOf(view.year) + 1) % view.years.length];
    const rows = [...next.querySelectorAll("tr[data-record]")];
    open(rows.find((row) => row.dataset.state !== "skipped") ?? rows[0]);
    if (!rows.length) view.showYear(next.dataset.year);
  };
  const queue = () => {
    bench.toggleAttribute("data-queue");
    bench.querySelector(".queue [aria-current], .queue a")?.focus();
  };
  const search = () => {
    find.hidden = false;
    find.focus();
  };
  const leave = (field) => {
    if (field === find) {
      find.value = "";
      find.hidden = true;
      sift();
    }
    field?.blur();
    decide?.choose("");
    bench.removeAttribute("data-full");
    bench.removeAttribute("data-queue");
    view.current?.querySelector("a").focus({ preventScroll: true });
  };
  const sift = () => {
    const asked = find.value.trim().toLowerCase();
    for (const row of view.rows) {
      row.hidden = asked !== "" && !row.querySelector(".row-link").textContent.toLowerCase().includes(asked);
    }
  };

  listenKeys({
    j: () => step(1),
    k: () => step(-1),
    J: () => goTo(1),
    K: () => goTo(-1),
    a: say("accepted"),
    d: say("reduced"),
    r: say("rejected"),
    w: say("evidence_wanted"),
    e: () => bench.toggleAttribute("data-full"),
    n: nextYear,
    u: undo,
    q: queue,
    "/": search,
    "?": () => keys.showModal(),
    ArrowLeft: () => view.turn(-1),
    ArrowRight: () => view.turn(1),
    Enter: send,
    Escape: leave,
    confirms: () => Boolean(decide?.verdict),
  });

  bench.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "frame-before") view.turn(-1);
    if (act === "frame-after") view.turn(1);
    if (act === "only") only(event.target.closest("[data-act]"));
    if (event.target.closest("[data-part=verdict] button")) return;
    const row = event.target.closest("tr[data-record]");
    const cell = event.target.closest(".year-cell");
    if ((!row && !cell) || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (row) open(row);
    else showYear(cell);
  });
  function only(button) {
    const on = view.part("list").toggleAttribute("data-only");
    bench.querySelectorAll("[data-act=only]").forEach((one) => one.setAttribute("aria-pressed", String(on)));
    button.focus();
  }
  function showYear(cell) {
    view.showYear(new URL(cell.href).searchParams.get("y"));
    const rows = [...view.year.querySelectorAll("tr[data-record]")];
    open(rows.find((row) => row.dataset.state !== "skipped") ?? rows[0]);
  }
  bench.querySelectorAll("button[data-act]").forEach((button) => { button.hidden = false; });
  find.addEventListener("input", sift);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    open(view.rows.find((row) => !row.hidden && row.closest(".bench__year") === view.year));
  });

  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const verdict = event.submitter?.value;
    if (verdict && verdict !== decide.verdict) say(verdict)();
    else send();
  });
  form?.addEventListener("keydown", (event) => {
    // Enter confirms what was chosen; the form's first button would accept.
    if (event.key !== "Enter" || event.isComposing || event.target.closest("button")) return;
    event.preventDefault();
    if (decide.verdict) send();
  });
  let timer;
  bench.addEventListener("input", (event) => {
    if (event.target.dataset.part !== "minutes" || !decide) return;
    clearTimeout(timer);
    timer = setTimeout(() => decide.convert(event.target, view.panel), LATER);
  });
  bench.querySelector(".bench__undo")?.addEventListener("submit", (event) => {
    event.preventDefault();
    undo();
  });

  const on = view.part("keys-on");
  on.checked = keysAreOn();
  on.addEventListener("change", () => switchKeys(on.checked));
}
