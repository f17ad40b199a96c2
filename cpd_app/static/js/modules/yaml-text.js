// Line numbers beside a YAML text, and a jump to the line that a problem names
// (<a data-line="12">). The text works as well without them.

function numbersOf(area, wrong) {
  const count = area.value.split("\n").length;
  const lines = document.createDocumentFragment();
  for (let line = 1; line <= count; line += 1) {
    const number = document.createElement(wrong.has(line) ? "b" : "span");
    number.textContent = `${line}\n`;
    lines.append(number);
  }
  return lines;
}

function goTo(area, line) {
  const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = area.value.indexOf("\n", before);
  area.focus();
  area.setSelectionRange(before, end < 0 ? area.value.length : end);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 6) * height);
}

export function start(form) {
  const area = form.querySelector("textarea");
  const links = [...document.querySelectorAll("a[data-line]")];
  const wrong = new Set(links.map((link) => Number(link.dataset.line)));
  const gutter = document.createElement("div");
  gutter.className = "yaml-lines";
  gutter.setAttribute("aria-hidden", "true");
  area.before(gutter);
  const draw = () => {
    gutter.replaceChildren(numbersOf(area, wrong));
    gutter.style.height = `${area.offsetHeight}px`;
    gutter.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", draw);
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  new ResizeObserver(draw).observe(area);
  draw();
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(area, Number(link.dataset.line));
    });
  }
}
