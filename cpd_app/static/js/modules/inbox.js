// Opening a message without network: the page behind it comes from the device's copies, and that it
// was read is told later. Without this script the message's own form does both.
import { mark, marked, sendMarks } from "../lib/read-marks.js";
import { copyOf, keepPages } from "../lib/stock.js";
import { toast } from "./flash.js";

/** Pages behind unread messages that are stored ahead. */
const AHEAD = 5;

export async function start(list) {
  const member = Number(document.querySelector("[data-member]")?.dataset.member);
  if (!member) return;
  const forms = [...list.querySelectorAll("form[data-id]")];

  function shown(form) {
    form.closest("li").classList.remove("message--unread");
    for (const part of form.querySelectorAll("[data-part=unread], .message__act")) part.remove();
  }

  async function open(form) {
    const button = form.querySelector("button");
    button.setAttribute("aria-busy", "true");
    const kept = await mark(member, form.dataset.id);
    if (!kept.ok) return form.submit(); // nothing can be kept here
    const reason = await sendMarks(member);
    button.removeAttribute("aria-busy");
    if (reason === "signed_out") return form.submit(); // leads to the sign-in
    shown(form);
    const { leads } = form.dataset;
    if (reason && !(await copyOf(leads))) return toast(list.dataset.noCopy, "info");
    return location.assign(leads);
  }

  list.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!event.target.querySelector("[aria-busy]")) open(event.target);
  });

  const read = await marked(member); // also on a copy of this page that is older
  for (const form of forms) if (read.includes(form.dataset.id)) shown(form);
  if (document.documentElement.dataset.stored !== undefined) return;
  const unread = forms.filter((form) => form.closest(".message--unread")).map((form) => form.dataset.leads);
  await keepPages([...new Set(unread)].slice(0, AHEAD), member);
}
