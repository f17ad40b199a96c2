"""Flags of an event's people: what the scans of others and other events say about theirs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.agenda import Span
from cpd_app.domain.attendance_flags import (
    MANY_ON_ONE_DEVICE,
    OLD_CODE_SECONDS,
    Flag,
    burst_of,
    flags_of,
    people_on_devices,
)
from cpd_app.domain.presence import Attended
from cpd_app.models import Attendance, Event, File, RosterEntry, Scan, Statement
from cpd_app.usecases.attendance_facts import BY_ORGANISER, EntryFacts, arrival_of
from cpd_app.usecases.files import FileState

_OTHER_FILE = aliased(File)
_OTHER_STATEMENT = aliased(Statement)


@dataclass
class Around:
    """What stands around the scans of some people: their devices, bursts, other events."""

    on_device: dict[str, int] = field(default_factory=dict)
    bursts: dict[int, int] = field(default_factory=dict)
    #: person -> stretches of presence in other events
    elsewhere: dict[int, list[Span]] = field(default_factory=dict)
    #: entries of this event that share a device or a burst with them -> how many people that is
    others: dict[int, int] = field(default_factory=dict)
    #: entries with a statement whose file was used elsewhere too
    same_file: set[int] = field(default_factory=set)
    #: entries of other events, by person
    entries_elsewhere: dict[int, list[int]] = field(default_factory=dict)


def around(
    event: Event, facts: Mapping[int, EntryFacts], people: Mapping[int, int | None]
) -> Around:
    """Read it for some entries of an event; `people`: entry -> person."""
    found = Around()
    devices = {a.device for f in facts.values() for a in f.arrivals if a.device}
    _read_devices(event, devices, found)
    if any(a.is_old for f in facts.values() for a in f.arrivals):
        _read_bursts(event, found)
    for entry_id in facts:
        found.others.pop(entry_id, None)
    found.same_file = set(_roots(_with_used_files(event)).values())
    _read_elsewhere(event, [p for p in people.values() if p is not None], found)
    return found


def flags_for(
    entry_id: int, person_id: int | None, facts: EntryFacts, found: Attended, near: Around
) -> list[dict[str, Any]]:
    """The flags of one entry."""
    return flags_of(
        entry_id,
        facts.arrivals,
        oneself=person_id,
        on_device=near.on_device,
        bursts=near.bursts,
        here=stretches(found),
        elsewhere=near.elsewhere.get(person_id or 0, []),
        same_file=entry_id in near.same_file,
        missing_in=found.missing_in,
    )


def stretches(found: Attended) -> list[Span]:
    """When somebody was in a room, credited or not."""
    return [(s.in_at, s.out_at) for s in found.stays if s.out_at is not None]


def look_again(
    near: Around, flagged: Iterable[tuple[int | None, Sequence[Any]]], now: datetime
) -> None:
    """Have others computed again whose flags are not what these scans make them.

    `flagged`: person and flags of those just computed. Whoever is being scanned at this moment is
    passed over: they are computed again anyway.
    """
    wanted = set(_outdated(near.others, _kept_flags(near.others)))
    for person_id, flags in flagged:
        if any(f["code"] == Flag.TWO_ROOMS for f in flags) and person_id is not None:
            entries = near.entries_elsewhere.get(person_id, [])
            wanted |= {e for e, kept in _kept_flags(entries).items() if not _has_two(kept)}
    if wanted:
        _mark_stale(wanted, now=now)


def _mark_stale(entry_ids: Collection[int], *, now: datetime) -> None:
    """Have entries computed again, but for those that are being scanned or computed already."""
    free = session.scalars(
        select(RosterEntry.id)
        .where(RosterEntry.id.in_(sorted(entry_ids)), RosterEntry.stale_at.is_(None))
        .order_by(RosterEntry.id)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    session.execute(
        update(RosterEntry)
        .where(RosterEntry.id.in_(free))
        .values(stale_at=now)
        .execution_options(synchronize_session=False)
    )


def _read_devices(event: Event, devices: set[str], found: Around) -> None:
    if not devices:
        return
    scans = session.scalars(
        select(Scan).where(
            Scan.event_id == event.id,
            Scan.device.in_(devices),
            Scan.source.not_in(BY_ORGANISER),
        )
    ).all()
    family = _roots({s.entry_id for s in scans})
    arrivals = [arrival_of(s, family[s.entry_id]) for s in scans]
    found.on_device = people_on_devices(arrivals)
    for arrival in arrivals:
        people = found.on_device.get(arrival.device or "", 0)
        if people >= MANY_ON_ONE_DEVICE:
            found.others[arrival.person] = max(people, found.others.get(arrival.person, 0))


def _read_bursts(event: Event, found: Around) -> None:
    old = session.scalars(
        select(Scan).where(Scan.event_id == event.id, Scan.code_age > OLD_CODE_SECONDS)
    ).all()
    family = _roots({s.entry_id for s in old})
    found.bursts = burst_of(arrival_of(s, family[s.entry_id]) for s in old)
    for person, people in found.bursts.items():
        found.others.setdefault(person, people)


def have_looked_at(statement: Statement, *, now: datetime) -> None:
    """Have those computed again whose statements share this one's file; its own entry too."""
    same = select(Statement.entry_id).where(
        Statement.file_id.in_(
            select(_OTHER_FILE.id)
            .join(File, File.original_hash == _OTHER_FILE.original_hash)
            .where(File.id == statement.file_id)
        )
    )
    _mark_stale(session.scalars(same).all(), now=now)


