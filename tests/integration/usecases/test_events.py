"""Planning an event, its way to staff and back, and what the clock does with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.agenda import PlannedPart, PlannedSession, PlannedSpeaker
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Event, EventSession, JournalEntry, RosterEntry, Society, Speaker
from cpd_app.policy import Permission
from cpd_app.usecases import event_lists, event_states, events
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_hours import approved_hours, hours_it_can_give, needs_approval
from cpd_app.usecases.event_input import EventHead, NewEvent
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NINE = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
FIVE = NINE + timedelta(hours=8)
LUNCH = PlannedPart("午餐", NINE + timedelta(hours=3), NINE + timedelta(hours=4), credited=False)
DAY = PlannedSession("主会场", NINE, FIVE, parts=(LUNCH,))
HEAD = EventHead("柔性直流研讨会", "conference", NINE, FIVE, {"level": "national"}, place="北京")


def new(society: Society | None, **changes: Any) -> NewEvent:
    """An event of a day with a lunch: 420 minutes, 9.0 学时."""
    values = {"head": HEAD, "society_id": society.id if society else None, "sessions": (DAY,)}
    return NewEvent(**{**values, **changes})


@pytest.fixture
def draft(do: Do, organiser: Someone, society: Society) -> int:
    """A draft of the organiser's."""
    return do(lambda: events.plan_event(organiser.actor, new(society), now=NOW).event.id)


@pytest.fixture
def approved(do: Do, draft: int, organiser: Someone, auditor: Someone) -> int:
    """The same event, approved by the auditor."""
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    do(event_states.approve_event, auditor.actor, draft, now=NOW)
    return draft


def verbs(store: Store, event_id: int) -> list[str]:
    """What the journal says about an event."""
    return list(
        store.all(
            select(JournalEntry.verb)
            .where(JournalEntry.object_type == "event", JournalEntry.object_id == event_id)
            .order_by(JournalEntry.id)
        )
    )


def test_a_planned_event_is_a_draft_with_windows_and_secrets(draft: int, store: Store):
    event = store.get(Event, draft)
    (held,) = store.all(select(EventSession).where(EventSession.event_id == draft))

    assert (event.state, event.missing_out, event.organiser) == (
        "draft",
        "until_last_proof",
        "本地学会",
    )
    assert held.opens_at == NINE - timedelta(minutes=60)
    assert held.closes_at == FIVE + timedelta(minutes=60)
    assert len(held.code_key) == len(event.pass_key) == 64
    assert verbs(store, draft) == ["event.planned"]


def test_without_sessions_there_is_one_as_long_as_the_event(
    do: Do, organiser: Someone, society: Society
):
    made = do(events.plan_event, organiser.actor, new(society, sessions=()), now=NOW)

    (held,) = made.event.sessions
    assert (held.starts_at, held.ends_at, held.title) == (NINE, FIVE, HEAD.title)


def test_a_key_plans_once(do: Do, organiser: Someone, society: Society, store: Store):
    asked = new(society, key="6f1d1f5c-2c4e-4ed7-9c53-0f6a4f6b8a11")

    first = do(events.plan_event, organiser.actor, asked, now=NOW)
    again = do(events.plan_event, organiser.actor, asked, now=NOW)

    assert (first.created, again.created) == (True, False)
    assert store.count(Event) == 1


def test_who_may_plan(
    do: Do, society: Society, registrar: Someone, federation: Someone, auditor: Someone,
    member: Someone, stranger: Someone,
):  # fmt: skip
    assert do(events.plan_event, registrar.actor, new(society), now=NOW).created
    assert do(events.plan_event, federation.actor, new(None), now=NOW).created
    with pytest.raises(NotAllowed):
        do(events.plan_event, auditor.actor, new(society), now=NOW)
    for someone in (member, stranger):
        with pytest.raises(NotFound):
            do(events.plan_event, someone.actor, new(society), now=NOW)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ({"title": " "}, "missing_field"),
        ({"title": "长" * 201}, "too_long"),
        ({"kind": "paper", "fields": {}}, "not_an_event_kind"),
        ({"kind": "nothing", "fields": {}}, "unknown_kind"),
        ({"fields": {}}, "missing_field"),
        ({"fields": {"level": "galactic"}}, "unknown_value"),
        ({"fields": {"level": "national", "colour": "red"}}, "unknown_field"),
        ({"zone": "Asia/Nowhere"}, "unknown_zone"),
        ({"open_to": "friends"}, "unknown_value"),
        ({"missing_out": "maybe"}, "unknown_value"),
        ({"mode": "moon"}, "unknown_value"),
        ({"capacity": 0}, "bad_value"),
        ({"opens_before": -1}, "bad_value"),
        ({"field_id": 999_999}, "unknown_value"),
        ({"ends_at": NINE}, "ends_before_start"),
    ],
)
def test_what_is_refused(
    do: Do, organiser: Someone, society: Society, store: Store, head: dict[str, Any], code: str
):
    asked = new(society, head=replace(HEAD, **head))

    with pytest.raises(Rejected) as refused:
        do(events.plan_event, organiser.actor, asked, now=NOW)

    assert refused.value.code == code
    assert store.count(Event) == 0


