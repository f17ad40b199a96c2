// A form that sends files: each goes by itself with its progress, made smaller first; a photo can be
// blacked out; one that is refused says why and stops no other. When all are there, data-then opens.
import { blacken } from "../lib/brush.js";
import { upload } from "../lib/http.js";
import { icon, text } from "../lib/page.js";
import { isPhoto, shrunk } from "../lib/pictures.js";
import { toast, words } from "./flash.js";

const MOST_BYTES = 20 * 1024 * 1024;

class Row {
  constructor(file, template) {
    this.key = crypto.randomUUID?.() ?? "";
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part = (name) => this.element.querySelector(`[data-part=${name}]`);
    this.acts = document.createElement("span");
    this.acts.className = "upload__acts";
    this.take(file);
  }

  take(file) {
    this.file = file;
    this.part("name").textContent = file.name;
    if (/^image\/(?:jpeg|png)$/.test(file.type)) {
      const image = document.createElement("img");
      image.alt = "";
      image.src = URL.createObjectURL(file);
      image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
      image.addEventListener("error", () => image.replaceWith(icon("file-earmark")), { once: true });
      this.part("thumb").replaceChildren(image);
    } else if (file.type === "application/pdf") this.part("thumb").replaceChildren(icon("file-earmark-pdf"));
    this.say("ready", text("待上传", "Ready"), this.acts);
  }

  say(state, said, below = "") {
    this.state = state;
    this.element.className = `upload upload--${state}`;
    this.part("state").textContent = said;
    this.part("below").replaceChildren(below);
  }

  act(name, words_, press) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small btn--plain";
    button.append(icon(name), words_);
    button.addEventListener("click", press);
    this.acts.append(button);
  }

  async send(url, fields) {
    const bar = document.createElement("progress");
    Object.assign(bar, { className: "bar", max: 1, value: 0 });
    bar.setAttribute("aria-label", this.file.name);
    this.say("sending", text("上传中", "Sending"), bar);
    const file = isPhoto(this.file) ? await shrunk(this.file) : this.file;
    if (file.size > MOST_BYTES) {
      this.say("refused", text("没有上传", "Not sent"), text("文件超过 20 MB。", "The file is over 20 MB."));
      return;
    }
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    data.set("key", this.key);
    data.append("file", file, file.name);
    const result = await upload(url, data, { onProgress: (share) => { bar.value = share; } });
    if (result.ok) this.say("done", result.data.repeated ? text("以前传过", "Sent before") : text("已上传", "Sent"));
    else if (result.reason === "refused") {
      this.say("refused", text("没有上传", "Not sent"), result.message || words(result.status));
    } else this.say("waiting", text("没有上传", "Not sent"), words(result.status));
  }
}

export function start(form) {
  const [input, list, template, total] = ["input[type=file]", "[data-part=list]", "[data-part=row]", "[data-part=total]"]
    .map((selector) => form.querySelector(selector));
  const rows = [];
  const open = () => rows.filter((row) => row.state !== "done");

  function add(file) {
    const row = new Row(file, template);
    if (isPhoto(file)) {
      row.act("eraser-fill", text("涂黑", "Black out"), async () => {
        const { ok, file: covered } = await blacken(row.file);
        if (covered) row.take(covered);
        else if (!ok) toast(text("浏览器打不开这张照片，请先转成 JPEG 再涂黑。", "This browser cannot open the photo. Convert it to JPEG first."), "error");
      });
    }
    row.act("x-lg", text("不传", "Leave out"), () => {
      rows.splice(rows.indexOf(row), 1);
      row.element.remove();
      list.hidden = rows.length === 0;
    });
    rows.push(row);
    list.append(row.element);
  }

  // What was refused need not hold up what arrived.
  function onward() {
    const link = document.createElement("a");
    link.href = form.dataset.then;
    link.textContent = text("先看传好的", "Go on with these");
    return link;
  }

  input.addEventListener("change", () => {
    const room = Number(form.dataset.most) - rows.length;
    const picked = [...input.files];
    if (picked.length > room) {
      toast(text(`一次最多 ${form.dataset.most} 个文件。`, `At most ${form.dataset.most} files at once.`), "error");
    }
    picked.slice(0, Math.max(0, room)).forEach(add);
    input.value = "";
    list.hidden = rows.length === 0;
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = form.querySelector("[data-part=send]");
    if (send.getAttribute("aria-busy") === "true") return;
    if (!open().length) {
      total.textContent = text("还没有选文件。请拍照，或选一张照片、一份 PDF。", "No file chosen yet.");
      input.focus();
      return;
    }
    send.setAttribute("aria-busy", "true");
    const fields = [...new FormData(form)].filter(([name]) => !["file", "key"].includes(name));
    const waiting = open();
    for (const [number, row] of waiting.entries()) {
      total.textContent = text(`正在上传第 ${number + 1} 个，共 ${waiting.length} 个`, `Sending ${number + 1} of ${waiting.length}`);
      await row.send(form.action, fields);
    }
    send.removeAttribute("aria-busy");
    if (!open().length) {
      location.assign(form.dataset.then);
      return;
    }
    const sent = rows.length - open().length;
    total.textContent = text(`已上传 ${sent} 个，${open().length} 个没有上传。`, `${sent} sent, ${open().length} not sent. `);
    if (sent) total.append(onward());
  });
}
