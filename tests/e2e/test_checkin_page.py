"""The page that opens at a door, in a browser: by itself, without script, on a bad network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.domain.room_codes import Direction, bucket_at, code_of
from cpd_app.models import Event, RosterEntry, Scan
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.chromium import PHONE
from tests.support.people import Someone
from tests.support.store import Store


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    """An event of the member's society that goes on now."""
    return builders.an_event(
        store, organiser.person, organiser.society, title="配电自动化研讨会（示范）"
    )


def link(event: Event, direction: Direction = Direction.IN) -> str:
    """What the QR on the screen says at this moment."""
    session = event.sessions[0]
    return f"/C/{code_of(session.id, session.code_key, direction, bucket_at(clock.now()))}"


def scans(store: Store, event: Event) -> int:
    return store.count(Scan, Scan.event_id == event.id)


def test_whoever_is_signed_in_presses_nothing(
    phone: Page, sign_in: SignIn, store: Store, event: Event, member: Someone, look_at: LookAt
) -> None:
    sign_in(phone, member)

    phone.goto(link(event))

    expect(phone.get_by_role("heading", name="已签到")).to_be_visible()
    expect(phone.get_by_text(member.person.name)).to_be_visible()
    assert phone.url.endswith("/check-in/done")
    look_at(phone)
    phone.get_by_role("button", name="扫错了，撤回").click()
    expect(phone.get_by_role("heading", name="已撤回")).to_be_visible()
    assert scans(store, event) == 1


def test_while_the_network_is_away_the_scan_waits_and_is_sent_once(
    phone: Page,
    sign_in: SignIn,
    store: Store,
    event: Event,
    member: Someone,
    complaints: list[str],
) -> None:
    sign_in(phone, member)
    tries: list[str] = []

    def away(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort("internetdisconnected")
        elif len(tries) == 2:
            route.fetch()  # it arrived, and the answer was lost
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/check-in", away)
    phone.goto(link(event))
    expect(phone.get_by_text("网络不通，正在再试")).to_be_visible()

    expect(phone.get_by_role("heading", name="已签到")).to_be_visible()
    complaints.clear()  # the browser says itself that it was offline
    assert len(tries) == 3
    assert scans(store, event) == 1


def test_without_script_one_button_does_it(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    store: Store,
    event: Event,
    member: Someone,
    look_at: LookAt,
) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    sign_in(page, member)

    page.goto(link(event))
    look_at(page)
    page.get_by_role("button", name="确认签到").click()

    expect(page.get_by_role("heading", name="已签到")).to_be_visible()
    assert scans(store, event) == 1


def test_a_guest_leaves_a_name_and_comes_back_to_it(
    phone: Page, store: Store, event: Event, look_at: LookAt
) -> None:
    phone.goto(link(event))
    expect(phone.get_by_role("heading", name="请问您是谁")).to_be_visible()
    look_at(phone)
    phone.get_by_text("没有账号，或忘了密码").click()
    phone.get_by_label("姓名").fill("吴来宾")
    phone.get_by_label("手机号", exact=True).fill("138 0000 1234")
    phone.get_by_label("工作单位").fill("示范设计院")
    phone.get_by_role("button", name="记下我来过").click()
    expect(phone.get_by_role("heading", name="已记下，待确认")).to_be_visible()
    look_at(phone)

    phone.goto(link(event, Direction.OUT))
    phone.get_by_role("button", name="我是吴来宾，签退").click()
    expect(phone.get_by_role("heading", name="已记下，待确认")).to_be_visible()

    entry = store.one(select(RosterEntry).where(RosterEntry.event_id == event.id))
    assert (entry.state, entry.pending_reason) == ("pending", "guest")
    assert scans(store, event) == 2


def test_a_code_that_is_none_says_what_to_do(
    phone: Page, event: Event, look_at: LookAt, complaints: list[str]
) -> None:
    genuine = link(event)
    phone.goto(genuine[:-1] + ("3" if genuine.endswith("2") else "2"))

    expect(phone.get_by_role("heading", name="没有记下")).to_be_visible()
    expect(phone.get_by_label("6 位码")).to_be_visible()
    look_at(phone)
    complaints.clear()  # the browser says that the status was 422
