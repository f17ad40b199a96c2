"""Attendance as organisers, staff, members and machines read it: lines, one person, one's own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.assurance import BY_PRESENCE
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.attendance_flags import Flag
from cpd_app.domain.errors import NotAllowed, NotFound
from cpd_app.domain.numbers import login_key, number_key
from cpd_app.domain.presence import Attended
from cpd_app.models import (
    Activity,
    Attendance,
    Correction,
    Event,
    RosterEntry,
    Scan,
    Statement,
    Steward,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.attendance import attended_of
from cpd_app.usecases.attendance_facts import (
    EventFacts,
    facts_of_entries,
    facts_of_event,
    families_of,
)
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_visibility import entry_of

PAGE = 100


@dataclass(frozen=True)
class Light:
    """One person of an event, as far as filters and counts go."""

    entry_id: int
    name: str
    number: str | None
    unit: str | None
    state: str
    excused: bool
    inside: bool
    here: bool
    minutes: int
    hours: int
    missing_out: bool
    marks: tuple[str, ...]
    flags: tuple[Mapping[str, Any], ...]
    held: str | None
    corrected: bool
    said: bool

    @property
    def codes(self) -> frozenset[str]:
        """Codes of its flags."""
        return frozenset(str(flag["code"]) for flag in self.flags)

    @property
    def to_look_at(self) -> bool:
        """Whether somebody should look."""
        return bool(self.flags) or self.missing_out or self.said or (
            self.here and self.state == "pending"
        )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One person with their presence at this moment."""

    light: Light
    attended: Attended
    letter: str | None


@dataclass(frozen=True)
class Table:
    """What a filter shows of an event's attendance, a page of it."""

    event: Event
    facts: EventFacts
    lines: list[Line]
    #: filter -> how many it shows; only those that show somebody
    counts: dict[str, int]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Happened:
    """One scan, correction or statement of a person, for the story of their day."""

    at: datetime
    scan: Scan | None = None
    correction: Correction | None = None
    statement: Statement | None = None
    #: steward or person who did it
    by: str = ""
    by_id: int | None = None
    void: bool = False


@dataclass(frozen=True)
class Person:
    """Everything about one person's attendance."""

    event: Event
    facts: EventFacts
    entry: RosterEntry
    line: Line
    attendance: Attendance | None
    story: list[Happened] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


FILTERS: dict[str, Callable[[Light], bool]] = {
    "all": lambda one: one.here,
    "look": lambda one: one.to_look_at,
    "missing_out": lambda one: one.missing_out,
    Flag.ONE_DEVICE.value: lambda one: Flag.ONE_DEVICE in one.codes,
    Flag.OLD_CODE.value: lambda one: bool({Flag.OLD_CODE, Flag.BURST} & one.codes),
    Flag.TWO_ROOMS.value: lambda one: Flag.TWO_ROOMS in one.codes,
    Flag.SELF_SCAN.value: lambda one: Flag.SELF_SCAN in one.codes,
    Flag.SAME_FILE.value: lambda one: Flag.SAME_FILE in one.codes,
    Flag.MISSING_IN.value: lambda one: Flag.MISSING_IN in one.codes,
    "said": lambda one: one.said,
    "pending": lambda one: one.here and one.state == "pending",
    "corrected": lambda one: one.corrected,
    "inside": lambda one: one.inside,
    "absent": lambda one: not one.here and one.state == "listed",
}


def attendance_table(
    actor: Actor,
    event_id: int,
    *,
    wanted: str = "all",
    text: str = "",
    page: int = 1,
    at_once: int = PAGE,
    now: datetime,
) -> Table:
    """The attendance of an event by filter and search, with the presence of this moment."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    everybody = _everybody(event, RosterEntry.state != "cancelled", now=now)
    counts = {name: sum(map(fits, everybody)) for name, fits in FILTERS.items()}
    fits = FILTERS.get(wanted, FILTERS["all"])
    found = [one for one in everybody if fits(one) and _matches(one, text)]
    pages = max(1, -(-len(found) // at_once))
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * at_once : page * at_once]
    facts = facts_of_event(event, now=now)
    return Table(
        event=event,
        facts=facts,
        lines=_lines(facts, shown),
        counts={name: count for name, count in counts.items() if count or name == "all"},
        total=len(found),
        page=page,
        pages=pages,
    )


def attendance_of_entry(actor: Actor, event_id: int, entry_id: int, *, now: datetime) -> Person:
    """One person's attendance with everything that happened, for those who run the event."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    entry = session.get(RosterEntry, entry_id)
    if entry is None or entry.event_id != event.id:
        raise NotFound
    while entry.joined_id is not None:
        entry = session.get_one(RosterEntry, entry.joined_id)
    return _person(event, entry, now=now)


def own_attendance(actor: Actor, event_id: int, *, now: datetime) -> Person:
    """The actor's own attendance; NotFound when they are on no list of the event."""
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    if actor.person_id is None:
        raise NotAllowed
    event = session.get(Event, event_id)
    entry = entry_of(event_id, actor.person_id)
    if event is None or entry is None:
        raise NotFound
    while entry.joined_id is not None:
        entry = session.get_one(RosterEntry, entry.joined_id)
    return _person(event, entry, now=now)


