// J and K open the next and the previous row of a table; off while one types, and with modifiers.
export function start(box) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (!step) return;
    const rows = [...box.querySelectorAll("tbody tr")];
    const here = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    const next = rows[here < 0 ? 0 : here + step]?.querySelector("a[href]");
    if (!next) return;
    event.preventDefault();
    next.click();
  });
}
