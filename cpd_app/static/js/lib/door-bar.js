// The bar on top of the door page: direction and room, what waits on this device, how many are inside.
import { clockTime, fill } from "./door-screen.js";

export function doorBar(main, { stock, chosen }) {
  const part = (name) => main.querySelector(`[data-part="${name}"]`);
  const queue = part("queue");
  const note = part("stock");
  const directions = part("list").dataset;

  return (rows) => {
    const counts = ["refused", "waiting", "twice"].map((state) => [state, rows.filter((row) => row.state === state).length]);
    const [state, count] = counts.find(([, found]) => found > 0) ?? ["waiting", 0];
    part("direction").textContent = directions[chosen.direction] ?? "";
    part("room").textContent = stock.session(chosen.session)?.title ?? "";
    part("inside").textContent = stock.known ? stock.inside(chosen.session) : "–";
    queue.hidden = count === 0;
    queue.classList.toggle("door__queue--refused", state === "refused");
    queue.textContent = fill(queue.dataset[state], { "": count });
    const idle = main.querySelector("[data-part=ready]");
    note.textContent = stock.known
      ? fill(note.dataset.words, { count: stock.size, time: clockTime(stock.known.at, stock.known.zone) })
      : note.dataset.none;
    if (idle) idle.textContent = note.textContent;
  };
}
