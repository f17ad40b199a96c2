"""The room's screen: its codes are the server's, with and without network, by any clock."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.domain.room_codes import (
    Direction,
    bucket_at,
    code_of,
    direction_key,
    short_code_of,
)
from cpd_app.models import Event
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.gate import Gate
from tests.support.people import Someone
from tests.support.screens import assert_genuine, read, shown
from tests.support.store import Store
from tests.support.zbar import codes_in

SCREEN = {"width": 1920, "height": 1080}
#: a code lives for ten seconds; a busy machine takes longer to say so
TURN = 25_000

COMPUTE = """
async ({ module, session, keys, buckets }) => {
  const { codesOf, keyOf } = await import(module);
  const made = [];
  for (const [direction, hex] of Object.entries(keys)) {
    const key = await keyOf(hex);
    for (const bucket of buckets) made.push(await codesOf({ session, key, direction, bucket }));
  }
  return made;
}
"""
TEN_MINUTES_FAST = "(() => { const now = Date.now; Date.now = () => now() + 600000; })()"
NO_CRYPTO = "Object.defineProperty(crypto, 'subtle', { value: undefined })"


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    """An event that goes on now."""
    return builders.an_event(
        store, organiser.person, organiser.society, title="高压直流输电研讨会（示范）"
    )


@pytest.fixture
def screen(
    open_page: Callable[..., Page], sign_in: SignIn, organiser: Someone, gate: Gate
) -> Callable[..., Page]:
    """Open the projector of an event: `screen(event, script="…")`."""

    def show(event: Event, script: str = "", query: str = "") -> Page:
        page = open_page(SCREEN, base_url=gate.address)
        sign_in(page, organiser)
        if script:
            page.add_init_script(script)
        page.goto(f"/events/{event.id}/sessions/{event.sessions[0].id}/projector{query}")
        expect(page.locator("main[data-started]")).to_be_visible()
        return page

    return show


def test_browser_and_server_make_the_same_codes(desk: Page) -> None:
    desk.goto("/sign-in")
    key, session = "5d" * 32, 48_213
    now = bucket_at(clock.now())
    buckets = [0, 1, 31**4 - 1, 31**4, *range(now - 150, now + 150)]
    release = desk.locator("script[type=module]").get_attribute("src")
    assert release
    made = desk.evaluate(
        COMPUTE,
        {
            "module": release.replace("app.js", "lib/room-codes.js"),
            "session": session,
            "keys": {d: direction_key(key, d) for d in Direction},
            "buckets": buckets,
        },
    )
    assert made == [
        {
            "code": code_of(session, key, direction, bucket),
            "short": short_code_of(key, direction, bucket),
        }
        for direction in Direction
        for bucket in buckets
    ]


def test_another_decoder_reads_the_screen(
    screen: Callable[..., Page], event: Event, look_at: LookAt
) -> None:
    page = screen(event)
    text = read(page)
    assert text.startswith("HTTP://127.0.0.1:")
    assert_genuine(text, event)
    assert_genuine(text, event)
    expect(page.get_by_role("heading", level=1)).to_have_text(event.title)
    expect(page.locator(".projector__line:visible")).to_have_text("联网，码每 10 秒更换")
    look_at(page)


def test_the_direction_follows_the_agenda_or_the_hand(
    screen: Callable[..., Page], event: Event, store: Store, organiser: Someone
) -> None:
    page = screen(event)
    page.mouse.move(500, 500)
    page.get_by_role("link", name="签退").click()
    expect(page.locator(".projector__direction:visible")).to_have_text("签退")
    assert page.url.endswith("?direction=out")
    expect(page.locator("main")).to_have_attribute("data-direction", "out")
    page.wait_for_timeout(500)
    assert_genuine(read(page), event, Direction.OUT)
    ends = builders.an_event(
        store,
        organiser.person,
        organiser.society,
        around=clock.now() - timedelta(hours=1, minutes=50),
    )
    expect(screen(ends).locator(".projector__direction:visible")).to_have_text("签退")


def test_before_the_window_no_code_is_shown(
    screen: Callable[..., Page], store: Store, organiser: Someone
) -> None:
    later = builders.an_event(
        store, organiser.person, organiser.society, around=clock.now() + timedelta(days=1)
    )
    page = screen(later)
    expect(page.get_by_text(re.compile(r"\d\d:\d\d 起可以签到"))).to_be_visible()
    assert codes_in(page.screenshot()) == []


def test_a_screen_goes_on_while_the_service_is_not_there(
    screen: Callable[..., Page], event: Event, gate: Gate, complaints: list[str]
) -> None:
    page = screen(event)
    before = shown(page)
    with gate.shut():
        expect(page.locator(".projector__line:visible")).to_have_text(
            re.compile(r"断网，签到照常；人数停在 \d\d:\d\d"), timeout=TURN
        )
        expect(page.locator("[data-part=rate]")).to_have_text("—")
        expect(page.locator(".projector__short")).not_to_contain_text(before[:3], timeout=TURN)
        assert_genuine(read(page), event)
    expect(page.locator(".projector__line:visible")).to_have_text(
        "联网，码每 10 秒更换", timeout=TURN
    )
    page.close()  # it would go on complaining
    complaints.clear()


def test_a_wrong_clock_is_said_and_changes_no_code_mdl_639(
    screen: Callable[..., Page], event: Event
) -> None:
    page = screen(event, TEN_MINUTES_FAST)
    expect(page.locator(".projector__line:visible")).to_have_text(
        re.compile(r"电脑的钟快 (9 分 5\d|10 分 \d) 秒")
    )
    assert_genuine(read(page), event)
    local = clock.now().astimezone(clock.BEIJING)
    assert page.locator("[data-part=clock]").inner_text() in {
        f"{local - timedelta(seconds=shift):%H:%M}" for shift in (0, 30)
    }


def test_without_web_crypto_the_screen_asks_for_each_code(
    screen: Callable[..., Page], event: Event, gate: Gate, complaints: list[str]
) -> None:
    page = screen(event, NO_CRYPTO)
    before = shown(page)
    expect(page.locator(".projector__short")).not_to_contain_text(before[:3], timeout=TURN)
    assert_genuine(read(page), event)
    with gate.shut():
        expect(page.get_by_text("断网，码停了")).to_be_visible(timeout=2 * TURN)
        assert codes_in(page.screenshot()) == []
    page.close()  # it would go on complaining
    complaints.clear()
