// A key that goes to a field: data-key="/" on a search. Off while one types, and with modifiers.
export function start(field) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== field.dataset.key || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
