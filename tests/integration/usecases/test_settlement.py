"""结项: what becomes final, what speakers get, what stands in the way."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.errors import Conflict, NotFound
from cpd_app.models import Activity, AgendaPart, Credit, Event, Speaker
from cpd_app.usecases import settlement
from cpd_app.usecases.event_hours import terms_of
from tests.support.attendance import Day
from tests.support.builders import a_part
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


def settle(do: Do, day: Day, someone: Someone, clock: str = "19:00") -> Event:
    """Settle the event at seven in the evening."""
    now = day.moment(clock)
    settled: Event = do(
        settlement.settle_event, someone.actor, day.event.id, now=now, today=now.date()
    )
    return settled


@pytest.fixture
def closed(day: Day, store: Store) -> Day:
    """The day, its check-in closed."""
    store.run(update(Event).values(state="closed", closed_at=day.moment("18:00")))
    return day


def speaks(store: Store, day: Day, someone: Someone, kind: str, clock: str) -> AgendaPart:
    """An hour of the agenda in which somebody speaks."""
    part = a_part(store, day.hall, title="柔性直流技术", starts_at=day.moment(clock))
    store.add(Speaker(part_id=part.id, name="讲者", kind=kind, person_id=someone.id))
    return part


def records_by_kind(store: Store) -> dict[str, Activity]:
    return {a.kind: a for a in store.all(select(Activity))}


def test_settling_makes_it_final_and_computes_what_is_left(
    closed: Day, do: Do, member: Someone, organiser: Someone
):
    entry = closed.scanned(member, "in 9:00", "out 12:00")

    event = settle(do, closed, organiser)

    assert (event.state, event.settled_at) == ("settled", closed.moment("19:00"))
    assert settle(do, closed, organiser, "19:30").settled_at == closed.moment("19:00")
    closed.settle("19:01")
    assert closed.record_of(entry).fields["minutes"] == 180


def test_a_speaker_gets_a_talk_beside_attending_and_a_lecture_instead_of_it(
    closed: Day, do: Do, store: Store, member: Someone, other_member: Someone, organiser: Someone
):
    speaks(store, closed, member, "talk", "9:00")
    speaks(store, closed, other_member, "lecture", "10:00")
    attended = closed.scanned(member, "in 9:00", "out 17:00")
    lectured = closed.scanned(other_member, "in 9:00", "out 17:00")
    settle(do, closed, organiser)
    closed.settle("19:01")

    assert closed.attendance_of(attended).minutes == 420
    assert closed.attendance_of(lectured).minutes == 360
    records = records_by_kind(store)
    assert records["talk"].fields == {"level": "national"}
    assert records["talk"].achievement_norm is not None
    assert records["lecture"].fields == {"minutes": 60}
    assert {r.presence for r in (records["talk"], records["lecture"])} == {3}
    recognised = {
        store.get(Activity, c.activity_id).kind: c.recognised
        for c in store.all(select(Credit))
        if store.get(Activity, c.activity_id).kind != "conference"
    }
    assert recognised == {"talk": 800, "lecture": 250}
    speakers = store.all(select(Speaker))
    assert {s.activity_id for s in speakers} == {records["talk"].id, records["lecture"].id}


def test_a_lecture_and_attending_the_rest_of_the_day_both_count(
    closed: Day, do: Do, store: Store, other_member: Someone, organiser: Someone
):
    speaks(store, closed, other_member, "lecture", "10:00")
    closed.scanned(other_member, "in 9:00", "out 17:00")
    settle(do, closed, organiser)
    closed.settle("19:01")

    assert sorted(c.recognised for c in store.all(select(Credit))) == [250, 800]


def test_what_is_outstanding_is_counted_before(
    closed: Day, do: Do, member: Someone, other_member: Someone, organiser: Someone
):
    closed.scanned(member, "in 9:00")
    closed.settle("18:01")
    closed.scanned(other_member, "in 9:00", "out 10:00")

    found = do(
        settlement.outstanding_of, organiser.actor, closed.event.id, now=closed.moment("18:30")
    )

    assert (found.missing_out, found.stale, found.unapproved) == (1, 1, False)


def test_neither_an_open_event_nor_a_plan_staff_do_not_know_is_settled(
    day: Day, do: Do, store: Store, organiser: Someone
):
    with pytest.raises(Conflict, match="not_in_this_state"):
        settle(do, day, organiser)
    with store.session() as session:
        event = session.get_one(Event, day.event.id)
        event.approved, event.state = {"terms": terms_of(event)}, "closed"
        event.sessions[0].parts[0].credited = True
    with pytest.raises(Conflict, match="approval_is_missing"):
        settle(do, day, organiser)


def test_strangers_do_not_settle(closed: Day, do: Do, member: Someone, stranger: Someone):
    for someone in (member, stranger):
        with pytest.raises(NotFound):
            settle(do, closed, someone)
