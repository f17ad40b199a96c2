// The reasons why a record was refused, in its form: the summary on top and a sentence beside each
// field, as the server would have drawn them (components/error_summary.html, components/field.html).
import { startAll } from "../app.js";
import { icon } from "./page.js";

function clear(form) {
  form.querySelectorAll(".error-summary, .field__error").forEach((part) => part.remove());
  form.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
  form.querySelectorAll("[data-invalid]").forEach((part) => part.removeAttribute("data-invalid"));
}

function beside(control, name, sentence) {
  const field = control.closest(".field");
  if (!field) return;
  const error = document.createElement("p");
  error.className = "field__error";
  error.id = `field-${name}-error`;
  const words = document.createElement("span");
  words.textContent = sentence;
  error.append(icon("exclamation-circle"), words);
  (field.querySelector(".field__box, .segmented, .chips, textarea") ?? field.lastElementChild).after(error);
  field.querySelector(".segmented")?.setAttribute("data-invalid", "");
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", error.id);
}

/** errors: field -> [sentences]; summary: its markup from the server; else the field is shown. */
export function showFaults(form, { errors = {}, summary = "" }) {
  clear(form);
  let first;
  for (const [name, sentences] of Object.entries(errors)) {
    const control = document.getElementById(`field-${name}`);
    if (control && form.contains(control)) {
      beside(control, name, sentences.join(" "));
      first ??= control;
    }
  }
  if (summary) {
    const drawn = document.createElement("template");
    drawn.innerHTML = summary;
    const element = drawn.content.querySelector(".error-summary");
    if (element) {
      form.prepend(element);
      startAll(element);
      element.scrollIntoView({ block: "start" });
    }
  } else {
    first?.focus();
  }
}
