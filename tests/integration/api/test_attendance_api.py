"""Attendance over the API: read, correct, state, settle; tokens and strangers."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.models import Activity, Correction, Event, RosterEntry, Statement
from tests.support.attendance import Day
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
KEY = "5b6b7a9e-3a51-4dbb-9a57-0d3f6a6f1f03"


@pytest.fixture
def half(day: Day, member: Someone, at: Any) -> RosterEntry:
    """Who never went out; it is eight in the evening."""
    entry = day.scanned(member, "in 8:58", "in 13:34")
    day.settle("18:00")
    at("2026-03-12 20:00")
    return entry


def path(day: Day, what: str) -> str:
    return f"/api/v1/events/{day.event.id}/{what}"


def test_attendance_comes_with_presence_flags_and_arithmetic(
    day: Day, as_: As, organiser: Someone, half: RosterEntry
):
    found = as_(organiser).api("GET", path(day, "attendance"), status=200).get_json()

    assert found["counts"] == {"all": 1, "look": 1, "missing_out": 1}
    [one] = found["people"]
    assert (one["entry_id"], one["minutes"], one["hours"]) == (half.id, 214, 4.5)
    assert (one["assurance"], one["missing_out"], one["held"]) == ("B", True, None)
    assert one["presence"] == [
        {
            "session_id": day.hall.id,
            "in_at": "2026-03-12T00:58:00Z",
            "out_at": "2026-03-12T05:34:00Z",
            "open": True,
            "assumed": True,
            "corrected": False,
            "seconds": 214 * 60,
            "break_seconds": 3600,
            "lecture_seconds": 0,
        }
    ]
    assert one["trace"][0]["minutes"] == 214


def test_a_correction_answers_with_what_it_did_and_a_repeat_does_nothing(
    day: Day, as_: As, store: Store, organiser: Someone, half: RosterEntry
):
    body = {
        "entry_id": half.id,
        "session_id": day.hall.id,
        "out_at": "2026-03-12T17:00:00+08:00",
        "reason": "签到表有签字",
        "key": KEY,
    }
    browser = as_(organiser)

    made = browser.api("POST", path(day, "corrections"), json=body, status=201).get_json()
    browser.api("POST", path(day, "corrections"), json=body, status=200)

    assert made["people"] == [
        {
            "entry_id": half.id,
            "before": {"minutes": 214, "hours": 4.5, "assurance": "B"},
            "after": {"minutes": 420, "hours": 9, "assurance": "C"},
            "problem": None,
        }
    ]
    assert store.count(Correction) == 1
    assert store.one(select(Activity)).fields["minutes"] == 420


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"reason": ""}, "missing"),
        ({"out_at": "2026-03-12T22:00:00+08:00"}, "not_yet"),
        ({"verb": "erased"}, "invalid"),
        ({"entry_id": None}, "invalid"),
    ],
)
def test_what_is_wrong_with_a_correction_is_said_by_code(
    day: Day, as_: As, organiser: Someone, half: RosterEntry, over: dict[str, Any], code: str
):
    body = {
        "entry_id": half.id, "session_id": day.hall.id,
        "out_at": "2026-03-12T17:00:00+08:00", "reason": "签到表", **over,
    }  # fmt: skip

    answer = as_(organiser).api("POST", path(day, "corrections"), json=body, status=422)

    assert answer.get_json()["code"] == code


@pytest.mark.usefixtures("half")
def test_a_member_states_and_the_organiser_of_another_event_reads_nothing(
    day: Day, as_: As, store: Store, member: Someone, stranger: Someone
):
    body = {"words": "我在场", "out_at": "2026-03-12T17:00:00+08:00", "key": KEY}
    browser = as_(member)
    first, again = (
        browser.api("POST", path(day, "statements"), json=body, status=201).get_json()
        for _ in range(2)
    )

    assert first == again
    assert first["state"] == "open"
    assert store.count(Statement) == 1
    as_(stranger).api("GET", path(day, "attendance"), status=404)
    as_(member).api("GET", path(day, "attendance"), status=404)


def test_an_event_is_settled_once_closed(
    day: Day, as_: As, store: Store, organiser: Someone, half: RosterEntry
):
    browser = as_(organiser)
    browser.api("POST", path(day, "settlement"), json={}, status=409)
    store.run(update(Event).values(state="closed", closed_at=day.moment("18:00")))

    browser.api("POST", path(day, "settlement"), json={}, status=204)

    assert store.get(Event, day.event.id).state == "settled"
    assert store.get(RosterEntry, half.id).stale_at is not None
