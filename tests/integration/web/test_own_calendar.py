"""A member's private calendar: its secret address, what it says, and that asking again is cheap."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import event

from cpd_app.models import (
    CalendarItem,
    Deadline,
    Event,
    FileReturn,
    Person,
    RosterEntry,
    Society,
    Term,
)
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.filings import a_filing
from tests.support.own_calendars import path_in, read
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
At = Callable[[str], datetime]
Place = Callable[..., tuple[Event, RosterEntry]]
NEXT_WEEK = datetime.fromisoformat("2026-11-27T09:00:00+08:00")
#: statements of one reading in which nothing is new, when no list has judged the member today
BUDGET = 15


@pytest.fixture(autouse=True)
def today(at: At) -> datetime:
    """In year 4 of the member's certificate, 2023-03-01 to 2028-02-29."""
    return at("2026-11-20 09:00")


@pytest.fixture
def address(as_: As, member: Someone) -> str:
    """The path of the member's calendar."""
    page = as_(member).post("own_calendar.make", status=201)
    return path_in(page.find("#token").get_text())


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield seen
    event.remove(store.engine, "before_cursor_execute", note)


@pytest.fixture
def a_place(store: Store, organiser: Someone, society: Society, member: Someone) -> Place:
    """An event next week, with a place on its list for the member (or `of` somebody else)."""

    def place(*, of: Someone = member, **over: Any) -> tuple[Event, RosterEntry]:
        values = {"state": "approved", "around": NEXT_WEEK, "title": "继电保护研讨会", **over}
        made = builders.an_event(store, organiser.person, society, **values)
        return made, builders.an_entry(store, made, of.person)

    return place


def test_it_holds_events_ends_of_years_and_the_renewal(
    anybody: Browser,
    a_place: Place,
    member: Someone,
    other_member: Someone,
    address: str,
) -> None:
    made, _entry = a_place(venue="主楼 301")
    a_place(of=other_member, title="别人的")
    a_place(title="草案", state="draft", approved_at=None)

    found = read(anybody, address)

    assert "别人的" not in found
    assert "草案" not in found
    seen = {title: e["DTSTART"].dt for title, e in found.items()}
    assert seen["继电保护研讨会"] == made.starts_at
    assert seen["第 4 年结束，还缺 50.0 学时"] == date(2027, 2, 28)
    assert seen["第 5 年结束，要满 50.0 学时"] == date(2028, 2, 29)
    assert seen["第 3 年结束，还缺 50.0 学时"] == date(2026, 2, 28)
    assert seen["可以提交再注册申请了"] == date(2027, 9, 3)
    assert seen["工程会员证书到期"] == date(2028, 2, 29)
    assert len(found) == 6, "years that ended longer ago are left out"
    meeting = found["继电保护研讨会"]
    assert (meeting["UID"], meeting["STATUS"]) == (made.uid, "CONFIRMED")
    assert meeting["LOCATION"] == "北京 主楼 301"
    assert member.registration
    assert member.registration.number in found["工程会员证书到期"]["DESCRIPTION"]


def test_it_comes_without_cookies_and_is_kept_by_its_reader_only(
    anybody: Browser, address: str
) -> None:
    answer = anybody.fetch(address)

    assert answer.mimetype == "text/calendar"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_it_speaks_the_language_of_its_owner_whoever_asks(
    anybody: Browser, store: Store, member: Someone, address: str
) -> None:
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"

    answer = anybody.client.get(address, headers={"Accept-Language": "zh-CN"})
    said = answer.get_data(as_text=True).replace("\r\n ", "")

    assert "SUMMARY:Certificate expires" in said
    assert "Year 4 ends\\, 50.0 hours missing" in said
    assert not re.search(r"[\u4e00-\u9fff]", said)


def test_reminders_are_for_what_is_to_come(
    anybody: Browser,
    a_place: Place,
    address: str,
) -> None:
    a_place()
    a_place(title="昨天", around=NEXT_WEEK - timedelta(days=8))

    found = read(anybody, address)

    def rings(title: str) -> list[timedelta]:
        return [alarm["TRIGGER"].dt for alarm in found[title].walk("VALARM")]

    assert rings("继电保护研讨会") == [-timedelta(days=1), -timedelta(hours=1)]
    assert rings("昨天") == []
    assert rings("第 3 年结束，还缺 50.0 学时") == []
    nine = timedelta(hours=9)
    assert rings("第 4 年结束，还缺 50.0 学时") == [
        nine - timedelta(days=30),
        nine - timedelta(days=7),
    ]


def test_what_changes_raises_its_sequence_and_nothing_else_does(
    do: Do,
    anybody: Browser,
    store: Store,
    a_place: Place,
    member: Someone,
    address: str,
    at: At,
) -> None:
    made, _entry = a_place()
    first = read(anybody, address)
    at("2026-11-21 09:00")
    training = NewActivity("training", "培训", None, date(2026, 11, 20), {"minutes": 120})
    do(
        log_activity,
        member.actor,
        training,
        now=datetime(2026, 11, 21, 1, tzinfo=UTC),
        today=date(2026, 11, 21),
    )
    store.change(made, title="继电保护研讨会（改期）", sequence=7)

    second = read(anybody, address)

    old, new = first["第 4 年结束，还缺 50.0 学时"], second["第 4 年结束，还缺 47.5 学时"]
    assert (old["UID"], old["SEQUENCE"], new["SEQUENCE"]) == (new["UID"], 0, 1)
    assert new["LAST-MODIFIED"].dt == datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert second["继电保护研讨会（改期）"]["SEQUENCE"] == 7
    assert second["工程会员证书到期"].to_ical() == first["工程会员证书到期"].to_ical()


