"""A member's camera: codes are kept on the phone first, and none is lost without network."""

import base64
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.domain.room_codes import Direction, bucket_at, code_of, link_of
from cpd_app.models import Event, Scan
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.camera import film, give_camera, picture_of
from tests.support.chromium import DESK
from tests.support.gate import Gate
from tests.support.offline import stocked
from tests.support.people import Someone
from tests.support.service import Service
from tests.support.store import Store
from tests.support.zbar import codes_in

TEN_MINUTES_SLOW = """(() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() - 600000])); }
    static now() { return Real.now() - 600000; }
  };
})()"""


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    """An event that goes on now."""
    return builders.an_event(store, organiser.person, organiser.society, title="输电研讨会（示范）")


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A phone with a camera."""
    page = open_page()
    give_camera(page)
    return page


@pytest.fixture
def link(service: Service, event: Event) -> Callable[..., str]:
    """What the room's screen shows at this moment, or showed some time ago."""

    def made(ago: timedelta = timedelta(0)) -> str:
        session = event.sessions[0]
        bucket = bucket_at(clock.now() - ago)
        return link_of(service.address, code_of(session.id, session.code_key, Direction.IN, bucket))

    return made


def open_camera(page: Page) -> None:
    page.goto("/scan")
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.locator("[data-part=start]")).to_be_hidden()


def scans(store: Store, someone: Someone) -> Sequence[Scan]:
    return store.all(select(Scan).where(Scan.by_id == someone.id))


def test_the_camera_checks_in(
    phone: Page, sign_in: SignIn, store: Store, member: Someone, link: Callable[..., str]
) -> None:
    sign_in(phone, member)
    open_camera(phone)
    film(phone, "https://example.org/menu")
    expect(phone.get_by_role("status").filter(has_text="这不是会场的签到码")).to_be_visible()
    film(phone, link())
    phone.wait_for_url("**/check-in/done")
    expect(phone.get_by_role("heading", level=1)).to_have_text("已签到")
    expect(phone.get_by_text("输电研讨会（示范）")).to_be_visible()
    [scan] = scans(store, member)
    assert (scan.source, scan.outcome, scan.marks) == ("room_code", "accepted", [])


def test_a_photo_of_the_code_checks_in(
    phone: Page, sign_in: SignIn, store: Store, member: Someone, link: Callable[..., str]
) -> None:
    sign_in(phone, member)
    phone.goto("/scan")
    picture = base64.b64decode(picture_of(link()).partition(",")[2])
    phone.set_input_files(
        "[data-part=file]", {"name": "码.png", "mimeType": "image/png", "buffer": picture}
    )
    phone.wait_for_url("**/check-in/done")
    assert len(scans(store, member)) == 1


def test_a_code_that_was_forwarded_is_refused_and_not_kept(
    phone: Page, sign_in: SignIn, store: Store, member: Someone, link: Callable[..., str]
) -> None:
    sign_in(phone, member)
    open_camera(phone)
    film(phone, link(timedelta(minutes=20)))
    card = phone.get_by_role("dialog", name="没有记下")
    expect(card).to_contain_text("这个签到码已经过期")
    statement = card.get_by_role("link", name="填写「我在场」").get_attribute("href")
    assert statement
    assert "code=" in statement
    film(phone, None)
    card.get_by_role("button", name="再扫一次").click()
    expect(card).to_be_hidden()
    phone.goto("/outbox")
    expect(phone.get_by_text("没有待发送的记录")).to_be_visible()
    assert scans(store, member) == []


def test_a_screen_and_a_phone_without_network_lose_no_scan(
    phone: Page,
    open_page: Callable[..., Page],
    sign_in: SignIn,
    gate: Gate,
    store: Store,
    organiser: Someone,
    member: Someone,
    event: Event,
    complaints: list[str],
) -> None:
    sign_in(phone, member)
    stocked(phone)
    screen = open_page({"width": 1920, "height": 1080})
    sign_in(screen, organiser)
    screen.goto(f"/events/{event.id}/sessions/{event.sessions[0].id}/projector")
    expect(screen.locator("main[data-started]")).to_be_visible()
    with gate.shut():
        expect(screen.get_by_text(re.compile("断网，签到照常"))).to_be_visible()
        open_camera(phone)
        [text] = codes_in(screen.screenshot())
        film(phone, text)
        card = phone.get_by_role("dialog", name="待发送")
        expect(card).to_contain_text("联网后自动发送")
        film(phone, None)
        card.get_by_role("link", name="完成").click()
        phone.goto("/outbox")
        expect(phone.locator("[data-part=list]")).to_contain_text(re.compile(r"\d\d:\d\d 扫的码"))
        assert scans(store, member) == []
    phone.get_by_role("button", name="立即发送").click()
    expect(phone.get_by_text("没有待发送的记录")).to_be_visible()
    [scan] = scans(store, member)
    assert scan.outcome == "accepted"
    assert abs(scan.at - clock.now()) < timedelta(minutes=3)
    screen.close()
    complaints.clear()


def test_a_wrong_clock_is_put_right_when_a_scan_is_sent(
    phone: Page, sign_in: SignIn, member: Someone, link: Callable[..., str]
) -> None:
    sent: list[Request] = []
    phone.on("request", lambda r: sent.append(r) if r.url.endswith("/outbox/scans") else None)
    phone.add_init_script(TEN_MINUTES_SLOW)
    sign_in(phone, member)
    open_camera(phone)
    film(phone, link())
    phone.wait_for_url("**/check-in/done")
    said = datetime.fromisoformat(json.loads(sent[0].post_data or "")["scanned_at"])
    assert abs(said - clock.now()) < timedelta(seconds=30)


def test_without_a_camera_the_page_says_what_else_there_is(
    open_page: Callable[..., Page], sign_in: SignIn, member: Someone
) -> None:
    page = open_page(DESK)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => "
        "{ throw new DOMException('', 'NotAllowedError'); }"
    )
    sign_in(page, member)
    page.goto("/scan")
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.get_by_text("没有摄像头的权限")).to_be_visible()
    expect(page.get_by_label("6 位码")).to_be_visible()
