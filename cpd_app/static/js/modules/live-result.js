// The dock of the log form: what was typed is sent to data-live, and each part of the answer takes
// the inside of the element with the same id. No rule stands here; the server computes.
import { post } from "../lib/http.js";

const PAUSE = 250;

/** What was typed, without photos: they do not change the hours and would be sent on every key. */
function typed(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function put(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  for (const part of answer.content.children) {
    const place = document.getElementById(part.id);
    // The element itself stays: it is a live region, and its words are read when they change.
    if (place && place.innerHTML !== part.innerHTML) place.innerHTML = part.innerHTML;
  }
}

function say(words) {
  const place = document.getElementById("dock-result");
  if (place.textContent.trim() !== words) place.textContent = words;
}

export function start(form) {
  let waiting;
  let asking;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const result = await post(form.dataset.live, typed(form), {
      headers: { Accept: "text/html" },
      signal: asking.signal,
    });
    if (result.ok && typeof result.data === "string") put(result.data);
    // Without network there is no result: no rules stand here, and an old one would be wrong.
    else if (["offline", "timeout"].includes(result.reason)) say(form.dataset.offline);
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(waiting);
    ask();
  });
}
