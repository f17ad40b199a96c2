// Theme, text size, language: a choice shows at once, then the form it stands in saves it.
//
//   <form method="post" action="…" data-module="preferences"> with fields theme, text_size, locale
//
// Without script the form has a button; here it is hidden and each change is posted.
import { send } from "../lib/http.js";
import { toast, words } from "./flash.js";

export function start(form) {
  form.querySelectorAll("[data-no-script]").forEach((part) => part.setAttribute("hidden", ""));
  form.addEventListener("change", async (event) => {
    const { name } = event.target;
    const value = event.target.type === "checkbox" && !event.target.checked ? "normal" : event.target.value;
    if (name === "theme") document.documentElement.dataset.bsTheme = value;
    if (name === "text_size") document.documentElement.dataset.text = value;
    if (name === "locale") {
      form.requestSubmit();
      return;
    }
    const result = await send(form.action, { method: "POST", body: new FormData(form) });
    if (!result.ok) toast(result.message || words(result.status), "error");
  });
}
