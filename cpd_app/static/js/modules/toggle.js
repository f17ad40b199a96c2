// A link that opens and closes a part of the page: data-toggle="id". Without script the link leads
// to the same page with that part open.
export function start(link) {
  const part = document.getElementById(link.dataset.toggle);
  if (!part) return;
  const say = () => link.setAttribute("aria-expanded", String(!part.hidden));
  link.setAttribute("role", "button");
  link.setAttribute("aria-controls", part.id);
  say();
  link.addEventListener("click", (event) => {
    event.preventDefault();
    part.hidden = !part.hidden;
    say();
    if (!part.hidden) part.querySelector("input, select, textarea")?.focus();
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      link.click();
    }
  });
}
