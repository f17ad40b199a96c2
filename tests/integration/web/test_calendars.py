"""One event as .ics and a society's plan as a feed: who may read what, and asking again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from cpd_app.models import Event, Society
from tests.support import builders
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
NEXT_WEEK = datetime.fromisoformat("2026-11-27T09:00:00+08:00")


@pytest.fixture(autouse=True)
def today(at: Callable[[str], datetime]) -> datetime:
    """A day before the events."""
    return at("2026-11-20 09:00")


def an_event(store: Store, organiser: Someone, society: Society | None, **over: Any) -> Event:
    over = {"state": "approved", "around": NEXT_WEEK, "updated_at": NEXT_WEEK, **over}
    return builders.an_event(store, organiser.person, society, **over)


def events_in(data: bytes) -> list[Any]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def test_an_event_for_the_calendar_of_who_may_read_it(
    as_: As, store: Store, organiser: Someone, society: Society, member: Someone, stranger: Someone
):
    event = an_event(store, organiser, society, venue="主楼 301", approved={"hours": 500})

    answer = as_(member).fetch("calendars.event", event_id=event.id)

    (found,) = events_in(answer.get_data())
    assert answer.mimetype == "text/calendar"
    assert (found["UID"], found["LOCATION"]) == (event.uid, "北京 主楼 301")
    assert "全程参加 5.0 学时" in found["DESCRIPTION"]
    assert found["URL"].endswith(f"/events/{event.id}")
    as_(stranger).fetch("calendars.event", event_id=event.id, status=404)


def test_who_gave_the_place_back_takes_the_event_out_of_the_calendar(
    as_: As, store: Store, organiser: Someone, society: Society, member: Someone
):
    event = an_event(store, organiser, society)
    builders.an_entry(store, event, member.person, state="cancelled")

    (found,) = events_in(as_(member).fetch("calendars.event", event_id=event.id).get_data())

    assert found["STATUS"] == "CANCELLED"


def test_a_societys_plan_is_a_feed_that_anybody_reads(
    anybody: Browser, store: Store, organiser: Someone, society: Society, other_society: Society
):
    an_event(store, organiser, society, title="本会")
    an_event(store, organiser, society, title="取消", state="cancelled")
    an_event(store, organiser, society, title="草案", state="draft", approved_at=None)
    an_event(store, organiser, society, title="名单", open_to="list")
    an_event(store, organiser, society, title="去年", around=NEXT_WEEK - timedelta(days=500))
    an_event(store, organiser, other_society, title="外地")
    an_event(store, organiser, society, title="线上", mode="online", venue="https://meet.test/1")

    answer = anybody.fetch("calendars.society", code=society.code)

    found = {str(e["SUMMARY"]): e for e in events_in(answer.get_data())}
    assert set(found) == {"本会", "取消", "线上"}
    assert found["取消"]["STATUS"] == "CANCELLED"
    assert b"meet.test" not in answer.get_data()
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "本地学会活动计划" in answer.get_data(as_text=True)


def test_a_calendar_that_asks_again_gets_nothing_new(
    anybody: Browser, store: Store, organiser: Someone, society: Society
):
    event = an_event(store, organiser, society)
    path = f"/calendars/{society.code}.ics"
    first = anybody.client.get(path)

    again = anybody.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    since = anybody.client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    store.run(Event.__table__.update().values(sequence=1))  # type: ignore[attr-defined]
    changed = anybody.client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, since.status_code, changed.status_code) == (304, 304, 200)
    assert first.headers["Last-Modified"] == "Fri, 27 Nov 2026 01:00:00 GMT"
    assert events_in(changed.get_data())[0]["UID"] == event.uid


def test_the_federations_plan_has_an_address_of_its_own(
    anybody: Browser, store: Store, federation: Someone
):
    an_event(store, federation, None, title="联合体论坛")

    answer = anybody.fetch("calendars.society", code="federation")

    assert "联合体论坛" in answer.get_data(as_text=True)


def test_there_is_no_feed_of_a_society_that_is_not_there(anybody: Browser):
    anybody.fetch("calendars.society", code="nowhere", status=404)


def test_the_plan_offers_the_feeds(
    as_: As, store: Store, organiser: Someone, society: Society, member: Someone
):
    an_event(store, organiser, society)

    page = as_(member).get("annual_plan.index")

    assert str(page.find(".plan-feed a")["href"]).startswith("webcal://")
    copied = str(page.find(".plan-feed button")["data-copy"])
    assert copied.endswith("/calendars/home.ics")
