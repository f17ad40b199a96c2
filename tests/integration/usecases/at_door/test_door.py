"""Scanning at the door: passes, numbers, names that walk in; late, twice, at two doors, undone."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.checkin import Outcome
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.pass_codes import pass_of
from cpd_app.domain.room_codes import Direction
from cpd_app.models import Correction, Event, EventSession, JournalEntry, RosterEntry, Scan, Steward
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import door, passes
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.roster_entries import Named
from tests.support import builders
from tests.support.door_cases import CASES, DoorCase
from tests.support.doors import a_steward, at_door, pass_for
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
#: scans somebody as a door would
Scanner = Callable[..., door.DoorAnswer]


@pytest.fixture
def scan(do: Do, event: Event, steward: Steward, now: datetime) -> Scanner:
    def make(*, by: Actor | None = None, at: datetime | None = None, **over: Any) -> Any:
        new = door.DoorScan(
            **{"key": str(uuid.uuid4()), "session_id": event.sessions[0].id, **over}
        )
        return do(door.scan_at_door, by or at_door(steward), event.id, new, now=at or now)

    return make


def test_a_pass_is_scanned_in_and_out(
    scan: Scanner, event: Event, entry: RosterEntry, steward: Steward, store: Store, now: datetime
):
    came = scan(code=pass_for(event, entry))
    left = scan(
        code=pass_for(event, entry), direction=Direction.OUT, at=now + timedelta(minutes=90)
    )

    kept = store.all(select(Scan).order_by(Scan.id))
    assert (came.scanned.outcome, left.scanned.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert came.entry.name == entry.name
    assert [(s.direction, s.source, s.steward_id, s.by_id) for s in kept] == [
        ("in", "pass", steward.id, None),
        ("out", "pass", steward.id, None),
    ]
    verbs = store.all(select(JournalEntry.verb).where(JournalEntry.object_type == "scan"))
    assert verbs == ["scan.recorded", "scan.recorded"]
    assert store.get(RosterEntry, entry.id).inside_session_id is None


def test_the_same_key_gives_the_first_answer_back(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store
):
    key = str(uuid.uuid4())
    first = scan(code=pass_for(event, entry), key=key)
    again = scan(code=pass_for(event, entry), key=key)

    assert (first.scanned.created, again.scanned.created) == (True, False)
    assert again.scanned.scan_id == first.scanned.scan_id
    assert store.count(Scan) == 1


def test_a_number_and_a_name_that_was_found_do_the_same(
    scan: Scanner, entry: RosterEntry, store: Store
):
    scan(number="ｓｆ-e- 0001")
    scan(entry_id=entry.id, direction=Direction.OUT)

    assert store.all(select(Scan.source).order_by(Scan.id)) == ["door", "door"]


def test_a_forged_pass_and_one_of_another_event_are_refused(
    scan: Scanner, event: Event, entry: RosterEntry, organiser: Someone, store: Store, now: datetime
):
    other = builders.an_event(store, organiser.person, organiser.society, around=now)
    foreign = builders.an_entry(store, other)
    good = pass_for(event, entry)
    wrong = [
        pass_of(entry.id, other.pass_key),
        pass_for(other, foreign),
        good[:-1] + ("3" if good.endswith("2") else "2"),
        pass_of(999_999, event.pass_key),
        "P",
    ]

    for code in wrong:
        with pytest.raises(Rejected, match="wrong_pass"):
            scan(code=code)
    with pytest.raises(NotFound):
        scan(entry_id=foreign.id)
    with pytest.raises(Rejected, match="not_on_roster"):
        scan(number="SF-E-0002")
    assert store.count(Scan) == 0


@pytest.mark.parametrize("over", [{}, {"code": "P2", "number": "1"}])
def test_one_way_to_say_whom(scan: Scanner, over: dict[str, Any]):
    with pytest.raises(Rejected, match="whom_unclear"):
        scan(**over)


def test_what_was_kept_without_network_counts_from_when_it_was_scanned(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store, now: datetime
):
    scan(code=pass_for(event, entry), scanned_at=now, at=now + timedelta(hours=5))

    kept = store.one(select(Scan))
    assert (kept.at, kept.received_at) == (now, now + timedelta(hours=5))
    assert kept.marks == ["late"]


def test_a_door_whose_clock_is_ahead_does_not_scan_in_the_future(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store, now: datetime
):
    scan(code=pass_for(event, entry), scanned_at=now + timedelta(minutes=20))

    assert store.one(select(Scan.at)) == now


def test_after_72_hours_or_the_settlement_nothing_is_taken(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store, now: datetime, organiser: Someone
):
    late = now + timedelta(hours=72, seconds=1)
    with pytest.raises(Rejected, match="scan_too_late"):
        scan(code=pass_for(event, entry), scanned_at=now, at=late)
    with store.session() as session:
        session.get_one(Event, event.id).state = "settled"
    with pytest.raises(Rejected, match="checkin_closed"):
        scan(code=pass_for(event, entry), by=organiser.actor)
    assert store.count(Scan) == 0


def test_scans_outside_the_window_are_refused_also_when_sent_inside_it(
    scan: Scanner, event: Event, entry: RosterEntry
):
    opens, closes = event.sessions[0].opens_at, event.sessions[0].closes_at
    code = pass_for(event, entry)

    with pytest.raises(Rejected, match="checkin_not_open"):
        scan(code=code, scanned_at=opens - timedelta(seconds=1))
    with pytest.raises(Rejected, match="checkin_closed"):
        scan(code=code, scanned_at=closes + timedelta(minutes=1), at=closes + timedelta(hours=1))
    assert scan(code=code, scanned_at=opens).scanned.outcome is Outcome.ACCEPTED


def test_two_doors_are_told_of_each_other_with_both_times(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store, now: datetime, organiser: Someone
):
    code = pass_for(event, entry)
    west = a_steward(store, event, name="西门")
    scan(code=code)
    later = now + timedelta(minutes=1)
    second = scan(code=code, by=at_door(west), at=later)
    third = scan(code=code, by=organiser.actor, at=later + timedelta(minutes=1))

    assert second.scanned.outcome is Outcome.ALREADY_IN
    assert [(o.at, o.door) for o in second.others] == [(now, "东门")]
    assert [(o.at, o.door) for o in third.others] == [(now, "东门"), (later, "西门")]
    assert (
        scan(code=code, by=at_door(west), at=now + timedelta(hours=1)).others[-1].door == "王组织"
    )


def test_out_without_in_is_written_down(scan: Scanner, event: Event, entry: RosterEntry):
    answer = scan(code=pass_for(event, entry), direction=Direction.OUT)

    assert answer.scanned.outcome is Outcome.NOT_IN


def test_nobody_is_sent_away_who_waits_or_cancelled(
    scan: Scanner, event: Event, store: Store, member: Someone, other_member: Someone
):
    waiting = builders.an_entry(store, event, member.person, state="waiting")
    back = builders.an_entry(store, event, other_member.person, state="cancelled")

    assert scan(code=pass_for(event, waiting)).scanned.outcome is Outcome.PENDING
    assert scan(code=pass_for(event, back)).scanned.outcome is Outcome.ACCEPTED
    assert store.get(RosterEntry, back.id).state == "listed"


def test_who_cancelled_waits_for_the_organiser_when_the_place_is_taken(
    scan: Scanner, event: Event, store: Store, member: Someone, other_member: Someone
):
    with store.session() as session:
        session.get_one(Event, event.id).capacity = 1
    builders.an_entry(store, event, member.person)
    back = builders.an_entry(store, event, other_member.person, state="cancelled")

    assert scan(code=pass_for(event, back)).scanned.outcome is Outcome.PENDING
    kept = store.get(RosterEntry, back.id)
    assert (kept.state, kept.pending_reason) == ("pending", "over_capacity")


def test_a_badge_of_a_guest_stays_good_when_the_guest_was_found(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store
):
    guest = builders.an_entry(store, event, joined_id=entry.id)

    assert scan(code=pass_for(event, guest)).scanned.entry_id == entry.id


def test_somebody_off_the_list_walks_in_and_an_organiser_decides(
    scan: Scanner, event: Event, store: Store, organiser: Someone
):
    key = str(uuid.uuid4())
    named = Named("赵来宾", unit="某院", phone="13800001234")
    first = scan(named=named, key=key)
    again = scan(named=named, key=key)
    listed = scan(named=Named("钱来宾"), by=organiser.actor)

    assert (first.scanned.outcome, again.scanned.created) == (Outcome.PENDING, False)
    guest = store.get(RosterEntry, first.entry.id)
    assert (guest.state, guest.source, guest.pending_reason) == ("pending", "walk_in", "guest")
    assert listed.scanned.outcome is Outcome.ACCEPTED
    assert store.count(RosterEntry, RosterEntry.event_id == event.id) == 2


def test_a_member_who_walks_in_is_known_by_number_and_name_only_together(
    scan: Scanner, member: Someone, store: Store
):
    assert member.registration
    number = member.registration.number
    wrong = scan(named=Named("别人", number=number))
    right = scan(named=Named("张会员", number=number))

    assert store.get(RosterEntry, wrong.entry.id).person_id is None
    assert store.get(RosterEntry, right.entry.id).person_id == member.id
    assert right.scanned.outcome is Outcome.PENDING


def test_the_session_may_be_left_out_while_one_is_open(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store
):
    builders.a_session(store, event, title="彩排", rehearsal=True)

    assert scan(code=pass_for(event, entry), session_id=None).session.id == event.sessions[0].id
    builders.a_session(store, event, title="分会场")
    with pytest.raises(Rejected, match="session_unclear"):
        scan(code=pass_for(event, entry), session_id=None)
    with pytest.raises(NotFound):
        scan(code=pass_for(event, entry), session_id=0)


def test_a_rehearsal_counts_for_nothing(
    scan: Scanner, event: Event, entry: RosterEntry, store: Store
):
    rehearsal = builders.a_session(store, event, title="彩排", rehearsal=True)
    answer = scan(code=pass_for(event, entry), session_id=rehearsal.id)

    assert answer.scanned.outcome is Outcome.REHEARSAL
    assert store.get(RosterEntry, entry.id).inside_session_id is None


def test_the_door_takes_its_own_scan_back_within_ten_minutes(
    do: Do, scan: Scanner, event: Event, entry: RosterEntry, steward: Steward, store: Store,
    now: datetime,
):  # fmt: skip
    made = scan(code=pass_for(event, entry)).scanned.scan_id
    other = at_door(a_steward(store, event, name="西门"))
    with pytest.raises(NotFound):
        do(door.undo_scan, other, event.id, made, now=now)

    last = now + door.UNDO_WITHIN
    assert do(door.undo_scan, at_door(steward), event.id, made, now=last) is True
    assert do(door.undo_scan, at_door(steward), event.id, made, now=last) is False
    assert store.count(Correction) == 1
    assert store.get(RosterEntry, entry.id).inside_session_id is None
    assert store.count(Scan) == 1

    second = scan(code=pass_for(event, entry)).scanned
    assert second.outcome is Outcome.ACCEPTED
    with pytest.raises(Rejected, match="door_undo_too_late"):
        do(door.undo_scan, at_door(steward), event.id, second.scan_id,
           now=last + timedelta(seconds=1))  # fmt: skip


def test_a_steward_scans_here_and_nothing_else(
    app: Flask, do: Do, steward: Steward, organiser: Someone, entry: RosterEntry,
    store: Store, now: datetime,
):  # fmt: skip
    other = builders.an_event(store, organiser.person, organiser.society, around=now)
    new = door.DoorScan(key=str(uuid.uuid4()), entry_id=entry.id)
    with pytest.raises(NotFound):
        do(door.scan_at_door, at_door(steward), other.id, new, now=now)
    with app.app_context():
        event_for(at_door(steward), steward.event_id, Permission.SCAN_DOOR, now=now)
        for permission in set(Permission) - {Permission.SCAN_DOOR}:
            with pytest.raises(NotFound):
                event_for(at_door(steward), steward.event_id, permission, now=now)


def test_members_and_strangers_do_not_scan_others(
    scan: Scanner, entry: RosterEntry, member: Someone, stranger: Someone, auditor: Someone
):
    for somebody in (member, stranger):
        with pytest.raises(NotFound):
            scan(entry_id=entry.id, by=somebody.actor)
    with pytest.raises(Exception, match="not_allowed"):
        scan(entry_id=entry.id, by=auditor.actor)


def test_a_member_has_a_pass_of_events_they_are_on_the_roster_of(
    app: Flask, event: Event, entry: RosterEntry, member: Someone, other_member: Someone
):
    with app.app_context():
        _event, mine = passes.own_pass(member.actor, event.id)
        assert mine.code == pass_for(event, entry)
        for nothing in (event.id, 999):
            with pytest.raises(NotFound):
                passes.own_pass(other_member.actor, nothing)


def test_badges_are_for_who_is_listed_page_by_page(
    app: Flask, event: Event, entry: RosterEntry, organiser: Someone, member: Someone, store: Store,
    now: datetime, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    builders.an_entry(store, event)  # pending
    builders.an_entry(store, event, name="来宾甲", state="listed")
    monkeypatch.setattr(passes, "AT_ONCE", 1)

    with app.app_context():
        first = passes.badges_of(organiser.actor, event.id, page=1, now=now)
        last = passes.badges_of(organiser.actor, event.id, page=99, now=now)
        with pytest.raises(NotFound):
            passes.badges_of(member.actor, event.id, page=1, now=now)
    assert (first.total, first.pages, last.page) == (2, 2, 2)
    assert {first.passes[0].name, last.passes[0].name} == {entry.name, "来宾甲"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_the_table_of_answers(
    do: Do, event: Event, steward: Steward, member: Someone, store: Store, now: datetime,
    case: DoorCase,
):  # fmt: skip
    here, there = event.sessions[0], builders.a_session(store, event, title="分会场")
    with store.session() as session:
        session.get_one(EventSession, here.id).rehearsal = case.rehearsal
    rooms = {"here": here, "there": there, None: None}
    inside = rooms[case.inside]
    entry = builders.an_entry(
        store, event, member.person, state=case.state,
        inside_session_id=inside.id if inside else None,
    )  # fmt: skip
    early = here.opens_at + timedelta(seconds=1)
    for room in case.been:
        builders.a_scan(store, entry, rooms[room] or here, at=early)
        if rooms[room] != inside:
            builders.a_scan(store, entry, rooms[room] or here, "out", at=early)
    at = case.moment(now=now, opens=here.opens_at, closes=here.closes_at)
    new = door.DoorScan(
        str(uuid.uuid4()), Direction(case.direction), here.id, entry_id=entry.id, scanned_at=at
    )
    later = max(now, at)
    try:
        said = str(
            do(door.scan_at_door, at_door(steward), event.id, new, now=later).scanned.outcome
        )
    except Rejected as refusal:
        said = refusal.code

    assert said == case.says
