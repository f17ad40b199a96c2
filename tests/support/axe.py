"""Asks axe-core, from node_modules, what stands in the way of people on an open page."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: what passes is not sent over: it is a hundred times as much
RUN = """async (runOnly) => {
    const { violations } = await axe.run({ runOnly, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""


@cache
def _axe() -> str:
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Each finding as one line: rule, where, why; empty when the page is clean."""
    page.wait_for_load_state()  # half a page has half its headings and none of its styles
    # The whole page at once: what lies under a bar that sticks to the window counts as covered.
    width = page.evaluate("innerWidth")
    page.set_viewport_size(
        {"width": width, "height": page.evaluate("document.documentElement.scrollHeight")}
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found: list[str] = page.evaluate(RUN, RULES)
    return found
