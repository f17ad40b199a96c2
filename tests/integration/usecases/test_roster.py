"""The roster of an event: who is on it, who waits, who decides, and nobody twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Event, JournalEntry, RosterEntry, Society
from cpd_app.usecases import events, roster, roster_lists
from cpd_app.usecases.event_input import EventHead
from cpd_app.usecases.roster_entries import Named
from cpd_app.usecases.roster_lists import NewName
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

NO = "只对本专业开放"
Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
#: the event begins in a week
COMING = NOW + timedelta(days=7)


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An approved event of the society with two places, for its own members."""
    return an_event(store, organiser, society, capacity=2)


def an_event(store: Store, organiser: Someone, society: Society | None, **over: Any) -> Event:
    over = {"state": "approved", "around": COMING, **over}
    return builders.an_event(store, organiser.person, society, **over)


def a_member(store: Store, society: Society, name: str = "") -> Someone:
    person = builders.a_person(store, name=name)
    return Someone(person, society, builders.a_registration(store, person, society))


def number_of(someone: Someone) -> str:
    assert someone.registration
    return someone.registration.number


def entries(store: Store, event: Event) -> dict[str, str]:
    rows = store.all(select(RosterEntry).where(RosterEntry.event_id == event.id))
    return {row.name: row.state for row in rows}


def test_a_member_enrols_and_is_taken_down_with_name_unit_and_number(
    do: Do, store: Store, event: Event, member: Someone
):
    builders.an_employment(store, member.id, "示范超高压公司")

    made = do(roster.enrol, member.actor, event.id, now=NOW)

    entry = store.get(RosterEntry, made.entry.id)
    assert made.created
    assert (entry.state, entry.source, entry.name) == ("listed", "self", "张会员")
    assert (entry.unit, entry.number) == ("示范超高压公司", number_of(member))
    assert (entry.society_id, entry.phone) == (event.society_id, None)
    assert store.count(JournalEntry, JournalEntry.verb == "entry.enrolled") == 1


def test_enrolling_again_gives_the_same_entry(do: Do, event: Event, member: Someone):
    first = do(roster.enrol, member.actor, event.id, now=NOW)
    again = do(roster.enrol, member.actor, event.id, now=NOW)

    assert (again.entry.id, again.created) == (first.entry.id, False)


def test_the_number_of_the_owners_society_stands_before_another(
    do: Do, store: Store, organiser: Someone, society: Society, other_society: Society
):
    person = builders.a_person(store, name="双注册")
    builders.a_registration(store, person, other_society)
    here = builders.a_registration(store, person, society)
    builders.a_registration(store, person, other_society)
    event = an_event(store, organiser, society)

    made = do(roster.enrol, Someone(person).actor, event.id, now=NOW)

    assert (made.entry.number, made.entry.society_id) == (here.number, society.id)


def test_a_full_event_has_a_waiting_list_that_moves_up_in_order(
    do: Do, store: Store, event: Event, society: Society
):
    people = [a_member(store, society, name) for name in ("甲", "乙", "丙", "丁")]
    for order, one in enumerate(people):
        do(roster.enrol, one.actor, event.id, now=NOW + timedelta(minutes=order))
    assert entries(store, event) == {
        "甲": "listed", "乙": "listed", "丙": "waiting", "丁": "waiting",
    }  # fmt: skip

    do(roster.cancel_enrolment, people[0].actor, event.id, now=NOW)

    assert entries(store, event) == {
        "甲": "cancelled", "乙": "listed", "丙": "listed", "丁": "waiting",
    }  # fmt: skip


