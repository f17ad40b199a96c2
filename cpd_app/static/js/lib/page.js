// Small things about the page a script stands in: its language, its icons.

/** One of two sentences, by the language of the page. Longer texts come from the server. */
export function text(zh, en) {
  return document.documentElement.lang.startsWith("en") ? en : zh;
}

/** An icon of the sprite, as components/icon.html draws it. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${new URL("../../vendor/icons.svg", import.meta.url).pathname}#${name}`);
  svg.append(use);
  return svg;
}
