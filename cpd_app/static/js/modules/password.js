// A button beside a password that shows what was typed: better than typing it twice.
import { text } from "../lib/page.js";

export function start(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "field__toggle";
  const draw = () => {
    const shown = input.type === "text";
    button.textContent = shown ? text("隐藏", "Hide") : text("显示", "Show");
    button.setAttribute("aria-label", shown ? text("隐藏密码", "Hide password") : text("显示密码", "Show password"));
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    draw();
    input.focus();
  });
  // A browser keeps what stands in a text field for later; what is sent is a password again.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
    draw();
  });
  draw();
  input.parentElement.classList.add("field__box--toggle");
  input.after(button);
}
