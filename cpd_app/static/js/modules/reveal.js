// Brings the current piece of a line that scrolls sideways into sight.
export function start(line) {
  const current = line.querySelector("[aria-current]");
  if (!current) return;
  line.scrollLeft += current.getBoundingClientRect().left - line.getBoundingClientRect().left
    - (line.clientWidth - current.clientWidth) / 2;
}
