"""What stands in a member's private calendar, as dates and codes; words come later.

Sources: domain.md §10; RFC 5545 §3.8.7.4 (SEQUENCE), §3.8.1.11 (STATUS).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from cpd_app.domain.canonical import canonical_json
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.years import Verdict

#: what is over stays in the calendar for so long
KEPT = timedelta(days=366)
#: what is no longer to be done is told as cancelled for so long, then left out
TOLD_AS_CANCELLED = timedelta(days=30)


class ItemKind(StrEnum):
    """What an entry of the calendar is about."""

    EVENT = "event"
    RETURN = "return"
    YEAR_END = "year_end"
    WINDOW = "window"
    EXPIRY = "expiry"


#: days before, at nine in the morning, on which a calendar reminds
ALARMS: Mapping[ItemKind, tuple[int, ...]] = {
    ItemKind.RETURN: (3, 1),
    ItemKind.YEAR_END: (30, 7),
    ItemKind.WINDOW: (0,),
    ItemKind.EXPIRY: (90, 30),
}


@dataclass(frozen=True)
class Item:
    """One entry: what it says, and the day it is about (None: an event, whose times are values)."""

    key: str
    kind: ItemKind
    #: plain JSON
    values: dict[str, Any] = field(default_factory=dict)
    on: date | None = None
    #: no longer to be done
    cancelled: bool = False
    #: not sure yet: a place that is not confirmed
    tentative: bool = False
    #: days before on which to remind
    alarms: tuple[int, ...] = ()
    #: SEQUENCE that calendars know it by already, from another file
    sequence: int = 0

    def digest(self, locale: str) -> str:
        """SHA-256 of what it says in a language; reminders do not make it another entry."""
        day = self.on.isoformat() if self.on else None
        said = [self.values, day, self.cancelled, self.tentative, locale]
        return sha256(canonical_json(said)).hexdigest()


@dataclass(frozen=True)
class Told:
    """What the calendar last said of an entry."""

    digest: str
    sequence: int
    changed_at: datetime
    gone_at: datetime | None = None


@dataclass(frozen=True)
class Said:
    """An entry as the calendar says it now, and whether that is news."""

    item: Item
    told: Told
    is_news: bool


def said_now(
    items: Iterable[Item], before: Mapping[str, Told], *, locale: str, now: datetime
) -> list[Said]:
    """The entries with their SEQUENCE, which grows when one says something else than before.

    What was cancelled before it was ever told is not told at all; what was told is said to be
    cancelled for 30 days.
    """
    said = []
    for item in items:
        known, digest = before.get(item.key), item.digest(locale)
        if item.cancelled and (known is None or _long_gone(known, now)):
            continue
        if known is not None and known.digest == digest:
            said.append(Said(item, known, is_news=False))
            continue
        sequence = item.sequence if known is None else max(known.sequence + 1, item.sequence)
        gone_at = now if item.cancelled else None
        said.append(Said(item, Told(digest, sequence, now, gone_at), is_news=True))
    return said


def year_ends(
    term_id: int, years: Iterable[YearProgress], *, number: str, cancelled: bool, today: date
) -> list[Item]:
    """The last day of each CPD year of a term, with what is missing (hundredths of 学时)."""
    return [
        Item(
            f"year-end-{term_id}-{year.index}",
            ItemKind.YEAR_END,
            {"number": number, "year": year.index, **_how(year)},
            year.last_on,
            cancelled=cancelled,
            alarms=ALARMS[ItemKind.YEAR_END] if _how(year)["how"] == "missing" else (),
        )
        for year in years
        if year.last_on > today - KEPT
    ]


def term_days(
    term_id: int, *, opens_on: date, last_on: date, number: str, filed: bool, cancelled: bool
) -> list[Item]:
    """The day from which a term's renewal can be filed, and the certificate's last day."""
    values = {"number": number, "last_on": last_on.isoformat()}
    return [
        Item(
            f"window-{term_id}",
            ItemKind.WINDOW,
            values,
            opens_on,
            cancelled=cancelled,
            alarms=() if filed else ALARMS[ItemKind.WINDOW],
        ),
        Item(
            f"expiry-{term_id}",
            ItemKind.EXPIRY,
            {**values, "filed": filed},
            last_on,
            cancelled=cancelled,
            alarms=() if filed else ALARMS[ItemKind.EXPIRY],
        ),
    ]


def return_day(
    return_id: int, due_on: date, *, number: str, provisional: bool, closed: bool
) -> Item:
    """The last day for answering a returned file."""
    return Item(
        f"return-{return_id}",
        ItemKind.RETURN,
        {"number": number, "provisional": provisional},
        due_on,
        cancelled=closed,
        alarms=ALARMS[ItemKind.RETURN],
    )


def _how(year: YearProgress) -> dict[str, Any]:
    """Met, waived, ahead (with what it will ask), missing: without the pace, which moves daily."""
    if year.verdict in {Verdict.MET, Verdict.WAIVED}:
        return {"how": year.verdict.value, "hours": 0}
    if year.verdict is Verdict.AHEAD:
        return {"how": "ahead", "hours": year.required}
    return {"how": "missing", "hours": year.missing}


def _long_gone(known: Told, now: datetime) -> bool:
    return known.gone_at is not None and now - known.gone_at > TOLD_AS_CANCELLED