def _everybody(event: Event, *conditions: Any, now: datetime) -> list[Light]:
    running = {s.id for s in event.sessions if event.state == "open" and now < s.closes_at}
    corrected = _entries_with(Correction, event)
    said = _entries_with(Statement, event, Statement.state == "open")
    rows = session.execute(
        select(
            RosterEntry.id,
            RosterEntry.name,
            RosterEntry.number,
            RosterEntry.unit,
            RosterEntry.state,
            RosterEntry.excused,
            RosterEntry.inside_session_id,
            Attendance.first_in_at,
            Attendance.minutes,
            Attendance.hours,
            Attendance.missing_out,
            Attendance.marks,
            Attendance.flags,
            Attendance.held,
        )
        .outerjoin(Attendance, Attendance.entry_id == RosterEntry.id)
        .where(RosterEntry.event_id == event.id, RosterEntry.joined_id.is_(None), *conditions)
        .order_by(RosterEntry.id)
    )
    return [
        Light(
            entry_id=row.id,
            name=row.name,
            number=row.number,
            unit=row.unit,
            state=row.state,
            excused=row.excused,
            inside=row.inside_session_id in running,
            here=_was_here(row),
            minutes=row.minutes or 0,
            hours=row.hours or 0,
            missing_out=bool(row.missing_out),
            marks=tuple(row.marks or ()),
            flags=tuple(row.flags or ()),
            held=row.held,
            corrected=row.id in corrected,
            said=row.id in said,
        )
        for row in rows
    ]


def _was_here(row: Any) -> bool:
    """Inside now, or seen before; a check-out alone is seen too, and flagged."""
    return row.inside_session_id is not None or row.first_in_at is not None or bool(row.flags)


def _entries_with(table: Any, event: Event, *conditions: Any) -> set[int]:
    rows = select(table.entry_id).where(table.event_id == event.id, *conditions)
    return set(session.scalars(rows.distinct()))


def _matches(one: Light, text: str) -> bool:
    wanted = text.strip()
    if not wanted:
        return True
    by_number = number_key(wanted) in number_key(one.number or "")
    return by_number or login_key(wanted) in login_key(one.name)


def _lines(facts: EventFacts, shown: Sequence[Light]) -> list[Line]:
    ids = [one.entry_id for one in shown]
    people = {e.id: e for e in session.scalars(select(RosterEntry).where(RosterEntry.id.in_(ids)))}
    found = facts_of_entries(families_of(ids)) if ids else {}
    lines = []
    for one in shown:
        presence = attended_of(facts, found[one.entry_id], people[one.entry_id])
        lines.append(Line(one, presence, letter_of(presence.proof, one.minutes)))
    return lines


def letter_of(proof: int | None, minutes: int) -> str | None:
    """The letter of attendance that came to something."""
    return BY_PRESENCE[Proof(proof)].value if proof is not None and minutes else None


def _person(event: Event, entry: RosterEntry, *, now: datetime) -> Person:
    facts = facts_of_event(event, now=now)
    light = _everybody(event, RosterEntry.id == entry.id, now=now)[0]
    family = list(families_of([entry.id]))
    statements = session.scalars(
        select(Statement).where(Statement.entry_id.in_(family)).order_by(Statement.id.desc())
    ).all()
    return Person(
        event=event,
        facts=facts,
        entry=entry,
        line=_lines(facts, [light])[0],
        attendance=session.get(Attendance, entry.id),
        story=_story(family, statements),
        statements=list(statements),
    )


def _story(family: Collection[int], statements: Sequence[Statement]) -> list[Happened]:
    """Scans, corrections and statements in order of time, with who made them."""
    scans = session.execute(
        select(Scan, Steward.name)
        .outerjoin(Steward, Steward.id == Scan.steward_id)
        .where(Scan.entry_id.in_(family))
    ).all()
    corrections = session.scalars(select(Correction).where(Correction.entry_id.in_(family))).all()
    void = {c.scan_id for c in corrections if c.scan_id is not None}
    happened = [
        Happened(scan.at, scan=scan, by=steward or "", by_id=scan.by_id, void=scan.id in void)
        for scan, steward in scans
    ]
    happened += [Happened(c.at, correction=c, by_id=c.by_id) for c in corrections]
    happened += [Happened(s.created_at, statement=s, by_id=s.person_id) for s in statements]
    return sorted(happened, key=lambda h: h.at)


def traces_of(table: Table) -> dict[int, list[Any]]:
    """The steps of the conversions that a table shows, by entry."""
    ids = [line.light.entry_id for line in table.lines]
    rows = select(Attendance.entry_id, Attendance.trace).where(Attendance.entry_id.in_(ids))
    return {row.entry_id: row.trace for row in session.execute(rows)}


def presence_behind(activity: Activity) -> tuple[Event, Attendance] | None:
    """The attendance that made a record, for whoever may read the record."""
    if activity.event_id is None:
        return None
    attendance = session.scalar(select(Attendance).where(Attendance.activity_id == activity.id))
    return (session.get_one(Event, activity.event_id), attendance) if attendance else None
