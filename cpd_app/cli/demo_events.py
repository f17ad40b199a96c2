"""The demo's events, made by the use cases that people use: planned, approved, held, settled."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.demo import events as story
from cpd_app.demo.events import ToldEvent, ToldScan
from cpd_app.domain.room_codes import Direction
from cpd_app.policy import Actor
from cpd_app.usecases import (
    accounts,
    attendance,
    attendance_messages,
    event_states,
    events,
    roster,
    roster_lists,
    settlement,
    societies,
)
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.roster_entries import Named
from cpd_app.usecases.roster_lists import NewName
from cpd_app.usecases.scans import ScanToKeep, append_scan

#: who approves; nobody approves what they planned
STAFF = {"demo-elec": "auditor@demo.test", "demo-mech": "registrar@other.test"}
SYSTEM = Actor.system("cli")
#: where the course that the member is registered for takes place after all
ANOTHER_ROOM = "示范电力培训中心 301（改在南楼）"
#: guests whom no register knows
GUESTS = (("示范·来宾甲", "示范设备厂"), ("示范·来宾乙", "示范设计院"))


@dataclass(frozen=True)
class Someone:
    """Who is on a roster: as the members file has them."""

    login: str
    name: str
    number: str


def make_events(member: str, people: Sequence[Someone]) -> list[str]:
    """Make every event of the demo and say what to try; `member` is the login one signs in with."""
    now = clock.now()
    made: dict[str, int] = {}
    for told in story.told(now):
        begins = told.new.head.starts_at
        planned_at = min(now, begins) - timedelta(days=20)
        event_id = _plan(told, planned_at)
        made.setdefault(told.state, event_id)
        if told.state == "submitted":
            continue
        _approve(told, event_id, planned_at + timedelta(days=2))
        enrolled_at = planned_at + timedelta(days=4)
        entries = _enrol(told, event_id, member, people, enrolled_at)
        if told.state == "settled":
            _hold(told, event_id, entries)
        elif told.state == "open":
            _begin(told, event_id, entries, now)
        elif told.member and told.state == "approved":
            _move(told, event_id, now)
    return _tries(made)


def _tries(made: dict[str, int]) -> list[str]:
    """What to open first, by whom."""
    running, over, coming = made["open"], made["settled"], made["approved"]
    tries = (
        ("organiser@demo.test", f"/events/{running}/studio", "runs now: projector, codes, doors"),
        ("member@demo.test", f"/events/{running}", "its pass; scan the projector's code with 扫码"),
        ("member@demo.test", "/events?gap=1", "events that close this year's gap; enrol in one"),
        ("organiser@demo.test", f"/events/{over}/attendance", "settled: who came, flags, papers"),
        (
            "auditor@demo.test",
            f"/events/{made['submitted']}/approval",
            "a plan that waits for staff",
        ),
        ("anybody", f"/calendars/demo-elec.ics, /events/{coming}.ics", "for a calendar"),
    )
    return [f"{who:20} {address}  {what}" for who, address, what in tries]


def _actor(login: str) -> Actor:
    person = accounts.person_with_login(login)
    if person is None:
        raise LookupError(login)
    return actor_for(person.id, origin="cli", today=clock.today())


def _plan(told: ToldEvent, at: datetime) -> int:
    planner = _actor(told.planner)
    new = replace(told.new, society_id=societies.society_of_code(told.society).id)
    with transaction():
        event_id = events.plan_event(planner, new, now=at).event.id
    with transaction():
        event_states.submit_event(planner, event_id, now=at)
    return event_id


def _approve(told: ToldEvent, event_id: int, at: datetime) -> None:
    by_staff = STAFF[told.society] != told.planner
    approver = _actor(STAFF[told.society]) if by_staff else SYSTEM
    with transaction():
        event_states.approve_event(approver, event_id, now=at)


def _enrol(
    told: ToldEvent, event_id: int, member: str, people: Sequence[Someone], at: datetime
) -> list[int]:
    """The member by themselves, the others by the organiser's list; ids in that order."""
    entries: list[int] = []
    if told.member:
        with transaction():
            entries.append(roster.enrol(_actor(member), event_id, now=at).entry.id)
    names = [NewName(Named(one.name, one.number)) for one in people[: told.people]]
    if told.state == "settled":
        names += [NewName(Named(name, unit=unit)) for name, unit in GUESTS]
    if names:
        with transaction():
            added = roster_lists.add_names(_actor(told.planner), event_id, names, now=at)
            entries += [one.entry.id for one in added]
    return entries


def _begin(told: ToldEvent, event_id: int, entries: Sequence[int], now: datetime) -> None:
    """The event is open and two thirds have come; the member has not, so that one can try."""
    with transaction():
        event = event_states.open_event(_actor(told.planner), event_id, now=now)
        rooms = [s.id for s in event.sessions[:2]]
    came = entries[1 : 1 + 2 * len(entries) // 3]
    with transaction():
        for number, entry_id in enumerate(came):
            at = told.new.head.starts_at + timedelta(seconds=50 * number - 600)
            scan = ToldScan(number, int(number % 5 == 0), Direction.IN, at, "pass", None, None)
            _scan(rooms, entry_id, scan)
    organiser, rest = _actor(told.planner), [e for e in entries[1:] if e not in came]
    why = "示范：这一场只对本专业开放"
    with transaction():
        roster.decide(organiser, event_id, rest[-2:-1], accept=False, reason=why, now=now)
        for entry_id in rest[-1:]:
            roster.excuse(organiser, event_id, entry_id, excused=True, now=now)


def _move(told: ToldEvent, event_id: int, now: datetime) -> None:
    """It takes place in another room: whoever is registered is told."""
    head = replace(told.new.head, venue=ANOTHER_ROOM)
    with transaction():
        events.change_event(_actor(told.planner), event_id, head, version=None, now=now)


def _hold(told: ToldEvent, event_id: int, entries: Sequence[int]) -> None:
    """The day of the event, its end, the worker's arithmetic and the settlement."""
    head = told.new.head
    organiser = _actor(told.planner)
    with transaction():
        opened = head.starts_at - timedelta(hours=1)
        event = event_states.open_event(organiser, event_id, now=opened)
        rooms = [s.id for s in event.sessions]
    with transaction():
        for scan in story.scans_of(told.new, len(entries)):
            _scan(rooms, entries[scan.person], scan)
    ended = head.ends_at + timedelta(hours=2)
    with transaction():
        event_states.close_event(organiser, event_id, now=ended)
    _compute(ended)
    settled = ended + timedelta(hours=20)
    with transaction():
        settlement.settle_event(organiser, event_id, now=settled, today=settled.date())
    _compute(settled)


def _compute(now: datetime) -> None:
    done = 1
    while done:
        with transaction():
            done = attendance.settle_stale(now=now, today=clock.today())
    with transaction():
        attendance_messages.tell_receipts(now=now)


def _scan(rooms: Sequence[int], entry_id: int, scan: ToldScan) -> None:
    kept = ScanToKeep(
        session_id=rooms[scan.session],
        entry_id=entry_id,
        direction=scan.direction,
        at=scan.at,
        source=scan.source,
        once=f"demo:{entry_id}:{uuid.uuid4()}",
        code_age=scan.age,
        device=scan.device,
    )
    append_scan(SYSTEM, kept, now=scan.at)