def test_who_cancelled_may_come_back_at_the_end_of_the_line(
    do: Do, store: Store, event: Event, society: Society
):
    people = [a_member(store, society, name) for name in ("甲", "乙", "丙")]
    for one in people:
        do(roster.enrol, one.actor, event.id, now=NOW)
    do(roster.cancel_enrolment, people[0].actor, event.id, now=NOW)

    again = do(roster.enrol, people[0].actor, event.id, now=NOW)

    assert (again.entry.state, again.created) == ("waiting", True)
    assert entries(store, event) == {"甲": "waiting", "乙": "listed", "丙": "listed"}


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"state": "closed"}, "enrolment_closed"),
        ({"state": "settled"}, "enrolment_closed"),
        ({"around": NOW - timedelta(days=2)}, "event_over"),
    ],
)
def test_nobody_enrols_when_it_is_too_late(
    do: Do,
    store: Store,
    organiser: Someone,
    society: Society,
    member: Someone,
    over: dict[str, Any],
    code: str,
):
    event = an_event(store, organiser, society, **over)

    with pytest.raises(Rejected) as refused:
        do(roster.enrol, member.actor, event.id, now=NOW)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("open_to", "state"),
    [("own", None), ("list", None), ("societies", "listed"), ("public", "listed")],
)
def test_an_event_is_for_whom_it_says(
    do: Do,
    store: Store,
    organiser: Someone,
    society: Society,
    stranger: Someone,
    open_to: str,
    state: str | None,
):
    event = an_event(store, organiser, society, open_to=open_to)
    if state is not None:
        assert do(roster.enrol, stranger.actor, event.id, now=NOW).entry.state == state
        return
    with pytest.raises(NotFound):
        do(roster.enrol, stranger.actor, event.id, now=NOW)


@pytest.mark.parametrize("state", ["draft", "submitted", "cancelled"])
def test_what_is_not_announced_is_not_there(
    do: Do, store: Store, organiser: Someone, society: Society, member: Someone, state: str
):
    approved_at = NOW if state == "cancelled" else None
    event = an_event(store, organiser, society, state=state, approved_at=approved_at)

    with pytest.raises(NotFound):
        do(roster.enrol, member.actor, event.id, now=NOW)


def test_an_ended_certificate_makes_nobody_the_societys_own(
    do: Do, store: Store, event: Event, society: Society
):
    person = builders.a_person(store)
    ended = {"starts_on": NOW.date() - timedelta(days=2000), "ends_on": NOW.date()}
    builders.a_registration(store, person, society, term=ended)

    with pytest.raises(NotFound):
        do(roster.enrol, Someone(person).actor, event.id, now=NOW)


def test_the_federations_own_are_all_members(
    do: Do, store: Store, federation: Someone, stranger: Someone, organiser: Someone
):
    event = an_event(store, federation, None)

    assert do(roster.enrol, stranger.actor, event.id, now=NOW).created
    with pytest.raises(NotFound):
        do(roster.enrol, organiser.actor, event.id, now=NOW)


def test_who_was_put_on_the_list_is_excused_and_frees_the_place(
    do: Do, store: Store, event: Event, society: Society, organiser: Someone
):
    one, other, third = (a_member(store, society, name) for name in ("甲", "乙", "丙"))
    named = NewName(Named("甲", number_of(one)))
    do(roster_lists.add_names, organiser.actor, event.id, [named], now=NOW)
    for someone in (other, third):
        do(roster.enrol, someone.actor, event.id, now=NOW)

    entry = do(roster.cancel_enrolment, one.actor, event.id, now=NOW)

    assert (entry.state, entry.excused) == ("listed", True)
    assert entries(store, event)["丙"] == "listed"


def test_who_was_scanned_is_there_and_cannot_cancel(
    do: Do, store: Store, event: Event, member: Someone, organiser: Someone
):
    made = do(roster.enrol, member.actor, event.id, now=NOW)
    builders.a_scan(store, made.entry, event.sessions[0])

    for act in (
        lambda: do(roster.cancel_enrolment, member.actor, event.id, now=NOW),
        lambda: do(roster.remove_name, organiser.actor, event.id, made.entry.id, now=NOW),
    ):
        with pytest.raises(Rejected) as refused:
            act()
        assert refused.value.code == "already_here"


def test_an_organiser_decides_and_may_change_the_decision(
    do: Do, store: Store, event: Event, organiser: Someone
):
    guest = builders.an_entry(store, event)

    do(roster.decide, organiser.actor, event.id, [guest.id], accept=False, reason=NO, now=NOW)
    declined = store.get(RosterEntry, guest.id)
    assert (declined.state, declined.answer) == ("declined", NO)
    do(roster.decide, organiser.actor, event.id, [guest.id], accept=True, now=NOW)

    entry = store.get(RosterEntry, guest.id)
    assert (entry.state, entry.decided_by_id, entry.stale_at) == ("listed", organiser.id, NOW)
    assert entry.answer is None


