"""Flags of a filed record: each says why to look twice, and leads to the other side (domain.md §8).

A member of another society shows only as that; the federation gets both references (§11).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, or_, select

from cpd_app.db import session
from cpd_app.domain.filed_flags import (
    FlagKind,
    Worked,
    counted,
    full_days,
    lumps,
    overlaps,
    risk_of,
)
from cpd_app.domain.keys import normal_key
from cpd_app.models import (
    Activity,
    Credit,
    CrossMatch,
    Evidence,
    File,
    FileProgress,
    Filing,
    Registration,
    SnapshotRecord,
)
from cpd_app.usecases.audit_access import settings_of
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.filed_records import Reading, reading_of
from cpd_app.usecases.matches import outcomes_of

#: marks of attendance that ask for a look
OF_EVENTS = frozenset({"late", "static_code", "flagged"})
SHARED = (FlagKind.SAME_FILE, FlagKind.SAME_ACHIEVEMENT)


@dataclass(frozen=True, slots=True)
class OtherSide:
    """A record of somebody else that holds the same file or achievement."""

    person_id: int
    registration_id: int
    society_id: int
    number: str
    activity_id: int
    name: str = ""


@dataclass(frozen=True)
class Flag:
    """One question about a record."""

    kind: FlagKind
    #: numbers and days for its sentence
    values: Mapping[str, Any] = field(default_factory=dict)
    #: members of the reader's own society on the other side
    others: tuple[OtherSide, ...] = ()
    #: members of other societies: only how many
    elsewhere: int = 0
    #: other records of the same file
    records: tuple[int, ...] = ()
    #: what was settled with the other society: same, different (domain/matches.py)
    settled: str | None = None


def flags_of(filing: Filing, records: Sequence[SnapshotRecord]) -> dict[int, list[Flag]]:
    """The flags of each record; a fixed number of statements. `records` come with contents."""
    found: dict[int, list[Flag]] = {r.id: [] for r in records}
    shared = shared_of(filing.person_id, records)
    names = names_of({o.person_id for sides in shared.values() for o in sides
                      if o.society_id == filing.society_id})  # fmt: skip
    settled = outcomes_of(filing.registration_id) if shared else {}
    for (kind, ref), sides in shared.items():
        own = {o.registration_id: o for o in sides if o.society_id == filing.society_id}
        here = {o.person_id for o in own.values()}
        elsewhere = {o.person_id for o in sides} - here
        others = tuple(
            OtherSide(o.person_id, o.registration_id, o.society_id, o.number, o.activity_id,
                      names.get(o.person_id, ""))
            for o in own.values()
        )  # fmt: skip
        values = {"people": len(here) + len(elsewhere)}
        said = settled.get(kind, ()) if elsewhere else ()
        outcome = next(iter(said)) if len(said) == 1 else None
        found[ref].append(Flag(kind, values, others, len(elsewhere), settled=outcome))
    _add_times(found, filing, records)
    for record in records:
        marks = set(record.marks)
        if marks & OF_EVENTS:
            found[record.id].append(Flag(FlagKind.EVENT, {"marks": sorted(marks & OF_EVENTS)}))
        if "late_entry" in marks:
            found[record.id].append(Flag(FlagKind.LATE_ENTRY))
    return found


def shared_of(
    person_id: int, records: Sequence[SnapshotRecord]
) -> dict[tuple[FlagKind, int], list[OtherSide]]:
    """Whose records hold the same bytes or the same achievement: two statements."""
    by_hash: dict[str, list[int]] = {}
    by_key: dict[str, list[int]] = {}
    for record in records:
        content = record.content or {}
        for paper in content.get("evidence", ()):
            by_hash.setdefault(paper["original_hash"], []).append(record.id)
        key = normal_key(content.get("achievement_key"))
        if key:
            by_key.setdefault(key, []).append(record.id)
    found: dict[tuple[FlagKind, int], list[OtherSide]] = {}
    for kind, wanted, statement in (
        (FlagKind.SAME_FILE, by_hash, _same_files(person_id, by_hash)),
        (FlagKind.SAME_ACHIEVEMENT, by_key, _same_achievements(person_id, by_key)),
    ):
        for what, *side in session.execute(statement) if wanted else ():
            for ref in wanted[what]:
                found.setdefault((kind, ref), []).append(OtherSide(*side))
    return found


def _same_files(person_id: int, hashes: Iterable[str]) -> "Select[Any]":
    return (
        select(File.original_hash, *_side(File.person_id))
        .distinct()
        .join(Evidence, Evidence.file_id == File.id)
        .join(Credit, Credit.activity_id == Evidence.activity_id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(
            File.original_hash.in_(list(hashes)),
            File.person_id != person_id,
            File.state != "purged",
        )
        .order_by(Registration.id, Credit.activity_id)
    )


def _same_achievements(person_id: int, keys: Iterable[str]) -> "Select[Any]":
    return (
        select(Activity.achievement_norm, *_side(Activity.person_id))
        .join(Credit, Credit.activity_id == Activity.id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(
            Activity.achievement_norm.in_(list(keys)),
            Activity.person_id != person_id,
            Activity.state == "recorded",
        )
        .order_by(Registration.id, Credit.activity_id)
    )


def _side(person: Any) -> tuple[Any, ...]:
    return (
        person,
        Registration.id,
        Registration.society_id,
        Registration.number,
        Credit.activity_id,
    )


def _add_times(
    found: dict[int, list[Flag]], filing: Filing, records: Sequence[SnapshotRecord]
) -> None:
    worked = _worked(records)
    for full in full_days(worked):
        for ref in full.refs:
            others = tuple(r for r in full.refs if r != ref)
            values = {"day": full.day, "minutes": full.minutes}
            found[ref].append(Flag(FlagKind.TOO_MANY_MINUTES, values, records=others))
    beside: dict[int, list[int]] = {}
    for one, other in overlaps(worked):
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    for ref, rivals in beside.items():
        found[ref].append(Flag(FlagKind.OVERLAP, records=tuple(rivals)))
    filed_on = min((s.taken_on for s in filing.snapshots), default=date.max)
    for lump in lumps(worked, filed_on):
        values = {"from_on": lump.from_on, "to_on": lump.to_on, "count": len(lump.refs)}
        for ref in lump.refs:
            found[ref].append(Flag(FlagKind.LUMP, values))


def _worked(records: Sequence[SnapshotRecord]) -> list[Worked]:
    entered = {
        row.id: row
        for row in session.execute(
            select(Activity.id, Activity.entered_on, Activity.source).where(
                Activity.id.in_([r.activity_id for r in records])
            )
        )
    }
    made = []
    for record in records:
        content = record.content
        if content is None:
            continue
        known = entered.get(record.activity_id)
        minutes = content["fields"].get("minutes")
        made.append(
            Worked(
                ref=record.id,
                started_on=date.fromisoformat(content["started_on"]),
                ended_on=record.ended_on,
                minutes=minutes if isinstance(minutes, int) else None,
                starts_at=_time(content.get("starts_at_time")),
                ends_at=_time(content.get("ends_at_time")),
                entered_on=known.entered_on if known else None,
                by_member=bool(known and known.source == "self"),
            )
        )
    return made


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def rate_filing(filing: Filing, *, now: datetime) -> Reading:
    """Compute risk and progress of a file for the queue, and tell the federation of matches.

    To be called when it was filed or got a supplement; the queue calls it for those it finds
    unrated.
    """
    reading = reading_of(filing.id, settings_of(filing.society_id), whole=True)
    flags = flags_of(filing, reading.records)
    counts = counted([f.kind for f in of_record] for of_record in flags.values())
    filing.risk = risk_of(counts)
    row = session.get(FileProgress, filing.id) or FileProgress(filing_id=filing.id)
    row.snapshots, row.records = reading.snapshots, len(reading.records)
    row.needed, row.judged = reading.needed, reading.done
    row.flags = {str(kind): count for kind, count in counts.items()}
    row.rated_at = now
    session.add(row)
    _note_matches(filing, reading.records, now=now)
    return reading


def _note_matches(filing: Filing, records: Sequence[SnapshotRecord], *, now: datetime) -> None:
    sides = {
        (str(kind), o.registration_id): o
        for (kind, _ref), others in shared_of(filing.person_id, records).items()
        for o in others
        if o.society_id != filing.society_id
    }
    if not sides:
        return
    known = _known_matches(filing.registration_id)
    session.add_all(
        CrossMatch(
            kind=kind,
            filing_id=filing.id,
            registration_id=filing.registration_id,
            society_id=filing.society_id,
            other_registration_id=other.registration_id,
            other_society_id=other.society_id,
            found_at=now,
        )
        for (kind, registration_id), other in sides.items()
        if (kind, registration_id) not in known
    )


def _known_matches(registration_id: int) -> set[tuple[str, int]]:
    """Kind and other registration of what was found before, from whichever side."""
    one, other = CrossMatch.registration_id, CrossMatch.other_registration_id
    rows = session.execute(
        select(CrossMatch.kind, one, other).where(
            or_(one == registration_id, other == registration_id)
        )
    )
    return {(kind, b if a == registration_id else a) for kind, a, b in rows}
