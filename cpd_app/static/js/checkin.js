// The one script of the check-in pages. Whoever is signed in need not press anything: the scan is
// sent at once, and again while the network is away; it is the same scan however often it is sent.

const WAITS = [1, 2, 4, 8, 15];

const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

async function sent(form) {
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
      redirect: "manual",
    });
    // 303 to the result; a page in the answer is a refusal, which the form itself shows
    return answer.type === "opaqueredirect" ? "kept" : answer.status < 500 ? "refused" : "away";
  } catch {
    return "away";
  }
}

async function confirmAtOnce(form) {
  const says = form.querySelector("[role=status]");
  const button = form.querySelector("button");
  button.disabled = true;
  for (let round = 0; ; round += 1) {
    says.textContent = says.dataset.saysSending;
    const outcome = await sent(form);
    if (outcome === "kept") return location.replace(form.dataset.done);
    if (outcome === "refused") return form.submit();
    says.textContent = says.dataset.saysWaiting;
    button.disabled = false;
    await pause(WAITS[Math.min(round, WAITS.length - 1)]);
    button.disabled = true;
  }
}

const form = document.querySelector("form[data-at-once]");
if (form) confirmAtOnce(form);

// A form is sent once, however often the thumb comes down.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const sentForm of document.querySelectorAll("form[data-sent]")) delete sentForm.dataset.sent;
});
