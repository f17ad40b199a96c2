// The log form: what is written is kept on this device first and then sent, so that a lost network
// or a closed tab loses nothing. Refused: the reasons stand in the form, photos stay chosen.
import { showFaults } from "../lib/faults.js";
import { drop, item, keep, uuid } from "../lib/outbox.js";
import { isPhoto, shrunk } from "../lib/pictures.js";
import { fill } from "../lib/refill.js";
import { flush } from "../lib/sending.js";
import { toast } from "./flash.js";

const PROOF = "proof-";
/** Not part of the record: the row has its own key, the server its own token. */
const LEFT_OUT = new Set(["csrf_token", "key", "measure"]);

async function filesOf(data) {
  const picked = [...data].filter(([name, value]) => name.startsWith(PROOF) && value instanceof File && value.size);
  return Promise.all(picked.map(async ([name, file]) => {
    const small = isPhoto(file) ? await shrunk(file) : file;
    // The bytes themselves: some systems take the picked file away with the page.
    const blob = new Blob([await small.arrayBuffer()], { type: small.type });
    return { key: uuid(), name: small.name, proof: name.slice(PROOF.length), secrecy: data.get("secrecy") ?? "", blob };
  }));
}

function today() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

export async function start(form) {
  const member = Number(document.querySelector("[data-member]")?.dataset.member);
  if (!member) return;
  const button = document.querySelector(`button[form="${form.id}"]`);
  const label = button.querySelector("span");
  const ready = label.textContent;
  let key = uuid();
  let former;

  const busy = (words) => {
    if (words) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
    label.textContent = words || ready;
  };
  // A stored form does not know today.
  if (!form.elements.ended_on.value) form.elements.ended_on.value = today();
  const asked = new URLSearchParams(location.search).get("outbox");
  if (asked) {
    former = await item(asked);
    if (former?.member === member) {
      if (former.code !== "key_reused") key = former.key;
      fill(form, former);
      showFaults(form, former);
    }
  }

  async function rowOf() {
    const data = new FormData(form);
    return {
      key,
      member,
      at: former?.at ?? new Date().toISOString(),
      kind: data.get("kind"),
      kindName: document.querySelector("h1").textContent.trim(),
      title: data.get("title").trim(),
      day: data.get("ended_on"),
      fields: [...data].filter(([name, value]) => typeof value === "string" && !LEFT_OUT.has(name)),
      files: await filesOf(data),
      activity: null,
      state: "waiting",
    };
  }

  async function send() {
    const row = await rowOf();
    if (row.files.length && !row.files[0].secrecy) {
      showFaults(form, { errors: { secrecy: [form.dataset.secrecy] } });
      return;
    }
    if (!(await keep(row)).ok) {
      // No room here, or storage is forbidden: the plain way, as without script.
      if (navigator.onLine) form.submit();
      else toast(form.dataset.noRoom, "error");
      return;
    }
    if (former && former.key !== key) await drop(former.key);
    const { sent } = await flush(member, {
      open: key,
      onProgress: (number, of, share) => busy(`${form.dataset.sending} ${number}/${of}  ${Math.round(share * 100)} %`),
    });
    const left = await item(key);
    const activity = left?.activity ?? sent.find((gone) => gone.key === key)?.activity;
    if (activity || !left) {
      location.assign(activity ? `/activities/${activity}` : "/activities"); // without id: sent by another tab
    } else if (left.state === "refused") {
      if (!former) await drop(key); // it stands in the form; what came from the outbox stays there too
      showFaults(form, left);
    } else {
      await waiting();
    }
  }

  async function waiting() {
    if (!form.checkValidity()) {
      // The server would refuse it later; the empty fields are known now.
      if (!former) await drop(key);
      form.reportValidity();
    } else if (navigator.serviceWorker?.controller) {
      location.assign("/outbox");
    } else {
      // This browser opens nothing without network, so the page stays.
      form.reset();
      form.elements.ended_on.value = today();
      key = uuid();
      former = undefined;
      toast(form.dataset.kept);
    }
  }

  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    busy(button.dataset.busy);
    await send();
    sending = false;
    busy("");
    document.dispatchEvent(new Event("cpd:outbox"));
  });
}
