"""Opening, closing and cancelling events, by people and by the clock; and the lists of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Event, RosterEntry, Society
from cpd_app.usecases import event_lists, event_states
from cpd_app.usecases.event_counts import counts_of
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
#: the middle of the built event: it began two hours ago, ends in two, and has windows of an hour
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def built(store: Store, by: Someone, society: Society | None, state: str, **over: Any) -> Event:
    """An event around NOW."""
    return builders.an_event(store, by.person, society, around=NOW, state=state, **over)


def state_of(store: Store, event: Event) -> str:
    """Where it stands now."""
    return store.get(Event, event.id).state


@pytest.mark.parametrize("state", ["draft", "approved", "submitted", "closed"])
def test_what_was_approved_can_be_opened(
    do: Do, organiser: Someone, society: Society, store: Store, state: str
):
    event = built(store, organiser, society, state, closed_at=NOW)

    do(event_states.open_event, organiser.actor, event.id, now=NOW)

    assert state_of(store, event) == "open"
    assert store.get(Event, event.id).closed_at is None


@pytest.mark.parametrize(
    ("state", "approved_at"), [("draft", None), ("submitted", None), ("settled", NOW)]
)
def test_what_was_not_approved_or_is_over_cannot_be_opened(
    do: Do, organiser: Someone, society: Society, store: Store, state: str, approved_at: Any
):
    event = built(store, organiser, society, state, approved_at=approved_at)

    with pytest.raises(Conflict) as refused:
        do(event_states.open_event, organiser.actor, event.id, now=NOW)

    assert refused.value.code == "approval_is_missing"


def test_closing_has_attendance_computed_and_twice_is_once(
    do: Do, organiser: Someone, member: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "open")
    came = builders.an_entry(store, event, member.person)
    absent = builders.an_entry(store, event)
    builders.a_scan(store, came, event.sessions[0])

    do(event_states.close_event, organiser.actor, event.id, now=NOW)
    do(event_states.close_event, organiser.actor, event.id, now=NOW + HOUR)

    assert store.get(Event, event.id).closed_at == NOW
    assert store.get(RosterEntry, came.id).stale_at == NOW
    assert store.get(RosterEntry, absent.id).stale_at is None


def test_an_event_that_has_not_begun_is_not_closed(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "open")

    with pytest.raises(Conflict) as refused:
        do(event_states.close_event, organiser.actor, event.id, now=NOW - 3 * HOUR)

    assert refused.value.code == "event_not_begun"


def test_who_may_close(
    do: Do, society: Society, store: Store, organiser: Someone, registrar: Someone,
    auditor: Someone, member: Someone, stranger: Someone,
):  # fmt: skip
    event = built(store, organiser, society, "open")

    with pytest.raises(NotAllowed):
        do(event_states.close_event, auditor.actor, event.id, now=NOW)
    for someone in (member, stranger):
        with pytest.raises(NotFound):
            do(event_states.close_event, someone.actor, event.id, now=NOW)
    do(event_states.close_event, registrar.actor, event.id, now=NOW)


def test_cancelling_says_why_and_tells_calendars(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "approved")
    with pytest.raises(Rejected):
        do(event_states.cancel_event, organiser.actor, event.id, reason="", now=NOW)

    do(event_states.cancel_event, organiser.actor, event.id, reason="场地停电", now=NOW)

    kept = store.get(Event, event.id)
    assert (kept.state, kept.answer, kept.sequence) == ("cancelled", "场地停电", 1)


def test_a_draft_is_dropped_without_a_reason(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "draft", approved_at=None)

    do(event_states.cancel_event, organiser.actor, event.id, reason="", now=NOW)

    assert state_of(store, event) == "cancelled"


def test_what_somebody_came_to_is_not_cancelled_but_a_rehearsal_is_nobody(
    do: Do, organiser: Someone, member: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "open")
    tried = builders.a_session(store, event, rehearsal=True)
    entry = builders.an_entry(store, event, member.person)
    builders.a_scan(store, entry, tried)
    came_to = built(store, organiser, society, "open")
    builders.a_scan(store, builders.an_entry(store, came_to, member.person), came_to.sessions[0])

    do(event_states.cancel_event, organiser.actor, event.id, reason="改期", now=NOW)
    with pytest.raises(Conflict) as refused:
        do(event_states.cancel_event, organiser.actor, came_to.id, reason="改期", now=NOW)

    assert refused.value.code == "event_was_scanned"


def test_an_organiser_takes_a_submission_back(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "submitted", approved_at=None)

    do(event_states.take_back, organiser.actor, event.id, now=NOW)

    assert state_of(store, event) == "draft"


def test_the_clock_opens_what_is_approved_when_its_codes_begin(
    do: Do, organiser: Someone, society: Society, store: Store
):
    approved = built(store, organiser, society, "approved")
    changed = built(store, organiser, society, "submitted")
    sent_back = built(store, organiser, society, "draft", answer="午餐请写明")
    never = built(store, organiser, society, "submitted", approved_at=None)
    begins = NOW - 3 * HOUR

    assert do(event_states.turn_events, now=begins - timedelta(seconds=1))["opened"] == 0
    assert do(event_states.turn_events, now=begins) == {"opened": 3, "closed": 0}

    assert {state_of(store, one) for one in (approved, changed, sent_back)} == {"open"}
    assert state_of(store, never) == "submitted"


def test_a_rehearsal_opens_nothing(do: Do, organiser: Someone, society: Society, store: Store):
    event = built(store, organiser, society, "approved")
    builders.a_session(
        store, event, rehearsal=True, starts_at=NOW - 9 * HOUR, opens_at=NOW - 9 * HOUR
    )

    assert do(event_states.turn_events, now=NOW - 8 * HOUR)["opened"] == 0


def test_the_clock_closes_72_hours_after_the_last_codes(
    do: Do, organiser: Someone, society: Society, store: Store
):
    event = built(store, organiser, society, "open")
    last = NOW + 3 * HOUR + timedelta(hours=72)

    assert do(event_states.turn_events, now=last - timedelta(seconds=1))["closed"] == 0
    assert do(event_states.turn_events, now=last)["closed"] == 1
    assert state_of(store, event) == "closed"


def test_one_sees_the_events_that_one_runs_the_running_first(
    do: Do, organiser: Someone, registrar: Someone, society: Society, store: Store
):
    past = built(store, organiser, society, "closed")
    coming = builders.an_event(
        store, organiser.person, society, around=NOW + 24 * HOUR, state="approved"
    )
    running = built(store, organiser, society, "open")
    built(store, registrar, society, "open")
    builders.an_entry(store, running)

    listed = do(event_lists.events_of, organiser.actor, now=NOW)

    assert [row.event.id for row in listed] == [running.id, coming.id, past.id]
    assert [row.pending for row in listed] == [1, 0, 0]


def test_staff_see_their_societys_events_by_tab(
    do: Do, organiser: Someone, auditor: Someone, stranger: Someone, society: Society, store: Store
):
    waiting = built(store, organiser, society, "submitted", approved_at=None)
    built(store, organiser, society, "open")
    assert stranger.society
    built(store, stranger, stranger.society, "submitted")

    found = do(event_lists.events_of_society, auditor.actor, society.id, tab="submitted")

    assert [row.event.id for row in found.events] == [waiting.id]
    assert (found.counts["submitted"], found.counts["running"]) == (1, 1)
    assert do(event_lists.count_submitted, frozenset({society.id})) == 1
    with pytest.raises(NotFound):
        do(event_lists.events_of_society, stranger.actor, society.id, tab="submitted")


def test_the_federations_events_are_a_list_of_their_own(
    do: Do, federation: Someone, organiser: Someone, society: Society, store: Store
):
    own = built(store, federation, None, "open")
    built(store, organiser, society, "open")

    found = do(event_lists.events_of_society, federation.actor, None, tab="running")

    assert [row.event.id for row in found.events] == [own.id]


def test_figures_leave_rehearsals_out(
    do: Do, organiser: Someone, member: Someone, other_member: Someone, society: Society,
    store: Store,
):  # fmt: skip
    event = built(store, organiser, society, "open")
    tried = builders.a_session(store, event, rehearsal=True)
    came = builders.an_entry(store, event, member.person, inside_session_id=event.sessions[0].id)
    builders.a_scan(store, came, event.sessions[0])
    builders.a_scan(store, came, event.sessions[0], "out")
    only_tried = builders.an_entry(store, event, other_member.person, inside_session_id=tried.id)
    builders.a_scan(store, only_tried, tried)
    builders.an_entry(store, event)

    found = do(counts_of, event.id)

    assert (found.listed, found.pending, found.arrived, found.inside) == (2, 1, 1, 1)
