// The decision bar: which verdict is chosen, its figure and reason, and whether it is complete.
import { get } from "./http.js";

const NEEDS_REASON = new Set(["reduced", "rejected", "evidence_wanted"]);

export class Decide {
  constructor(form, words) {
    this.form = form;
    this.words = words;
    this.verdict = "";
    this.fields = form.querySelector("[data-part=fields]");
    this.template = form.elements.template;
    this.options = [...this.template.options].slice(1);
    this.refused = form.querySelector("[data-part=refused]");
    this.fields.hidden = true;
    this.template.addEventListener("change", () => {
      const chosen = this.template.selectedOptions[0];
      if (chosen?.value) form.elements.reason.value = chosen.text;
    });
  }

  /** Begin with another record: nothing is chosen, nothing is typed. */
  reset(row) {
    this.choose("");
    this.form.elements.hours.value = "";
    this.form.elements.reason.value = "";
    this.form.elements.seen.value = row?.dataset.seen ?? 0;
    this.refused.hidden = true;
    const figure = this.form.querySelector("[data-part=accept-hours]");
    if (figure) figure.textContent = row?.dataset.hours ?? "";
  }

  /** The judgement in force as it is now. */
  see(row) {
    this.form.elements.seen.value = row.dataset.seen;
  }

  /** What was refused, typed again: one confirms it, knowing what the colleague said. */
  again(row) {
    this.choose(row.body.verdict);
    this.form.elements.hours.value = row.body.hours ?? "";
    this.form.elements.reason.value = row.body.reason ?? "";
    this.complain(row.message);
  }

  choose(verdict) {
    this.verdict = verdict;
    this.fields.hidden = !NEEDS_REASON.has(verdict);
    this.fields.dataset.verdict = verdict;
    this.form.querySelector("[data-part=hours-field]").hidden = verdict !== "reduced";
    for (const button of this.form.querySelectorAll("[name=verdict]")) {
      button.setAttribute("aria-pressed", String(button.value === verdict));
    }
    this.template.replaceChildren(
      this.template.options[0], ...this.options.filter((one) => one.dataset.verdict === verdict),
    );
    this.template.value = "";
    if (!NEEDS_REASON.has(verdict)) return;
    (verdict === "reduced" ? this.form.elements.hours : this.template).focus();
    if (verdict === "reduced") this.form.elements.hours.select();
  }

  complain(words, field) {
    this.refused.textContent = words;
    this.refused.hidden = false;
    field?.focus();
  }

  /** What is to be sent, or null after saying what is missing. */
  complete(minutes) {
    const { hours, reason } = this.form.elements;
    const body = { verdict: this.verdict, seen: this.form.elements.seen.value };
    if (!NEEDS_REASON.has(this.verdict)) return body;
    if (!reason.value.trim()) {
      this.complain(this.words.wordReason, this.template);
      return null;
    }
    if (this.verdict === "reduced") {
      if (!hours.value.trim() && !minutes) {
        this.complain(this.words.wordReduced, hours);
        return null;
      }
      if (hours.value.trim()) body.hours = hours.value.trim();
      else body.minutes = minutes;
    }
    return { ...body, reason: reason.value.trim(), template: this.template.value };
  }

  /** Minutes as the evidence shows them: the engine's arithmetic, never a proposal of a verdict. */
  async convert(input, panel) {
    const asked = input.value;
    const row = panel.querySelector("[data-part=minutes-row]");
    row.toggleAttribute("data-differs", Boolean(asked) && asked !== input.dataset.claimed);
    const cell = panel.querySelector("[data-part=computed]");
    cell.textContent = "";
    if (!asked) return;
    const answer = await get(`${input.dataset.url}?minutes=${encodeURIComponent(asked)}`);
    if (input.value !== asked) return;
    cell.textContent = answer.ok ? `${answer.data.words}` : answer.message;
    if (answer.ok && !panel.hidden) this.form.elements.hours.value = answer.data.hours;
  }
}