def _with_used_files(event: Event) -> set[int]:
    """Entries of an event with a statement whose file somebody else holds, or another event has."""
    others = (
        select(_OTHER_FILE.id)
        .where(
            _OTHER_FILE.original_hash == File.original_hash,
            _OTHER_FILE.person_id != File.person_id,
            _OTHER_FILE.state != FileState.PURGED,
        )
        .exists()
    )
    again = (
        select(_OTHER_STATEMENT.id)
        .where(
            _OTHER_STATEMENT.file_id == Statement.file_id,
            _OTHER_STATEMENT.event_id != Statement.event_id,
        )
        .exists()
    )
    used = (
        select(Statement.entry_id)
        .join(File, File.id == Statement.file_id)
        .where(Statement.event_id == event.id, or_(others, again))
    )
    return set(session.scalars(used))


def _roots(entry_ids: set[int]) -> dict[int, int]:
    """Which entry each of them counts for: itself, or the one that stands for it."""
    rows = session.execute(
        select(RosterEntry.id, RosterEntry.joined_id).where(RosterEntry.id.in_(entry_ids))
    )
    roots = {row.id: row.joined_id or row.id for row in rows}
    further = {root for root in roots.values() if root not in roots}
    beyond = _roots(further) if further else {}
    return {entry: beyond.get(root, roots.get(root, root)) for entry, root in roots.items()}


def _read_elsewhere(event: Event, person_ids: list[int], found: Around) -> None:
    rows = session.execute(
        select(RosterEntry.person_id, Attendance.entry_id, Attendance.presence)
        .join(Attendance, Attendance.entry_id == RosterEntry.id)
        .where(
            RosterEntry.person_id.in_(person_ids),
            Attendance.event_id != event.id,
            Attendance.first_in_at < event.ends_at,
            Attendance.last_out_at > event.starts_at,
        )
    )
    for person_id, entry_id, presence in rows:
        spans = [
            (datetime.fromisoformat(s["in"]), datetime.fromisoformat(s["out"]))
            for s in presence
            if s["out"] is not None
        ]
        found.elsewhere.setdefault(person_id, []).extend(spans)
        found.entries_elsewhere.setdefault(person_id, []).append(entry_id)


def _kept_flags(entry_ids: Iterable[int]) -> dict[int, list[Any]]:
    rows = session.execute(
        select(Attendance.entry_id, Attendance.flags).where(
            Attendance.entry_id.in_(list(entry_ids))
        )
    )
    return {row.entry_id: row.flags for row in rows}


def _outdated(people: Mapping[int, int], kept: Mapping[int, list[Any]]) -> Iterable[int]:
    """Whose kept flags name fewer people than there are now; who has no attendance yet is due."""
    for entry_id, flags in kept.items():
        said = max((f.get("people", 0) for f in flags), default=0)
        if said < people[entry_id]:
            yield entry_id


def _has_two(flags: Sequence[Any]) -> bool:
    return any(f["code"] == Flag.TWO_ROOMS for f in flags)
