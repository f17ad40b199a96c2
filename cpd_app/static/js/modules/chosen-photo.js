// A proof slot shows the photo or the paper that was picked for it, before anything is sent.
import { icon } from "../lib/page.js";

function show(slot, file) {
  const square = slot.querySelector(".proof__square");
  const before = square.querySelector("img");
  if (before) URL.revokeObjectURL(before.src);
  slot.classList.toggle("proof--chosen", Boolean(file));
  const input = slot.querySelector("input");
  const words = document.createElement("span");
  words.textContent = file ? input.dataset.proof : input.dataset.missing;
  slot.querySelector(".proof__caption")
    .replaceChildren(icon(file ? "check-lg" : "exclamation-triangle"), words);
  if (!file) {
    square.replaceChildren(icon("camera"));
  } else if (/^image\/(?:jpeg|png|webp)$/.test(file.type)) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(file);
    square.replaceChildren(image);
  } else {
    square.replaceChildren(icon(file.type === "application/pdf" ? "file-earmark-pdf" : "file-earmark"));
  }
  input.title = file?.name ?? "";
}

export function start(fieldset) {
  fieldset.addEventListener("change", (event) => {
    const slot = event.target.closest(".proof");
    if (slot && event.target.type === "file") show(slot, event.target.files[0]);
  });
  // Photos that a script put back before this began.
  for (const input of fieldset.querySelectorAll("input[type=file]")) {
    if (input.files.length) show(input.closest(".proof"), input.files[0]);
  }
}