def test_a_place_given_back_or_not_confirmed_says_so(
    anybody: Browser,
    store: Store,
    a_place: Place,
    address: str,
    at: At,
) -> None:
    _made, entry = a_place()
    store.change(entry, state="pending")
    assert read(anybody, address)["继电保护研讨会"]["STATUS"] == "TENTATIVE"
    store.change(entry, state="listed")
    assert read(anybody, address)["继电保护研讨会"]["STATUS"] == "CONFIRMED"
    store.change(entry, state="cancelled")

    gone = read(anybody, address)["继电保护研讨会"]

    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", 2)
    assert not gone.walk("VALARM")
    at("2026-12-22 09:00")
    assert "继电保护研讨会" not in read(anybody, address), "for a while only"


def test_a_cancelled_event_says_so_and_one_that_nobody_heard_of_is_left_out(
    anybody: Browser,
    store: Store,
    a_place: Place,
    address: str,
) -> None:
    made, _entry = a_place()
    a_place(title="早已取消", state="cancelled")
    assert "早已取消" not in read(anybody, address)
    store.change(made, state="cancelled")

    assert read(anybody, address)["继电保护研讨会"]["STATUS"] == "CANCELLED"


def test_the_deadline_of_a_returned_file_stands_on_its_day_until_it_is_answered(
    anybody: Browser, store: Store, member: Someone, registrar: Someone, address: str
) -> None:
    assert member.registration
    filing = a_filing(store, member.registration, [])
    returned = FileReturn(
        filing_id=filing.id, words="请补", by_id=registrar.id, at=NEXT_WEEK, state="open"
    )
    store.add(returned)
    deadline = Deadline(
        kind="return",
        subject_id=returned.id,
        society_id=filing.society_id,
        registration_id=filing.registration_id,
        person_id=member.id,
        delivered_on=date(2026, 11, 19),
        work_days=10,
        due_on=date(2026, 12, 3),
        provisional=False,
    )
    store.add(deadline)

    due = read(anybody, address)["补正答复的最后一天"]
    assert (due["DTSTART"].dt, due["DTEND"].dt) == (date(2026, 12, 3), date(2026, 12, 4))
    assert due["URL"].endswith("/renewal/answer")

    store.change(deadline, due_on=date(2026, 12, 17))
    assert read(anybody, address)["补正答复的最后一天"]["SEQUENCE"] == 1
    store.change(deadline, closed_at=NEXT_WEEK)
    assert read(anybody, address)["补正答复的最后一天"]["STATUS"] == "CANCELLED"


def test_a_certificate_that_ended_takes_its_days_back(
    anybody: Browser, store: Store, address: str
) -> None:
    read(anybody, address)
    with store.session() as session:
        session.query(Term).one().state = "revoked"

    assert read(anybody, address)["工程会员证书到期"]["STATUS"] == "CANCELLED"


def test_asking_again_gets_nothing_new_and_writes_nothing(
    anybody: Browser, store: Store, address: str, at: At
) -> None:
    first = anybody.client.get(address)
    at("2026-11-20 09:10")

    with statements(store) as seen:
        again = anybody.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        since = anybody.client.get(
            address, headers={"If-Modified-Since": first.headers["Last-Modified"]}
        )

    assert (again.status_code, since.status_code, again.get_data()) == (304, 304, b"")
    assert not [s for s in seen if s.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert first.headers["ETag"].startswith("W/")


def test_a_reading_is_a_few_statements_whatever_it_holds(
    anybody: Browser,
    store: Store,
    a_place: Place,
    address: str,
) -> None:
    counts = []
    for number in (1, 6):
        for _ in range(number):
            a_place()
        anybody.client.get(address)
        with statements(store) as seen:
            anybody.client.get(address)
        counts.append(len([s for s in seen if s.split()[0] == "SELECT"]))

    assert counts[0] == counts[1] <= BUDGET, counts


def test_what_was_said_long_ago_is_forgotten(
    anybody: Browser,
    store: Store,
    a_place: Place,
    address: str,
    at: At,
) -> None:
    a_place()
    read(anybody, address)
    assert store.count(CalendarItem, CalendarItem.key.startswith("event-")) == 1

    at("2028-02-20 09:00")
    read(anybody, address)
    assert store.count(CalendarItem, CalendarItem.key.startswith("event-")) == 0


def test_who_has_no_certificate_has_an_empty_calendar(
    as_: As, anybody: Browser, organiser: Someone
) -> None:
    page = as_(organiser).post("own_calendar.make", status=201)

    answer = anybody.fetch(path_in(page.find("#token").get_text()))

    assert Calendar.from_ical(answer.get_data()).walk("VEVENT") == []
    assert answer.headers["Last-Modified"] == "Fri, 20 Nov 2026 01:00:00 GMT"
