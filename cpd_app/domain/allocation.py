"""From the credits of one registration to recognised hours: counts once, deduction, year caps.

Everything is recomputed at once (250 records take a few milliseconds): a change of one record
can move the winner of a key, what a standard's deduction finds, and who gets the room under
a cap, so that "only what was touched" would be the harder thing to get right.

Records computed by different versions of the rules stand side by side. Each is cut by the caps
of its own version; what its kind or pool was given before in that year counts against them,
by whichever version it was given.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from cpd_app.domain.hours import floor_to_step
from cpd_app.domain.keys import normal_key
from cpd_app.domain.kinds import Kind, RuleSet, YearCap
from cpd_app.domain.overlap import Presence, held_by

Reason = dict[str, Any]
#: what a decision left of a record that it rejected
REJECTED = 0
Slot = tuple[Hashable, int]
"""A term and the index of one of its years."""


@dataclass(frozen=True, slots=True)
class CreditInput:
    """One record of a member as a registration sees it, in hundredths of 学时."""

    ref: Hashable
    """Whatever the caller knows the record by; comes back in the results."""
    order: int
    """Order of entry: the record number, kept by a correction."""
    kind: str
    rule_set: RuleSet
    ended_on: date
    conversion: int
    """0 while it waits for a ruling."""
    claimed: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    achievement_key: str | None = None
    term: Hashable = None
    """Any name of the term; None is outside every term."""
    year: int | None = None
    """Index of the CPD year that holds the finishing day."""
    bound_year: int | None = None
    """Year of the same term that deferred or make-up hours were bound to; counted only there."""
    intervals: tuple[tuple[datetime, datetime], ...] = ()
    """When it took place, in the local time printed on it; an event's breaks are left out."""
    from_event: bool = False
    different_from: frozenset[Hashable] = frozenset()
    """Records that the member called different in spite of the overlap."""
    awaits_ruling: bool = False
    confirmed: int | None = None
    """What a decision on a filing left of it at most (学会认定, domain.md §8); 0 = rejected."""


class Allocated(NamedTuple):
    """What a record is recognised for; `alone` is before the caps of its year."""

    alone: int
    recognised: int
    reasons: tuple[Reason, ...]
    """Why it is not the conversion: JSON objects with a `code`, in the order applied."""


