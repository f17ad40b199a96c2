// Before signing out: say how many records have not been sent, then remove what this device keeps.
import { dropAll, items, listen } from "../lib/outbox.js";
import { dropMarks } from "../lib/read-marks.js";
import { wipe } from "../lib/stock.js";
import { unsent as unsentAtDoors, wipeQueue } from "../lib/door-queue.js";
import { wipeStock } from "../lib/door-stock.js";
import { drafts } from "../lib/summaries.js";
import { dropUnsaved, unsaved } from "../lib/judgements.js";

export async function start(form) {
  const member = Number(document.querySelector("[data-member]")?.dataset.member);
  const warning = form.querySelector("[data-unsent]");
  const draw = async () => {
    const unsent = (await items(member)).length + (await unsentAtDoors())
      + (await drafts(member)).length + (await unsaved(member)).length;
    warning.hidden = unsent === 0;
    const count = warning.querySelector("[data-part=count]");
    if (count) count.textContent = unsent;
  };
  listen(draw);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await dropAll(member);
    await dropUnsaved(member);
    await dropMarks(member);
    await wipe();
    await wipeStock();
    await wipeQueue();
    form.submit();
  });
  await draw();
}
