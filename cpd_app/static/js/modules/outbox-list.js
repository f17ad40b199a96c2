// The page 待发送: each record that waits on this device, why, and what can be done about it.
import { drop, items, listen } from "../lib/outbox.js";
import { ask } from "./confirm.js";

const LANGUAGE = document.documentElement.lang;
const day = (text) => (text ? new Date(`${text}T00:00`).toLocaleDateString(LANGUAGE, { year: "numeric", month: "short", day: "numeric" }) : "");

export function start(page) {
  const member = Number(document.querySelector("[data-member]").dataset.member);
  const [list, template, none, send, status, hint] = ["list", "row", "none", "send", "status", "hint"]
    .map((name) => page.querySelector(`[data-part=${name}]`));
  const words = page.dataset;

  function drawn(row) {
    const element = template.content.firstElementChild.cloneNode(true);
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const refused = row.state === "refused";
    part("title").textContent = row.title || words.untitled;
    const photos = row.files.length ? words.photos.replace("{}", row.files.length) : "";
    for (const text of [row.kindName, day(row.day), photos].filter(Boolean)) {
      const piece = document.createElement("span");
      piece.textContent = text;
      part("meta").append(piece);
    }
    part(refused ? "waiting" : "refused").remove();
    part("why").textContent = refused ? row.message : row.activity ? words.photosWait : "";
    part("why").hidden = !part("why").textContent;
    const edit = part("edit");
    edit.hidden = !refused || (row.kind === "scan" && !row.statement);
    edit.href = row.statement ? row.statement : row.activity ? `/activities/${row.activity}/evidence` : `/activities/new/${row.kind}?outbox=${row.key}`;
    if (row.statement) edit.textContent = words.statement;
    edit.setAttribute("aria-label", `${edit.textContent}: ${row.title}`);
    part("delete").setAttribute("aria-label", `${part("delete").textContent.trim()}: ${row.title}`);
    part("delete").addEventListener("click", async () => {
      const question = row.kind === "scan" ? words.deleteScan : row.activity ? words.deletePhotos : words.deleteRecord;
      if (await ask(question)) drop(row.key);
    });
    return element;
  }

  async function draw() {
    const found = await items(member);
    list.replaceChildren(...found.map(drawn));
    list.hidden = !found.length;
    hint.hidden = !found.length;
    none.hidden = found.length > 0;
    send.hidden = !found.some((row) => row.state === "waiting");
  }

  const label = send.querySelector("span");
  const ready = label.textContent;
  send.addEventListener("click", () => {
    send.setAttribute("aria-busy", "true");
    label.textContent = words.sending;
    document.dispatchEvent(new CustomEvent("cpd:send"));
  });
  const say = (reason) => {
    status.textContent = reason === "signed_out" ? words.signedOut : reason ? words.unreachable : "";
  };
  document.addEventListener("cpd:sent", ({ detail }) => {
    send.removeAttribute("aria-busy");
    label.textContent = ready;
    say(detail.reason);
  });
  say(document.querySelector("[data-part=outbox]").dataset.reason); // it may have tried before we began
  listen(draw);
  draw();
}