@dataclass(slots=True)
class YearHours:
    """Sums of one CPD year; `groups` holds what is recognised per group of kinds."""

    recognised: int = 0
    claimed: int = 0
    groups: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Results by record and sums by (term, year index)."""

    records: Mapping[Hashable, Allocated]
    years: Mapping[Slot, YearHours]


def allocate(credits_: Iterable[CreditInput]) -> Allocation:
    """Recognised hours of all records of one registration, over all its terms.

    Order: overlap held, counts once, deduction, what a decision confirmed, year cap; deduction and
    cap given out in order of finishing day, then of entry. Reason codes: outside_term,
    needs_ruling, unknown_kind, same_activity (`other`), counts_once (`winner`), deducted
    (`hours_deducted`), confirmed, year_cap (`cap`, `pool`).
    """
    inputs = sorted(credits_, key=lambda c: (c.ended_on, c.order))
    # What a decision rejected takes part in nothing: neither a key, an overlap nor a cap.
    inside = [
        c for c in inputs if c.term is not None and c.year is not None and c.confirmed != REJECTED
    ]
    held = held_by(_presences(inside))
    winners = _winners(inside, held)
    ledger = _Ledger()
    records: dict[Hashable, Allocated] = {}
    years: dict[Slot, YearHours] = {}
    for credit in inputs:
        if credit.term is None or credit.year is None:
            outside = {"code": "outside_term", "hours": 0}
            records[credit.ref] = Allocated(credit.conversion, 0, (outside,))
            continue
        slot = (credit.term, credit.bound_year or credit.year)
        result = _given(credit, slot, held, winners, ledger)
        records[credit.ref] = result
        sums = years.setdefault(slot, YearHours())
        sums.recognised += result.recognised
        sums.claimed += credit.claimed
        if (kind := _kind(credit)) is not None:
            sums.groups[kind.group] = sums.groups.get(kind.group, 0) + result.recognised
    return Allocation(records, years)


class _Ledger:
    """What was given out so far, by year and kind, and by key."""

    def __init__(self) -> None:
        self.by_year: dict[tuple[Slot, str], list[tuple[Mapping[str, Any], int]]] = {}
        self.by_key: dict[tuple[str, str], int] = {}

    def enter(self, credit: CreditInput, slot: Slot, hours: int) -> None:
        if not hours:
            return
        self.by_year.setdefault((slot, credit.kind), []).append((credit.fields, hours))
        key = normal_key(credit.achievement_key)
        if key is not None:
            self.by_key[credit.kind, key] = self.by_key.get((credit.kind, key), 0) + hours

    def used(self, slot: Slot, kind: str, by: str | None, value: Any) -> int:
        """Hours given to a kind in a year, only those with the value where a field is named."""
        given = self.by_year.get((slot, kind), ())
        if by is None:
            return sum(hours for _, hours in given)
        return sum(hours for fields, hours in given if _value(fields, by, value) == value)


def _given(
    credit: CreditInput,
    slot: Slot,
    held: Mapping[Hashable, Hashable],
    winners: Mapping[tuple[Hashable, str], CreditInput],
    ledger: _Ledger,
) -> Allocated:
    """What one record is recognised for after those that stand before it."""
    kind = _kind(credit)
    if kind is None:
        return Allocated(0, 0, ({"code": "unknown_kind", "hours": 0},))
    reasons: list[Reason] = []
    if credit.confirmed == REJECTED:
        return Allocated(0, 0, ({"code": "confirmed", "hours": 0},))
    hours = credit.conversion
    if credit.awaits_ruling:
        hours = 0
        reasons.append({"code": "needs_ruling", "hours": 0})
    if credit.ref in held:
        hours = 0
        reasons.append({"code": "same_activity", "other": held[credit.ref], "hours": 0})
    key = normal_key(credit.achievement_key)
    if key is not None:
        winner = winners[credit.term, key] if kind.counts_once else credit
        if winner.ref != credit.ref:
            hours = 0
            reasons.append({"code": "counts_once", "winner": winner.ref, "hours": 0})
        hours = _deducted(credit, kind, key, hours, ledger, reasons)
    if credit.confirmed is not None and hours > credit.confirmed:
        # Before the caps: what it gives up, others may use. The choice of a key's winner stands.
        hours = credit.confirmed
        reasons.append({"code": "confirmed", "hours": hours})
    alone = hours
    hours = _capped(credit, kind, slot, hours, ledger, reasons)
    ledger.enter(credit, slot, hours)
    return Allocated(alone, hours, tuple(reasons))


def _deducted(
    credit: CreditInput,
    kind: Kind,
    key: str,
    hours: int,
    ledger: _Ledger,
    reasons: list[Reason],
) -> int:
    """Less what was recognised of the kind it deducts, with its key, before it."""
    spent = ledger.by_key.get((kind.deducts, key), 0) if kind.deducts is not None else 0
    if not hours or not spent or kind.deducts is None:
        return hours
    left = floor_to_step(hours - spent, credit.rule_set.step)
    reasons.append(
        {
            "code": "deducted",
            "kind": kind.deducts,
            **credit.rule_set.kinds[kind.deducts].names._asdict(),
            "hours_deducted": spent,
            "hours": left,
        }
    )
    return left


def _capped(
    credit: CreditInput,
    kind: Kind,
    slot: Slot,
    hours: int,
    ledger: _Ledger,
    reasons: list[Reason],
) -> int:
    """What the caps of the year still have room for."""
    for cap in kind.year_caps if hours else ():
        room = _room(cap, credit, slot, ledger)
        if room is None or hours <= room[1]:
            continue
        hours = floor_to_step(room[1], credit.rule_set.step)
        names = kind.names if cap.pool is None else credit.rule_set.pools[cap.pool].names
        reasons.append(
            {
                "code": "year_cap",
                "cap": room[0],
                "pool": cap.pool,
                **names._asdict(),
                "hours": hours,
            }
        )
    return hours


def _room(cap: YearCap, credit: CreditInput, slot: Slot, ledger: _Ledger) -> tuple[int, int] | None:
    """The cap that applies to a record and what is left of it in that year."""
    if cap.pool is not None:
        limit = credit.rule_set.pools[cap.pool].year_cap
        kinds = credit.rule_set.pooled(cap.pool)
        return limit, limit - sum(ledger.used(slot, kind, None, None) for kind in kinds)
    if cap.by is None:
        limit = cap.hours or 0
        return limit, limit - ledger.used(slot, credit.kind, None, None)
    value = _value(credit.fields, cap.by, next(iter(cap.values), None))
    if value not in cap.values:
        return None
    limit = cap.values[value]
    return limit, limit - ledger.used(slot, credit.kind, cap.by, value)


def _value(fields: Mapping[str, Any], by: str, like: Any) -> Any:
    """The value of a field; an absent boolean is false."""
    value = fields.get(by)
    return False if value is None and isinstance(like, bool) else value


def _kind(credit: CreditInput) -> Kind | None:
    """None where this society's table does not know the kind: the record gives nothing there."""
    return credit.rule_set.kinds.get(credit.kind)


def _presences(inside: Sequence[CreditInput]) -> list[Presence]:
    """Time-based records with times of day that are worth something by themselves."""
    return [
        Presence(c.ref, c.order, *interval, c.from_event, c.different_from)
        for c in inside
        if c.intervals
        and c.conversion > 0
        and (kind := _kind(c)) is not None
        and kind.is_timed(c.fields)
        for interval in c.intervals
    ]


def _winners(
    inside: Sequence[CreditInput], held: Mapping[Hashable, Hashable]
) -> dict[tuple[Hashable, str], CreditInput]:
    """The one record that is credited for each key of a term.

    The highest conversion, else the first in order of finishing day and entry. Held and waiting
    records enter with 0.
    """
    winners: dict[tuple[Hashable, str], CreditInput] = {}
    best: dict[tuple[Hashable, str], int] = {}
    for credit in inside:  # in order of finishing day, then of entry
        key = normal_key(credit.achievement_key)
        kind = _kind(credit)
        if key is None or kind is None or not kind.counts_once:
            continue
        worth = 0 if credit.ref in held or credit.awaits_ruling else credit.conversion
        place = (credit.term, key)
        if place not in best or worth > best[place]:
            best[place], winners[place] = worth, credit
    return winners
