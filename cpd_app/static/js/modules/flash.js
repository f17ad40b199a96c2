// Messages: those of the server get a close button; `toast` says something without a new page.
import { icon, text } from "../lib/page.js";

const ICONS = { success: "check-circle", error: "x-octagon", warning: "exclamation-triangle", info: "info-circle" };

/** The sentence for an answer that brought none. */
export function words(status) {
  if (status === 0) return text("连不上网络，请稍后再试。", "No connection. Try again in a moment.");
  if (status === 401) return text("登录已过期，请重新登录。", "Your sign-in has ended. Sign in again.");
  if (status === 429) return text("试得太频繁，请等几分钟。", "Too many tries. Wait a few minutes.");
  return text("没有成功，请稍后再试。", "That did not work. Try again in a moment.");
}

/** Say `message` above the bottom bar; errors stay until they are closed. */
export function toast(message, category = "success") {
  let box = document.querySelector(".toasts");
  if (!box) {
    box = document.body.appendChild(document.createElement("div"));
    box.className = "toasts";
  }
  const element = document.createElement("div");
  element.className = `flash flash--${category}`;
  element.setAttribute("role", category === "error" ? "alert" : "status");
  const sentence = document.createElement("span");
  sentence.className = "flash__text";
  sentence.textContent = message;
  element.append(icon(ICONS[category]), sentence);
  box.append(element);
  start(element);
  if (category !== "error") setTimeout(() => element.remove(), 6000);
}

export function start(element) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "flash__close";
  close.setAttribute("aria-label", element.dataset.close ?? text("关闭", "Close"));
  close.append(icon("x-lg"));
  close.addEventListener("click", () => element.remove());
  element.append(close);
}
