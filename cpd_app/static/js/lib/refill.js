// Puts a record of the outbox back into its form: fields, choices, and the photos in their slots.

/** `row` as lib/outbox.js describes it. */
export function fill(form, row) {
  for (const box of form.querySelectorAll("input[type=checkbox], input[type=radio]")) box.checked = false;
  for (const [name, value] of row.fields) {
    for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (["checkbox", "radio"].includes(control.type)) control.checked ||= control.value === value;
      else control.value = value;
    }
  }
  chooseMeasure(form);
  for (const file of row.files) {
    const input = form.querySelector(`input[type=file][name="proof-${CSS.escape(file.proof)}"]`);
    if (!input) continue;
    const bag = new DataTransfer();
    bag.items.add(new File([file.blob], file.name, { type: file.blob.type }));
    input.files = bag.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.querySelector("details.more")?.toggleAttribute("open", true);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Of several ways to measure, the one that was filled in. */
function chooseMeasure(form) {
  const parts = [...form.querySelectorAll("[data-alternative]")];
  const filled = parts.find((part) => [...part.querySelectorAll("input, select")].some((control) => control.value));
  const choice = form.querySelector(`input[name=measure][value="${(filled ?? parts[0])?.dataset.alternative}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}
