// Of several ways to measure (minutes or days) one is shown; the others are not sent.
export function start(fieldset) {
  const choices = [...fieldset.querySelectorAll("input[name=measure]")];
  const parts = [...fieldset.querySelectorAll("[data-alternative]")];
  fieldset.querySelector("[data-part=switch]").hidden = false;
  fieldset.querySelector("[data-part=help]").hidden = true;
  fieldset.dataset.started = "";

  const show = (name) => {
    for (const part of parts) {
      const chosen = part.dataset.alternative === name;
      part.hidden = !chosen;
      for (const field of part.querySelectorAll("input, select")) field.disabled = !chosen;
    }
  };
  for (const choice of choices) choice.addEventListener("change", () => show(choice.value));
  show(choices.find((choice) => choice.checked)?.value ?? choices[0].value);
}
