"""Every screen of the component gallery is clean, in both themes and at the smallest size."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import violations
from tests.support.gallery_app import PAGES, serving_gallery

LOOKS = {
    "light": ("theme=light", 390),
    "dark": ("theme=dark", 390),
    "english": ("lang=en&errors", 320),
    "large": ("text=large", 320),
    "desk": ("theme=light", 1440),
    "tablet": ("theme=dark&lang=en", 900),
}
ERRORS = ["400", "403", "404", "409", "422", "429", "500"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving_gallery() as where:
        yield where


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def complaints(page: Page) -> list[str]:
    """Listen to the console: a blocked style or a missing file is a fault."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_screen_is_clean(page: Page, address: str, name: str, look: str) -> None:
    query, width = LOOKS[look]
    page.set_viewport_size({"width": width, "height": 844})
    said = complaints(page)
    page.goto(f"{address}/{name}?{query}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []


@pytest.mark.parametrize("status", ERRORS)
def test_error_page_is_clean(page: Page, address: str, status: str) -> None:
    page.goto(f"{address}/{status}")
    assert violations(page) == []
    assert page.locator("h1").count() == 1


def test_error_summary_takes_the_focus_and_leads_to_the_field(page: Page, address: str) -> None:
    page.goto(f"{address}/log?errors", wait_until="networkidle")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.click(".error-summary a >> nth=1")
    assert page.evaluate("document.activeElement.name") == "secrecy"


def test_dialog_opens_and_gives_the_focus_back(page: Page, address: str) -> None:
    page.goto(f"{address}/states", wait_until="networkidle")
    link = page.locator("[data-dialog=withdraw]")
    link.click()
    assert page.locator("dialog#withdraw").evaluate("dialog => dialog.open")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("dialog#withdraw").evaluate("dialog => dialog.open")
    assert link.evaluate("link => link === document.activeElement")


def test_flash_can_be_closed(page: Page, address: str) -> None:
    page.goto(f"{address}/states", wait_until="networkidle")
    before = page.locator(".flash").count()
    page.locator(".flash__close").first.click()
    assert page.locator(".flash").count() == before - 1


def test_slash_goes_to_the_search(page: Page, address: str) -> None:
    page.goto(f"{address}/register", wait_until="networkidle")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"


def test_dark_follows_the_system_when_nothing_is_chosen(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/home?theme=auto")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(13, 19, 22)"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == "rgb(244, 246, 246)"


def test_storage_keeps_and_changes_rows(page: Page, address: str) -> None:
    page.goto(f"{address}/home", wait_until="networkidle")
    assert page.evaluate(
        """async () => {
            const store = await import("/static/js/lib/store.js");
            await store.put("outbox", {key: "a", member: 1, tries: 0});
            await store.put("outbox", {key: "b", member: 2, tries: 0});
            await store.change("outbox", "a", (row) => ({...row, tries: row.tries + 1}));
            const mine = await store.all("outbox", 1);
            const gone = await store.removeOf("outbox", 1);
            const left = await store.count("outbox");
            const broken = await store.put("outbox", {member: 3});
            return [mine.value[0].tries, gone.value, left.value, broken.ok];
        }"""
    ) == [1, 1, 1, False]


def test_requests_answer_and_never_throw(page: Page, address: str) -> None:
    page.goto(f"{address}/home", wait_until="networkidle")
    script = """async () => {
        const http = await import("/static/js/lib/http.js");
        const fine = await http.get("/log");
        const missing = await http.get("/nowhere");
        return [fine.ok, fine.status, missing.ok, missing.status, missing.reason];
    }"""
    assert page.evaluate(script) == [True, 200, False, 404, "refused"]
    page.context.set_offline(True)
    assert (
        page.evaluate(
            'async () => (await (await import("/static/js/lib/http.js")).get("/log")).reason'
        )
        == "offline"
    )
