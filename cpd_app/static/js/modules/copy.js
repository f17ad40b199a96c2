// Copies a text: <button data-module="copy" data-copy="…"> or data-copy-from="id of an input".
// Where the clipboard is refused, the text is selected so that a person can copy it.
import { text } from "../lib/page.js";
import { toast } from "./flash.js";

export function start(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copyFrom ?? "");
    const value = button.dataset.copy ?? source?.value ?? source?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(value.trim());
      toast(text("已复制", "Copied"));
    } catch {
      if (source?.select) source.select();
      else if (source) getSelection().selectAllChildren(source);
      toast(text("请长按选中的文字复制", "Press and hold the selected text to copy it"), "info");
    }
  });
}
