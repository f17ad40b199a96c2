// What is being typed stays on this device until the server has it: a lost network or a closed tab
// loses nothing. One draft a form (data-keep) and member; wiped at sign-out with everything else.
import { get, put, remove } from "../lib/store.js";
import { text } from "../lib/page.js";
import { toast } from "./flash.js";

const PAUSE = 400;

export async function start(form) {
  const member = Number(document.querySelector("[data-member]")?.dataset.member);
  const fields = [...form.querySelectorAll("textarea")];
  const key = `words:${member}:${form.dataset.keep}`;
  const held = () => Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const shown = held();
  let timer;

  const kept = await get("drafts", key);
  const draft = kept.ok ? kept.value : undefined;
  if (draft && draft.member === member) {
    // Only where the server still has what it had when this was typed.
    const back = fields.filter((field) => draft.seen[field.name] === field.value && draft.words[field.name] !== field.value);
    for (const field of back) field.value = draft.words[field.name];
    if (back.length) toast(text("上次没有保存的文字已放回，请保存。", "What was not saved last time is back. Save it."), "info");
    else await remove("drafts", key);
  }

  const keep = async () => {
    clearTimeout(timer);
    const words = held();
    if (fields.some((field) => words[field.name] !== shown[field.name])) {
      await put("drafts", { key, member, at: new Date().toISOString(), seen: shown, words });
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", () => document.hidden && keep());
  form.addEventListener("submit", (event) => {
    keep();
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast(text("没有网络。文字已存在这台设备上，有网络时再保存。", "No network. Your words are kept on this device; save again when there is one."), "error");
  }, { capture: true });
}
