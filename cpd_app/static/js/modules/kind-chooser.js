// A search over the tiles of kinds: what does not fit is hidden; Enter opens the first that fits.
export function start(chooser) {
  const box = chooser.querySelector("[data-part=search]");
  const field = box.querySelector("input");
  const groups = [...chooser.querySelectorAll("[data-part=group]")];
  const usual = chooser.querySelector("[data-part=usual]");
  const none = chooser.querySelector("[data-part=none]");
  box.hidden = false;

  const fitting = () => [...chooser.querySelectorAll("[data-part=group] li:not([hidden]) a")];
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const group of groups) {
      const title = group.querySelector("h2").textContent;
      for (const tile of group.querySelectorAll("li")) {
        const text = `${title} ${tile.textContent}`.toLowerCase();
        tile.hidden = !words.every((word) => text.includes(word));
      }
      group.hidden = !group.querySelector("li:not([hidden])");
    }
    // The usual kinds stand in their groups too, so that a search shows each once.
    if (usual) usual.hidden = words.length > 0;
    none.hidden = groups.some((group) => !group.hidden);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && field.value.trim()) fitting()[0]?.click();
  });
}
