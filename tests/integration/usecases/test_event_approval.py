"""Two people for a change of hours, and what was approved once opens by the clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.agenda import PlannedSession
from cpd_app.domain.errors import Conflict, NotAllowed
from cpd_app.models import Event, EventSession, JournalEntry, Society
from cpd_app.usecases import event_lists, event_states, events
from cpd_app.usecases.event_input import EventHead, NewEvent
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NINE = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
FIVE = NINE + timedelta(hours=8)
DAY = PlannedSession("主会场", NINE, FIVE)
HEAD = EventHead("柔性直流研讨会", "conference", NINE, FIVE, {"level": "national"}, place="北京")


@pytest.fixture
def draft(do: Do, organiser: Someone, society: Society) -> int:
    """A draft of the organiser's."""
    new = NewEvent(head=HEAD, society_id=society.id, sessions=(DAY,))
    return do(lambda: events.plan_event(organiser.actor, new, now=NOW).event.id)


@pytest.fixture
def approved(do: Do, draft: int, organiser: Someone, auditor: Someone) -> int:
    """The same event, approved by the auditor."""
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    do(event_states.approve_event, auditor.actor, draft, now=NOW)
    return draft


def test_what_was_approved_once_opens_by_the_clock_although_staff_sent_the_change_back(
    do: Do, approved: int, organiser: Someone, auditor: Someone, store: Store
):
    (held,) = store.all(select(EventSession).where(EventSession.event_id == approved))
    longer = replace(DAY, ends_at=FIVE + timedelta(hours=1))
    do(events.keep_session, organiser.actor, approved, held.id, longer, version=None, now=NOW)
    do(event_states.send_back, auditor.actor, approved, reason="午餐请写明", now=NOW)

    assert do(event_states.turn_events, now=NINE)["opened"] == 1

    event = store.get(Event, approved)
    assert (event.state, event.answer) == ("open", "午餐请写明")
    assert do(event_lists.changed_events, auditor.actor, event.society_id) == []
    late = {"late_reason": "午餐在议程里", "now": NINE}
    do(event_states.submit_event, organiser.actor, approved, **late)
    waiting = do(event_lists.changed_events, auditor.actor, event.society_id)
    assert [row.event.id for row in waiting] == [approved]
    do(event_states.approve_event, auditor.actor, approved, now=NINE)
    assert store.get(Event, approved).state == "open"
    with pytest.raises(Conflict):
        do(event_states.submit_event, organiser.actor, approved, now=NINE)


def test_who_changed_the_hours_does_not_approve_them(
    do: Do, approved: int, registrar: Someone, auditor: Someone, store: Store
):
    (held,) = store.all(select(EventSession).where(EventSession.event_id == approved))
    keep = events.keep_session
    longer = replace(DAY, ends_at=FIVE + timedelta(hours=1))
    do(keep, registrar.actor, approved, held.id, longer, version=None, now=NOW)

    with pytest.raises(NotAllowed, match="changed_it_yourself"):
        do(event_states.approve_event, registrar.actor, approved, now=NOW)
    do(event_states.approve_event, auditor.actor, approved, now=NOW)

    # from here on it is a new plan, which nobody has changed
    assert store.get(Event, approved).hours_changed_by == []
    title = replace(HEAD, ends_at=longer.ends_at, title="柔性直流大会")
    do(events.change_event, registrar.actor, approved, title, version=None, now=NOW)
    assert store.get(Event, approved).hours_changed_by == []


def test_who_changed_a_draft_before_its_first_approval_does_not_approve_it_either(
    do: Do, draft: int, organiser: Someone, registrar: Someone, store: Store
):
    (held,) = store.all(select(EventSession).where(EventSession.event_id == draft))
    longer = replace(DAY, ends_at=FIVE + timedelta(hours=1))
    do(events.keep_session, registrar.actor, draft, held.id, longer, version=None, now=NOW)
    do(event_states.submit_event, organiser.actor, draft, now=NOW)

    with pytest.raises(NotAllowed):
        do(event_states.approve_event, registrar.actor, draft, now=NOW)


def test_a_repeat_of_an_approval_or_of_sending_back_changes_nothing(
    do: Do, approved: int, organiser: Someone, auditor: Someone, store: Store
):
    at = store.get(Event, approved).approved_at
    do(event_states.approve_event, auditor.actor, approved, now=NOW + timedelta(minutes=1))
    assert store.get(Event, approved).approved_at == at

    (held,) = store.all(select(EventSession).where(EventSession.event_id == approved))
    longer = replace(DAY, ends_at=FIVE + timedelta(hours=1))
    do(events.keep_session, organiser.actor, approved, held.id, longer, version=None, now=NOW)
    for _ in range(2):
        do(event_states.send_back, auditor.actor, approved, reason="午餐请写明", now=NOW)

    sent = select(JournalEntry).where(JournalEntry.verb == "event.sent_back")
    assert len(store.all(sent)) == 1
    with pytest.raises(Conflict):
        do(event_states.send_back, auditor.actor, approved, reason="另一个理由", now=NOW)


def test_whoever_undoes_a_change_of_hours_may_approve_the_next_one(
    do: Do, approved: int, organiser: Someone, registrar: Someone, store: Store
):
    (held,) = store.all(select(EventSession).where(EventSession.event_id == approved))
    keep = events.keep_session
    longer = replace(DAY, ends_at=FIVE + timedelta(hours=1))
    do(keep, registrar.actor, approved, held.id, longer, version=None, now=NOW)
    do(keep, registrar.actor, approved, held.id, DAY, version=None, now=NOW)
    do(keep, organiser.actor, approved, held.id, longer, version=None, now=NOW)

    do(event_states.approve_event, registrar.actor, approved, now=NOW)

    assert store.get(Event, approved).state == "approved"
