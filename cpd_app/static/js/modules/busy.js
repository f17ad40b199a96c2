// While a form is sent its button says so (data-busy="保存中") and cannot be pressed twice. The
// page that comes back from the browser's memory is ready again.
export function start(form) {
  let sent;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = event.submitter ?? document.querySelector(`button[form="${form.id}"]`);
    if (!sent) return;
    sent.setAttribute("aria-busy", "true");
    const words = sent.querySelector("span");
    if (sent.dataset.busy && words) {
      sent.dataset.ready = words.textContent;
      words.textContent = sent.dataset.busy;
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted || !sent) return;
    sent.removeAttribute("aria-busy");
    if (sent.dataset.ready) sent.querySelector("span").textContent = sent.dataset.ready;
    sent = undefined;
  });
}
