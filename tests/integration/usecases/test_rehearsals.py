"""The rehearsal: a test session, what was tried in it, and whether the event can go."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotFound
from cpd_app.models import Event, EventSession, Society, Steward
from cpd_app.usecases import event_hours, rehearsals
from cpd_app.usecases.rehearsals import Ready
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An approved event of tomorrow, with a place."""
    return builders.an_event(
        store, organiser.person, society, around=NOW + timedelta(days=1), state="approved",
        venue="一号厅",
    )  # fmt: skip


def ready(do: Do, organiser: Someone, event: Event) -> dict[str, str]:
    """How each check stands."""
    found = do(rehearsals.rehearsal_of, organiser.actor, event.id, now=NOW)
    return {check.code: check.ready.value for check in found.checks}


def test_before_anything_was_tried_it_cannot_go(do: Do, organiser: Someone, event: Event):
    found = do(rehearsals.rehearsal_of, organiser.actor, event.id, now=NOW)

    assert not found.go
    assert found.session is None
    assert ready(do, organiser, event) == {
        "approval": "ok",
        "agenda": "ok",
        "venue": "ok",
        "roster": "look",
        "scan_in": "todo",
        "scan_out": "todo",
        "typed_code": "look",
        "door": "look",
        "second_person": "look",
    }


def test_a_rehearsal_is_one_session_of_two_hours_that_is_not_of_the_agenda(
    do: Do, organiser: Someone, event: Event, store: Store
):
    first = do(rehearsals.start_rehearsal, organiser.actor, event.id, title="彩排", now=NOW)
    again = do(rehearsals.start_rehearsal, organiser.actor, event.id, title="彩排", now=NOW)

    assert first.id == again.id
    kept = store.get(EventSession, first.id)
    assert (kept.rehearsal, kept.credited) == (True, False)
    assert (kept.opens_at, kept.closes_at) == (NOW, NOW + timedelta(hours=2))
    potential = do(lambda: event_hours.hours_it_can_give(store.get(Event, event.id)))
    assert potential.minutes == 240


def test_what_was_scanned_in_it_turns_the_checks(
    do: Do, organiser: Someone, member: Someone, event: Event, store: Store
):
    tried = do(rehearsals.start_rehearsal, organiser.actor, event.id, title="彩排", now=NOW)
    entry = builders.an_entry(store, event, member.person)
    builders.a_scan(store, entry, tried)
    builders.a_scan(store, entry, tried, "out", source="typed_code")
    store.add(
        Steward(
            event_id=event.id, name="大门", code_expires_at=NOW, created_at=NOW,
            created_by_id=organiser.id, paired_at=NOW,
        )
    )  # fmt: skip

    found = do(rehearsals.rehearsal_of, organiser.actor, event.id, now=NOW)

    assert found.go
    left = [check.code for check in found.checks if check.ready is not Ready.OK]
    assert left == ["second_person"]


def test_a_scan_at_the_event_itself_is_no_rehearsal(
    do: Do, organiser: Someone, member: Someone, event: Event, store: Store
):
    builders.a_scan(store, builders.an_entry(store, event, member.person), event.sessions[0])

    assert ready(do, organiser, event)["scan_in"] == "todo"


def test_an_event_for_a_list_needs_the_list(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = builders.an_event(store, organiser.person, society, around=NOW, open_to="list")

    assert ready(do, organiser, event)["roster"] == "todo"


def test_a_change_that_staff_have_not_seen_stops_it(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = builders.an_event(
        store, organiser.person, society, around=NOW, approved={"terms": {"kind": "other"}}
    )

    assert ready(do, organiser, event)["approval"] == "todo"


def test_ending_it_ends_its_codes_and_keeps_what_was_tried(
    do: Do, organiser: Someone, member: Someone, event: Event, store: Store
):
    tried = do(rehearsals.start_rehearsal, organiser.actor, event.id, title="彩排", now=NOW)
    builders.a_scan(store, builders.an_entry(store, event, member.person), tried)
    later = NOW + timedelta(minutes=20)

    do(rehearsals.end_rehearsal, organiser.actor, event.id, now=later)

    assert store.get(EventSession, tried.id).closes_at == later
    found = do(rehearsals.rehearsal_of, organiser.actor, event.id, now=later)
    assert found.session is None
    assert {c.code: c.ready for c in found.checks}["scan_in"] is Ready.OK


def test_what_is_closed_is_not_rehearsed_and_strangers_see_nothing(
    do: Do, organiser: Someone, stranger: Someone, society: Society, event: Event, store: Store
):
    closed = builders.an_event(store, organiser.person, society, around=NOW, state="closed")
    with pytest.raises(Conflict):
        do(rehearsals.start_rehearsal, organiser.actor, closed.id, title="彩排", now=NOW)
    for act in (rehearsals.rehearsal_of, rehearsals.end_rehearsal):
        with pytest.raises(NotFound):
            do(act, stranger.actor, event.id, now=NOW)
    assert not store.all(select(EventSession).where(EventSession.rehearsal.is_(True)))
