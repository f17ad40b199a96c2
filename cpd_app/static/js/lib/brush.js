// 涂黑: black strokes on a photo before it is sent. The black is burnt into the pixels that travel;
// what lies beneath never leaves the device.
import { asFile, decoded, drawn } from "./pictures.js";
import { icon, text } from "./page.js";

/** Width of a stroke, as a share of the photo's shorter side. */
const STROKE = 0.06;

function button(words, className, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn ${className}`;
  made.textContent = words;
  made.addEventListener("click", press);
  return made;
}

function dialogWith(canvas, foot) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog dialog--wide brush";
  const head = document.createElement("div");
  head.className = "dialog__head";
  const title = document.createElement("h2");
  title.textContent = text("在要遮住的地方涂黑", "Paint over what must not be seen");
  const shut = button("", "btn--icon", () => dialog.close());
  shut.setAttribute("aria-label", text("关闭", "Close"));
  shut.append(icon("x-lg"));
  head.append(title, shut);
  const body = document.createElement("div");
  body.className = "dialog__body";
  canvas.className = "brush__board";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text("照片，按住拖动来涂黑", "The photo; press and drag to paint"));
  body.append(canvas);
  const row = document.createElement("div");
  row.className = "dialog__foot";
  row.append(...foot);
  dialog.append(head, body, row);
  return dialog;
}

/** Where on the canvas's own pixels the pointer is; the picture stands centred in its box. */
function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const share = Math.min(box.width / canvas.width, box.height / canvas.height);
  const left = box.left + (box.width - canvas.width * share) / 2;
  const top = box.top + (box.height - canvas.height * share) / 2;
  return [(event.clientX - left) / share, (event.clientY - top) / share];
}

function draw(canvas, photo, strokes) {
  const pen = canvas.getContext("2d");
  pen.drawImage(photo, 0, 0);
  pen.strokeStyle = "#000";
  pen.fillStyle = "#000";
  pen.lineWidth = Math.max(8, Math.min(canvas.width, canvas.height) * STROKE);
  pen.lineCap = "square";
  pen.lineJoin = "miter";
  for (const points of strokes) {
    pen.beginPath();
    pen.moveTo(...points[0]);
    // A dot is a stroke too: a line of no length draws nothing.
    for (const point of points.length > 1 ? points : [[points[0][0] + 0.1, points[0][1]]]) pen.lineTo(...point);
    pen.stroke();
  }
}

function listen(canvas, photo, strokes) {
  let stroke;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    stroke = [place(canvas, event)];
    strokes.push(stroke);
    draw(canvas, photo, strokes);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    stroke.push(place(canvas, event));
    draw(canvas, photo, strokes);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => { stroke = undefined; });
  }
}

/** Ask for black strokes on `file`: the new file, or null when nothing was painted or it cannot be. */
export async function blacken(file) {
  const bitmap = await decoded(file);
  if (!bitmap) return { ok: false, file: null };
  const photo = drawn(bitmap);
  const board = drawn(bitmap);
  bitmap.close();
  const strokes = [];
  return new Promise((resolve) => {
    let keep = false;
    const undo = button(text("退一步", "Undo"), "", () => {
      strokes.pop();
      draw(board, photo, strokes);
    });
    const done = button(text("涂好了", "Done"), "btn--primary", () => {
      keep = strokes.length > 0;
      dialog.close();
    });
    const dialog = dialogWith(board, [undo, done]);
    listen(board, photo, strokes);
    dialog.addEventListener("close", async () => {
      dialog.remove();
      resolve({ ok: true, file: keep ? await asFile(board, file) : null });
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