@pytest.mark.parametrize(("reason", "code"), [(" ", "reason_missing"), ("长" * 501, "too_long")])
def test_who_is_declined_is_told_why(
    do: Do, store: Store, event: Event, organiser: Someone, reason: str, code: str
):
    guest = builders.an_entry(store, event)

    with pytest.raises(Rejected) as refused:
        do(
            roster.decide,
            organiser.actor,
            event.id,
            [guest.id],
            accept=False,
            reason=reason,
            now=NOW,
        )

    assert (refused.value.code, refused.value.field) == (code, "reason")


def test_who_was_declined_does_not_enrol_again(
    do: Do, event: Event, member: Someone, organiser: Someone
):
    made = do(roster.enrol, member.actor, event.id, now=NOW)
    do(roster.decide, organiser.actor, event.id, [made.entry.id], accept=False, reason=NO, now=NOW)

    with pytest.raises(Rejected) as refused:
        do(roster.enrol, member.actor, event.id, now=NOW)

    assert (refused.value.code, refused.value.values) == ("enrolment_declined", {"reason": NO})


def test_only_who_runs_the_event_keeps_its_roster(
    do: Do, store: Store, event: Event, member: Someone, stranger: Someone
):
    guest = builders.an_entry(store, event)
    new = NewName(Named("来宾"))
    for somebody in (member, stranger):
        for act in (
            lambda who: do(roster.decide, who, event.id, [guest.id], accept=True, now=NOW),
            lambda who: do(roster.excuse, who, event.id, guest.id, excused=True, now=NOW),
            lambda who: do(roster.remove_name, who, event.id, guest.id, now=NOW),
            lambda who: do(roster_lists.add_walk_in, who, event.id, new, now=NOW),
            lambda who: do(roster_lists.add_names, who, event.id, [new], now=NOW),
        ):
            with pytest.raises(NotFound):
                act(somebody.actor)


def test_an_entry_of_another_event_is_not_there(
    do: Do, store: Store, event: Event, organiser: Someone, society: Society
):
    elsewhere = builders.an_entry(store, an_event(store, organiser, society))

    with pytest.raises(NotFound):
        do(roster.decide, organiser.actor, event.id, [elsewhere.id], accept=True, now=NOW)


@pytest.mark.parametrize("state", ["settled", "cancelled"])
def test_the_roster_of_a_settled_event_is_final(
    do: Do, store: Store, organiser: Someone, society: Society, state: str
):
    event = an_event(store, organiser, society, state=state)

    with pytest.raises(Rejected) as refused:
        do(roster_lists.add_walk_in, organiser.actor, event.id, NewName(Named("来宾")), now=NOW)

    assert refused.value.code == f"event_{state}"


def test_the_last_place_is_given_once(
    app: Flask, store: Store, organiser: Someone, society: Society
):
    event = an_event(store, organiser, society, capacity=1)
    people = [a_member(store, society) for _ in range(4)]
    together = Barrier(len(people))

    def come(someone: Someone) -> None:
        together.wait()
        with app.app_context(), transaction():
            roster.enrol(someone.actor, event.id, now=NOW)

    threads = [Thread(target=come, args=(someone,)) for someone in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(entries(store, event).values()) == ["listed", "waiting", "waiting", "waiting"]


def test_more_places_let_those_in_who_wait(
    do: Do, store: Store, event: Event, society: Society, organiser: Someone
):
    people = [a_member(store, society, name) for name in ("甲", "乙", "丙", "丁")]
    for one in people:
        do(roster.enrol, one.actor, event.id, now=NOW)
    head = EventHead(
        event.title, event.kind, event.starts_at, event.ends_at, event.fields, capacity=3
    )

    do(events.change_event, organiser.actor, event.id, head, version=None, now=NOW)

    assert sorted(entries(store, event).values()) == ["listed", "listed", "listed", "waiting"]
