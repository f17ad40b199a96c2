"""A room's screen after a reload without network: there until its window closes, then gone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cpd_app.models import Event
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.gate import Gate
from tests.support.offline import until
from tests.support.people import Someone
from tests.support.screens import assert_genuine, read, shown
from tests.support.store import Store

SCREEN = {"width": 1920, "height": 1080}
#: a code lives for ten seconds; a busy machine takes longer to say so
TURN = 25_000
TEN_MINUTES_FAST = "(() => { const now = Date.now; Date.now = () => now() + 600000; })()"
#: addresses that lie in the store of screens
KEPT = """async () => (await caches.has("cpd-screens"))
    ? (await (await caches.open("cpd-screens")).keys()).map((r) => new URL(r.url).pathname) : []"""
#: as if the window of the kept screen had closed a second ago
ENDED = """async () => {
    const cache = await caches.open("cpd-screens");
    for (const request of await cache.keys()) {
        const held = await cache.match(request);
        if (!held.headers.has("X-Ends")) continue;
        const headers = new Headers(held.headers);
        headers.set("X-Ends", String(Date.now() - 1000));
        await cache.put(request, new Response(await held.text(), { headers }));
    }
}"""


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    """An event that goes on now."""
    return builders.an_event(
        store, organiser.person, organiser.society, title="高压直流输电研讨会（示范）"
    )


@pytest.fixture
def screen(
    open_page: Callable[..., Page], sign_in: SignIn, organiser: Someone
) -> Callable[..., Page]:
    """Open the projector of an event: `screen(event, script="…")`."""

    def show(event: Event, script: str = "") -> Page:
        page = open_page(SCREEN)
        sign_in(page, organiser)
        if script:
            page.add_init_script(script)
        page.goto(f"/events/{event.id}/sessions/{event.sessions[0].id}/projector")
        expect(page.locator("main[data-started]")).to_be_visible()
        return page

    return show


def kept(page: Page, *, files: bool = True) -> list[str]:
    """What the browser holds of screens."""
    found = page.evaluate(KEPT)
    return [path for path in found if files or not path.startswith("/static/")]


def wait_for_copy(page: Page) -> None:
    """Until the worker is there and the screen has kept itself with its files."""
    until(page, "navigator.serviceWorker.controller !== null")
    until(page, f"(async () => (await ({KEPT})()).some((path) => path.endsWith('/lean-qr.js')))()")


def test_a_screen_comes_back_after_a_reload_without_network(
    screen: Callable[..., Page], event: Event, gate: Gate
) -> None:
    page = screen(event, TEN_MINUTES_FAST)
    wait_for_copy(page)
    with gate.shut():
        page.goto(f"{page.url}?direction=out")
        expect(page.locator("main[data-started]")).to_be_visible()
        expect(page.locator(".projector__direction:visible")).to_have_text("签退")
        expect(page.locator("[data-choose=out]")).to_have_attribute("aria-current", "true")
        page.goto(page.url.partition("?")[0])
        expect(page.locator(".projector__line:visible").first).to_have_text(
            re.compile(r"断网，签到照常；人数停在 \d\d:\d\d"), timeout=TURN
        )
        # the clock is ten minutes fast, and was so before: the codes are those of the server's time
        assert_genuine(read(page), event)
        before = shown(page)
        expect(page.locator(".projector__short")).not_to_contain_text(before[:3], timeout=TURN)
        assert_genuine(read(page), event)
    expect(page.locator("main")).to_have_attribute("data-network", "online", timeout=TURN)


def test_signing_out_removes_the_copy(screen: Callable[..., Page], event: Event) -> None:
    page = screen(event)
    path = page.evaluate("location.pathname")
    wait_for_copy(page)
    assert kept(page, files=False) == [path]

    page.goto("/sign-out")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in*")

    assert kept(page) == []


def test_the_copy_ends_with_the_sessions_window(
    screen: Callable[..., Page], event: Event, gate: Gate
) -> None:
    page = screen(event)
    path = page.evaluate("location.pathname")
    wait_for_copy(page)
    page.goto("/me")
    page.evaluate(ENDED)

    with gate.shut():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("main.projector")).to_have_count(0)
        assert kept(page) == []
