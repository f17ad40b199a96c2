"""The secret address of a private calendar: shown once, replaced, stopped, in no log."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from cpd_app.models import (
    CalendarFeed,
    JournalEntry,
    Person,
)
from tests.support.own_calendars import path_in, read
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def today(at: At) -> datetime:
    """In year 4 of the member's certificate, 2023-03-01 to 2028-02-29."""
    return at("2026-11-20 09:00")


@pytest.fixture
def address(as_: As, member: Someone) -> str:
    """The path of the member's calendar."""
    page = as_(member).post("own_calendar.make", status=201)
    return path_in(page.find("#token").get_text())


def test_an_address_is_made_and_shown_once(as_: As, store: Store, member: Someone) -> None:
    browser = as_(member)
    made = browser.submit(browser.get("own_calendar.index"), status=201)

    address = made.find("#token").get_text()
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert len(token) >= 43
    assert str(made.find("a[href^='webcal://']")["href"]).endswith(f"/{token}.ics")
    assert made.has("svg.qr")
    assert token not in str(browser.get("own_calendar.index").soup)
    assert token not in str(store.one(select(CalendarFeed.token_hash)))
    assert "已开" in browser.get("me.index").find("a[href='/me/calendar']").get_text()
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "calendar.made"))
    assert entry.data == {"replaced": []}


def test_a_new_address_ends_the_old_one(
    as_: As, anybody: Browser, store: Store, member: Someone, address: str
) -> None:
    browser = as_(member)
    page = browser.submit(
        browser.get("own_calendar.index"), "form[action='/me/calendar/make']", status=201
    )

    anybody.fetch(address, status=404)
    anybody.fetch(path_in(page.find("#token").get_text()))
    assert store.count(CalendarFeed, CalendarFeed.revoked_at.is_(None)) == 1


def test_a_stopped_an_unknown_and_a_merged_address_are_told_alike(
    as_: As, anybody: Browser, store: Store, member: Someone, other_member: Someone, address: str
) -> None:
    browser = as_(member)
    browser.submit(browser.get("own_calendar.index"), "form[action='/me/calendar/revoke']")
    browser.post("own_calendar.revoke")
    page = as_(other_member).post("own_calendar.make", status=201)
    merged = path_in(page.find("#token").get_text())
    store.change(other_member.person, merged_into_id=member.id)

    said = [
        re.sub(r'csrf_token" value="[^"]+|[0-9a-f]{16}', "", answer.get_data(as_text=True))
        for path in (address, merged, "/calendars/own/nothing.ics")
        for answer in [anybody.fetch(path, status=404)]
    ]
    assert len(set(said)) == 1
    assert store.count(JournalEntry, JournalEntry.verb == "calendar.revoked") == 1


def test_its_owner_sees_when_it_was_read_and_by_what(
    as_: As, anybody: Browser, store: Store, member: Someone, address: str, at: At
) -> None:
    assert "还没有日历读过" in as_(member).get("own_calendar.index").text
    agent = "iOS/18.1 (22B83) dataaccessd/1.0"
    read(anybody, address, **{"User-Agent": agent})
    shown = as_(member).get("own_calendar.index").text
    assert "2026年11月20日 09:00" in shown
    assert "iPhone" in shown

    at("2026-11-20 09:59")
    read(anybody, address)
    assert store.one(select(CalendarFeed.last_read_at)) == datetime(2026, 11, 20, 1, tzinfo=UTC)
    at("2026-11-20 10:01")
    read(anybody, address)
    assert store.one(select(CalendarFeed.last_read_at)) == datetime(2026, 11, 20, 2, 1, tzinfo=UTC)


def test_who_tries_many_addresses_waits_and_calendars_beside_them_do_not(
    anybody: Browser, address: str
) -> None:
    for number in range(30):
        anybody.fetch(f"/calendars/own/guess-{number}.ics", status=404)

    anybody.fetch("/calendars/own/guess-30.ics", status=429)
    anybody.fetch(address)


def test_the_address_is_in_no_log(
    as_: As, anybody: Browser, address: str, member: Someone, capsys: pytest.CaptureFixture[str]
) -> None:
    anybody.fetch(address)
    as_(member).post("own_calendar.revoke")
    anybody.fetch(address, status=404)

    said = capsys.readouterr().out
    assert "/calendars/own/<string:token>.ics" in said
    assert address.rpartition("/")[2].removesuffix(".ics") not in said


@pytest.mark.parametrize("made", [False, True])
def test_the_pages_speak_english(as_: As, store: Store, member: Someone, *, made: bool) -> None:
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"
    browser = as_(member)
    pages = [browser.get("own_calendar.index")]
    if made:
        pages += [browser.post("own_calendar.make", status=201), browser.get("own_calendar.index")]

    for page in pages:
        shown = page.text.replace("张会员", "")
        assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", shown), shown
