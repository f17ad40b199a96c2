"""Sealing the journal: a chain with a key outside the database, and heads kept outside of it.

Writers never wait for it (ADR 0006). Whoever owns the database can get round its triggers; without
the key they cannot make the chain fit again, and what they cut off at its end is missed by the
last head that was kept.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.models import JournalEntry, JournalSeal, JournalValues
from cpd_app.usecases.journal import canonical, values_hash

GENESIS = "0" * 64
#: an entry may be committed so many numbers after later ones were sealed: the longest transaction
#: (an import) stays far below it
LATE_NUMBERS = 100_000
#: seals that are checked at once
PART = 1000


@dataclass(frozen=True)
class Head:
    """The end of the chain at some moment, as it is kept outside the database."""

    sequence: int
    digest: str
    sealed_at: datetime


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: at which seal, or before or after which, and what."""

    sequence: int
    #: edited, entry_gone, seals_gone, values_edited, cut, other_head, never_sealed
    what: str
    says: str


@dataclass(frozen=True)
class JournalCheck:
    """What a check of the whole journal found."""

    sealed: int
    unsealed: int
    #: empty when the journal is whole
    faults: tuple[Fault, ...]


def seal_journal(key: bytes, *, now: datetime, limit: int = 5000) -> int:
    """Chain entries that are not chained yet; one sealer at a time. Returns how many."""
    head = last_head()
    sequence, digest = (head.sequence, head.digest) if head else (0, GENESIS)
    highest = session.scalar(select(func.max(JournalSeal.entry_id))) or 0
    waiting = session.scalars(
        select(JournalEntry)
        .where(
            # Not the whole journal: what commits late is never far behind.
            JournalEntry.id > highest - LATE_NUMBERS,
            ~select(JournalSeal).where(JournalSeal.entry_id == JournalEntry.id).exists(),
        )
        .order_by(JournalEntry.id)
        .limit(limit)
    ).all()
    for number, entry in enumerate(waiting, start=sequence + 1):
        digest = _digest(key, digest, entry, now)
        session.add(JournalSeal(sequence=number, entry_id=entry.id, sealed_at=now, digest=digest))
    return len(waiting)


def last_head() -> Head | None:
    """The end of the chain as it is now; None before the first seal."""
    last = session.scalar(select(JournalSeal).order_by(JournalSeal.sequence.desc()).limit(1))
    return Head(last.sequence, last.digest, last.sealed_at) if last else None


def verify_journal(key: bytes, heads: Iterable[Head] = ()) -> JournalCheck:
    """Walk the chain from its beginning and hold it against the heads that were kept outside.

    Finds edited, removed, inserted and reordered entries, and a chain that was cut off before the
    last head; an erased value (domain.md §11) is no fault.
    """
    kept = {head.sequence: head for head in heads}
    faults: list[Fault] = []
    digest, sequence = GENESIS, 0
    for seal, entry, values in _rows():
        if seal.sequence != sequence + 1:
            faults.append(_gone(sequence, seal.sequence))
        elif entry is not None and seal.digest != _digest(key, digest, entry, seal.sealed_at):
            faults.append(_fault(seal, "edited", "the entry, or the seal, was changed"))
        if entry is None:
            faults.append(_fault(seal, "entry_gone", "the entry was removed"))
        if values is not None and entry is not None and _differ(entry, values):
            faults.append(_fault(seal, "values_edited", "the values do not match their hash"))
        head = kept.pop(seal.sequence, None)
        if head is not None and head.digest != seal.digest:
            faults.append(
                _fault(seal, "other_head", f"not the head kept at {head.sealed_at:%F %T}")
            )
        digest, sequence = seal.digest, seal.sequence
    beyond = [head for number, head in sorted(kept.items()) if number > sequence]
    if beyond:
        lost = f"{beyond[-1].sequence} were sealed at {beyond[-1].sealed_at:%F %T}"
        faults.append(Fault(sequence, "cut", f"the journal ends here, but {lost}"))
    unsealed, forgotten = _unsealed()
    if forgotten:
        faults.append(Fault(sequence, "never_sealed", f"{forgotten} entries with old numbers"))
    return JournalCheck(sealed=sequence, unsealed=unsealed, faults=tuple(faults))


def _rows() -> Iterator[tuple[JournalSeal, JournalEntry | None, JournalValues | None]]:
    """Every seal in order, with what it seals; a part at a time, since a journal is long."""
    last = 0
    while True:
        part = session.execute(
            select(JournalSeal, JournalEntry, JournalValues)
            .outerjoin(JournalEntry, JournalEntry.id == JournalSeal.entry_id)
            .outerjoin(JournalValues, JournalValues.entry_id == JournalEntry.id)
            .where(JournalSeal.sequence > last)
            .order_by(JournalSeal.sequence)
            .limit(PART)
        ).all()
        if not part:
            return
        for seal, entry, values in part:
            last = seal.sequence
            yield seal, entry, values
        session.expunge_all()  # none of it is looked at twice


def _unsealed() -> tuple[int, int]:
    """How many entries wait for the worker, and how many it will never find."""
    highest = session.scalar(select(func.max(JournalSeal.entry_id))) or 0
    without = (
        select(func.count())
        .select_from(JournalEntry)
        .where(~select(JournalSeal).where(JournalSeal.entry_id == JournalEntry.id).exists())
    )
    unsealed = session.scalar(without) or 0
    forgotten = session.scalar(without.where(JournalEntry.id <= highest - LATE_NUMBERS)) or 0
    return unsealed, forgotten


def _gone(last: int, next_one: int) -> Fault:
    return Fault(next_one, "seals_gone", f"seals {last + 1} to {next_one - 1} were removed")


def _fault(seal: JournalSeal, what: str, says: str) -> Fault:
    return Fault(seal.sequence, what, says)


def _differ(entry: JournalEntry, values: JournalValues) -> bool:
    return values_hash(values.salt, values.values) != entry.values_hash


def _digest(key: bytes, before: str, entry: JournalEntry, sealed_at: datetime) -> str:
    parts = [
        before,
        sealed_at.isoformat(),
        entry.id,
        entry.at.isoformat(),
        entry.actor_id,
        entry.origin,
        entry.society_id,
        entry.verb,
        entry.object_type,
        entry.object_id,
        entry.data,
        entry.values_hash,
    ]
    return hmac.new(key, canonical(parts).encode(), hashlib.sha256).hexdigest()
