// Draws a QR code into an <svg>: level M, as small as the text allows, without a white border.
import { correction, generate } from "../../vendor/lean-qr.js";

const LEVEL = { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M };

/** The svg holds one <path>; its box becomes one unit a module. */
export function drawQr(svg, text) {
  const code = generate(text, LEVEL);
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      let wide = 0;
      while (code.get(x + wide, y)) wide += 1;
      if (wide) path += `M${x} ${y}h${wide}v1h-${wide}z`;
      x += wide;
    }
  }
  svg.setAttribute("viewBox", `0 0 ${code.size} ${code.size}`);
  svg.querySelector("path").setAttribute("d", path);
}
