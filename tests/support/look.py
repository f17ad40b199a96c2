"""Looks at an open page as different people see it; says what stands in their way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

from playwright.sync_api import Page

from tests.support.axe import violations

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
#: the narrowest phone
NARROW = 320
WITHOUT_SCRIPT = "matchMedia('(scripting: none)').matches"


def faults(page: Page, *themes: Theme) -> list[str]:
    """What axe finds in each theme (both when none is named), and whether it scrolls sideways."""
    size = page.viewport_size
    assert size
    found = []
    with scripted(page) as seen:
        for theme in themes or THEMES:
            seen.emulate_media(color_scheme=theme)
            found += [f"{page.url}, {theme}: {line}" for line in violations(seen)]
        seen.emulate_media(color_scheme=None)
    page.set_viewport_size({"width": NARROW, "height": size["height"]})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW:
        found.append(f"{page.url}: {width} px wide on a screen of {NARROW} px")
    page.set_viewport_size(size)
    return found


@contextmanager
def scripted(page: Page) -> Iterator[Page]:
    """The page; its likeness when it was drawn without script, because axe is script itself."""
    if not page.evaluate(WITHOUT_SCRIPT):
        yield page
        return
    browser = page.context.browser
    assert browser
    html = page.content().replace("<noscript>", "").replace("</noscript>", "")
    likeness = browser.new_page(
        viewport=page.viewport_size,
        storage_state=page.context.storage_state(),
        reduced_motion="reduce",
    )
    likeness.route("**/*.js", lambda route: route.abort())
    likeness.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
    likeness.goto(page.url)
    yield likeness
    likeness.close()
