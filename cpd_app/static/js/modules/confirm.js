// Asks once more before a form is sent: <form data-module="confirm" data-confirm="…">, or a button
// with data-confirm in it. Only a courtesy: what cannot be undone has a page or a dialog that asks.
import { text } from "../lib/page.js";

const LAYOUT = `<div class="dialog__body"><p></p></div><div class="dialog__foot">
<button class="btn" type="button"></button><button class="btn btn--primary" type="button"></button></div>`;

/** Ask in a dialog; resolves to whether the answer was yes. */
export function ask(question) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.innerHTML = LAYOUT;
    const [no, yes] = dialog.querySelectorAll("button");
    dialog.querySelector("p").textContent = question;
    dialog.setAttribute("aria-label", question);
    no.textContent = text("不了", "No");
    yes.textContent = text("确定", "Yes");
    no.addEventListener("click", () => dialog.close(""));
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function start(form) {
  let agreed = false;
  form.addEventListener("submit", async (event) => {
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (agreed || !question || !("HTMLDialogElement" in globalThis)) return;
    event.preventDefault();
    const { submitter } = event;
    agreed = await ask(question);
    if (agreed) form.requestSubmit(submitter);
    agreed = false;
  });
}