def test_the_hours_before_approval_come_with_their_arithmetic(do: Do, draft: int, store: Store):
    found = do(lambda: hours_it_can_give(store.get(Event, draft)))

    assert (found.minutes, found.hours) == (420, 900)
    assert [step["rule"] for step in found.conversion.trace] == ["per_minutes", "step"]


def test_an_event_goes_to_staff_and_is_approved_with_its_hours(approved: int, store: Store):
    event = store.get(Event, approved)

    assert event.state == "approved"
    assert approved_hours(event) == 900
    assert (event.approved or {})["minutes"] == 420
    assert verbs(store, approved)[1:] == ["event.submitted", "event.approved"]


def test_nobody_approves_their_own_event(do: Do, registrar: Someone, society: Society):
    event_id = do(events.plan_event, registrar.actor, new(society), now=NOW).event.id
    do(event_states.submit_event, registrar.actor, event_id, now=NOW)

    with pytest.raises(NotAllowed):
        do(event_states.approve_event, registrar.actor, event_id, now=NOW)


def test_who_may_approve(
    do: Do, draft: int, organiser: Someone, member: Someone, stranger: Someone, federation: Someone
):
    do(event_states.submit_event, organiser.actor, draft, now=NOW)

    for someone, refusal in (
        (organiser, NotAllowed),
        (member, NotFound),
        (stranger, NotFound),
        (federation, NotFound),
    ):
        with pytest.raises(refusal):
            do(event_states.approve_event, someone.actor, draft, now=NOW)


def test_an_agenda_without_credit_cannot_be_handed_in(do: Do, organiser: Someone, society: Society):
    asked = new(society, sessions=(replace(DAY, credited=False),))
    event_id = do(events.plan_event, organiser.actor, asked, now=NOW).event.id

    with pytest.raises(Rejected) as refused:
        do(event_states.submit_event, organiser.actor, event_id, now=NOW)

    assert refused.value.code == "nothing_credited"


def test_staff_send_back_with_a_reason_and_the_organiser_hands_in_again(
    do: Do, draft: int, organiser: Someone, auditor: Someone, store: Store
):
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    with pytest.raises(Rejected):
        do(event_states.send_back, auditor.actor, draft, reason=" ", now=NOW)

    do(event_states.send_back, auditor.actor, draft, reason="午餐请写明", now=NOW)

    assert (store.get(Event, draft).state, store.get(Event, draft).answer) == (
        "draft",
        "午餐请写明",
    )
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    assert store.get(Event, draft).answer is None


def test_late_submission_needs_a_reason(do: Do, draft: int, organiser: Someone, auditor: Someone):
    late = NINE + timedelta(minutes=1)

    with pytest.raises(Rejected) as refused:
        do(event_states.submit_event, organiser.actor, draft, now=late)
    assert refused.value.code == "late_reason_missing"

    do(event_states.submit_event, organiser.actor, draft, late_reason="临时加办", now=late)
    do(event_states.approve_event, auditor.actor, draft, now=late)


def test_late_approval_of_what_came_in_time_needs_a_reason_too(
    do: Do, draft: int, organiser: Someone, auditor: Someone, store: Store
):
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    with pytest.raises(Rejected) as refused:
        do(event_states.approve_event, auditor.actor, draft, now=NINE)
    assert refused.value.code == "late_reason_missing"

    do(event_states.approve_event, auditor.actor, draft, late_reason="审核员出差", now=NINE)

    assert store.get(Event, draft).late_reason == "审核员出差"


def test_a_change_of_words_keeps_the_approval(
    do: Do, approved: int, organiser: Someone, store: Store
):
    changed = do(
        events.change_event, organiser.actor, approved, replace(HEAD, title="换个名称"),
        version=None, now=NOW,
    )  # fmt: skip

    event = store.get(Event, approved)
    assert (changed.back_to_staff, event.state, event.sequence) == (False, "approved", 1)


def test_a_change_of_hours_goes_back_to_staff_and_undoing_it_needs_nobody(
    do: Do, approved: int, organiser: Someone, store: Store
):
    (held,) = store.all(select(EventSession).where(EventSession.event_id == approved))
    longer = replace(DAY, ends_at=FIVE + timedelta(hours=1))

    changed = do(
        events.keep_session, organiser.actor, approved, held.id, longer, version=None, now=NOW
    )

    event = store.get(Event, approved)
    assert (changed.back_to_staff, event.state) == (True, "submitted")
    assert event.ends_at == longer.ends_at
    do(events.keep_session, organiser.actor, approved, held.id, DAY, version=None, now=NOW)
    assert store.get(Event, approved).state == "approved"


