"""Why a reader should look twice: questions about filed records, never verdicts (domain.md §8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

#: net minutes of one day over all records (§4 says it of one record)
MOST_MINUTES = 450
#: a lump: so many records, entered within so many days of each other, each so long after its
#: finishing day, so near to the filing [DEFAULT]
LUMP_RECORDS = 5
LUMP_DAYS = 14
LUMP_LATE_DAYS = 90
LUMP_BEFORE_DAYS = 180


class FlagKind(StrEnum):
    """What the question is about."""

    SAME_FILE = "same_file"
    SAME_ACHIEVEMENT = "same_achievement"
    TOO_MANY_MINUTES = "too_many_minutes"
    OVERLAP = "overlap"
    LUMP = "lump"
    EVENT = "event"
    LATE_ENTRY = "late_entry"


#: share of the risk, 0 … 100, that flags of a kind bring to a file: at the first, and at most
WEIGHTS: dict[FlagKind, tuple[int, int]] = {
    FlagKind.SAME_FILE: (25, 40),
    FlagKind.SAME_ACHIEVEMENT: (25, 40),
    FlagKind.TOO_MANY_MINUTES: (15, 25),
    FlagKind.OVERLAP: (10, 20),
    FlagKind.LUMP: (15, 20),
    FlagKind.EVENT: (5, 15),
    FlagKind.LATE_ENTRY: (0, 0),
}


@dataclass(frozen=True, slots=True)
class Worked:
    """What the questions about time need of a record."""

    ref: int
    started_on: date
    ended_on: date
    minutes: int | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    entered_on: date | None = None
    by_member: bool = True
    """Typed by the member; what an event or an import brought is nobody's lump."""


@dataclass(frozen=True, slots=True)
class FullDay:
    """A day whose records claim more than a day holds."""

    day: date
    minutes: int
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lump:
    """Records entered together shortly before the filing."""

    from_on: date
    to_on: date
    refs: tuple[int, ...]


def full_days(records: Iterable[Worked]) -> list[FullDay]:
    """Days on which several records together claim more than 450 minutes.

    A record over several days is taken to lie evenly on them; one record alone is refused at
    entry already (`too_many_minutes`).
    """
    by_day: dict[date, list[tuple[int, float]]] = {}
    for record in records:
        if not record.minutes:
            continue
        days = (record.ended_on - record.started_on).days + 1
        for offset in range(days):
            share = (record.ref, record.minutes / days)
            by_day.setdefault(record.started_on + timedelta(days=offset), []).append(share)
    return [
        FullDay(day, round(total), tuple(ref for ref, _m in parts))
        for day, parts in sorted(by_day.items())
        if len(parts) > 1 and (total := sum(minutes for _r, minutes in parts)) > MOST_MINUTES
    ]


def overlaps(records: Iterable[Worked]) -> list[tuple[int, int]]:
    """Pairs of records whose times of day overlap; touching is no overlap."""
    spans = sorted(
        (
            datetime.combine(r.started_on, r.starts_at),
            datetime.combine(r.ended_on, r.ends_at),
            r.ref,
        )
        for r in records
        if r.starts_at is not None and r.ends_at is not None
    )
    found = []
    for place, (_starts, ends, ref) in enumerate(spans):
        for later_starts, _later_ends, other in spans[place + 1 :]:
            if later_starts >= ends:
                break
            found.append((ref, other))
    return found


def lumps(records: Iterable[Worked], filed_on: date) -> list[Lump]:
    """Groups of late entries shortly before the filing.

    Five or more records that the member typed more than 90 days after they were finished, each at
    most 14 days after the one before, within the 180 days before the filing.
    """
    late = sorted(
        (r.entered_on, r.ref)
        for r in records
        if r.by_member
        and r.entered_on is not None
        and (r.entered_on - r.ended_on).days > LUMP_LATE_DAYS
        and 0 <= (filed_on - r.entered_on).days <= LUMP_BEFORE_DAYS
    )
    groups: list[list[tuple[date, int]]] = [late[:1]] if late else []
    for (before, _ref), entry in pairwise(late):
        if (entry[0] - before).days > LUMP_DAYS:
            groups.append([])
        groups[-1].append(entry)
    return [
        Lump(group[0][0], group[-1][0], tuple(ref for _day, ref in group))
        for group in groups
        if len(group) >= LUMP_RECORDS
    ]


def risk_of(counts: Mapping[FlagKind, int]) -> int:
    """The risk of a file for the queue's order, 0 … 100; more of a kind adds less and less."""
    total = 0
    for kind, count in counts.items():
        first, most = WEIGHTS[kind]
        total += min(most, first + (first // 3) * (count - 1)) if count > 0 else 0
    return min(100, total)


def counted(flags: Iterable[Sequence[FlagKind]]) -> dict[FlagKind, int]:
    """How many records carry a flag of each kind."""
    counts: dict[FlagKind, int] = {}
    for kinds in flags:
        for kind in set(kinds):
            counts[kind] = counts.get(kind, 0) + 1
    return counts