def test_a_change_of_an_open_event_turns_nobody_away_and_waits_for_staff(
    do: Do, approved: int, organiser: Someone, auditor: Someone, member: Someone, store: Store
):
    do(event_states.open_event, organiser.actor, approved, now=NINE)
    event = store.get(Event, approved)
    (held,) = store.all(select(EventSession).where(EventSession.event_id == approved))
    entry = builders.an_entry(store, event, member.person)
    builders.a_scan(store, entry, held)
    shorter = replace(DAY, ends_at=FIVE - timedelta(hours=1))

    do(events.keep_session, organiser.actor, approved, held.id, shorter, version=None, now=NINE)

    assert store.get(Event, approved).state == "open"
    assert do(
        lambda: needs_approval(event_for(organiser.actor, approved, Permission.RUN_EVENT, now=NINE))
    )
    assert store.get(RosterEntry, entry.id).stale_at == NINE
    waiting = do(event_lists.changed_events, auditor.actor, event.society_id)
    assert [row.event.id for row in waiting] == [approved]
    do(event_states.approve_event, auditor.actor, approved, late_reason="提前散场", now=NINE)
    assert approved_hours(store.get(Event, approved)) == 800
    assert do(event_lists.changed_events, auditor.actor, event.society_id) == []


def test_an_older_version_is_refused_and_nothing_is_lost(
    do: Do, draft: int, organiser: Someone, store: Store
):
    seen = store.get(Event, draft).version
    do(
        events.change_event,
        organiser.actor,
        draft,
        replace(HEAD, title="甲"),
        version=seen,
        now=NOW,
    )

    with pytest.raises(Conflict) as refused:
        do(
            events.change_event,
            organiser.actor,
            draft,
            replace(HEAD, title="乙"),
            version=seen,
            now=NOW,
        )

    assert refused.value.code == "changed_meanwhile"
    assert store.get(Event, draft).title == "甲"


def test_approval_is_of_the_plan_that_was_seen(
    do: Do, draft: int, organiser: Someone, auditor: Someone, store: Store
):
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    seen = store.get(Event, draft).version
    do(
        events.change_event,
        organiser.actor,
        draft,
        replace(HEAD, missing_out="full"),
        version=None,
        now=NOW,
    )

    with pytest.raises(Conflict) as refused:
        do(event_states.approve_event, auditor.actor, draft, version=seen, now=NOW)

    assert refused.value.code == "changed_meanwhile"


def test_speakers_are_found_by_their_number_and_keep_their_row(
    do: Do, draft: int, organiser: Someone, member: Someone, store: Store
):
    (held,) = store.all(select(EventSession).where(EventSession.event_id == draft))
    known = PlannedSpeaker("张会员", "单位", member.registration.number.lower())  # type: ignore[union-attr]
    talk = PlannedPart(
        "报告", NINE, NINE + timedelta(hours=1), speakers=(known, PlannedSpeaker("来宾"))
    )
    planned = replace(DAY, parts=(talk, LUNCH))
    do(events.keep_session, organiser.actor, draft, held.id, planned, version=None, now=NOW)
    before = {s.name: s for s in store.all(select(Speaker))}
    (part_id,) = {s.part_id for s in before.values()}

    again = replace(planned, parts=(replace(talk, title="新题目", id=part_id), LUNCH))
    do(events.keep_session, organiser.actor, draft, held.id, again, version=None, now=NOW)

    after = {s.name: s for s in store.all(select(Speaker))}
    assert after["张会员"].person_id == member.id
    assert after["来宾"].person_id is None
    assert {n: s.id for n, s in after.items()} == {n: s.id for n, s in before.items()}


def test_a_session_that_was_scanned_stays(
    do: Do, approved: int, organiser: Someone, member: Someone, store: Store
):
    event = store.get(Event, approved)
    extra = do(
        events.keep_session, organiser.actor, approved, None,
        replace(DAY, title="分会场"), version=None, now=NOW,
    ).session_id  # fmt: skip
    (held,) = store.all(
        select(EventSession).where(EventSession.event_id == approved, EventSession.id != extra)
    )
    builders.a_scan(store, builders.an_entry(store, event, member.person), held)

    with pytest.raises(Conflict):
        do(events.remove_session, organiser.actor, approved, held.id, version=None, now=NOW)
    do(events.remove_session, organiser.actor, approved, extra, version=None, now=NOW)

    assert store.count(EventSession, EventSession.event_id == approved) == 1


def test_who_may_change_an_event(
    do: Do, draft: int, registrar: Someone, auditor: Someone, stranger: Someone, member: Someone
):
    do(events.change_event, registrar.actor, draft, HEAD, version=None, now=NOW)
    with pytest.raises(NotAllowed):
        do(events.change_event, auditor.actor, draft, HEAD, version=None, now=NOW)
    for someone in (stranger, member):
        with pytest.raises(NotFound):
            do(events.change_event, someone.actor, draft, HEAD, version=None, now=NOW)


def test_a_settled_or_cancelled_event_is_changed_no_more(
    do: Do, organiser: Someone, society: Society, store: Store
):
    for state in ("settled", "cancelled"):
        event = builders.an_event(store, organiser.person, society, state=state)
        with pytest.raises(Conflict) as refused:
            do(events.change_event, organiser.actor, event.id, HEAD, version=None, now=NOW)
        assert refused.value.code == "event_is_over"
