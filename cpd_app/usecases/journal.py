"""The only writer of the journal, the worker's sealing of it, and its check."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Insert, Table, bindparam, func, insert, select

from cpd_app.db import session
from cpd_app.models import JournalEntry, JournalSeal, JournalValues
from cpd_app.policy import Actor

GENESIS = "0" * 64
_ENTRIES = cast("Table", JournalEntry.__table__)
_COLUMNS: dict[str, ColumnElement[Any]] = {
    c.name: bindparam(f"journal_{c.name}", type_=c.type) for c in _ENTRIES.c if c.name != "id"
}
#: one entry, with the parameters of `entry` and `journal_object_id`
WRITE = insert(_ENTRIES).values(_COLUMNS)


def record(
    actor: Actor,
    verb: str,
    object_type: str,
    object_id: int | None,
    *,
    now: datetime,
    society_id: int | None = None,
    data: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
) -> JournalEntry:
    """Write down what was done: `data` has ids and codes only, `values` what can be erased."""
    salt = secrets.token_hex(16)
    entry = JournalEntry(
        at=now,
        actor_id=actor.person_id,
        origin=actor.origin,
        society_id=society_id,
        verb=verb,
        object_type=object_type,
        object_id=object_id,
        data=data or {},
        values_hash=values_hash(salt, values) if values else None,
    )
    session.add(entry)
    if values:
        session.flush()
        session.add(JournalValues(entry_id=entry.id, salt=salt, values=values))
    return entry


def record_many(
    actor: Actor,
    verb: str,
    object_type: str,
    objects: Iterable[tuple[int, int | None, dict[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Write down one act on many things at once: id, society and data of each; no values."""
    rows = [
        entry(
            actor,
            verb,
            object_type,
            now=now,
            society_id=society_id,
            data=data,
        )
        | {"journal_object_id": object_id}
        for object_id, society_id, data in objects
    ]
    if rows:
        session.execute(WRITE, rows)


def entry(
    actor: Actor,
    verb: str,
    object_type: str,
    *,
    now: datetime,
    society_id: int | None,
    data: dict[str, Any],
) -> dict[str, Any]:
    """The parameters of WRITE and of `writes`, but the thing's id."""
    return {
        "journal_at": now,
        "journal_actor_id": actor.person_id,
        "journal_origin": actor.origin,
        "journal_society_id": society_id,
        "journal_verb": verb,
        "journal_object_type": object_type,
        "journal_data": data,
        "journal_values_hash": None,
    }


def writes(object_id: ColumnElement[int]) -> Insert:
    """The part of a larger statement that writes an entry for each thing another part made."""
    columns = {**_COLUMNS, "object_id": object_id}
    return insert(_ENTRIES).from_select(list(columns), select(*columns.values()))


def values_hash(salt: str, values: dict[str, Any]) -> str:
    """The salted hash of values; without the salt a short value could be guessed from it."""
    return hashlib.sha256((salt + _canonical(values)).encode()).hexdigest()


def seal_journal(*, limit: int = 5000) -> int:
    """Chain entries that are not chained yet; one sealer at a time. Returns how many."""
    last = session.scalar(select(JournalSeal).order_by(JournalSeal.sequence.desc()).limit(1))
    sequence, digest = (last.sequence, last.digest) if last else (0, GENESIS)
    waiting = session.scalars(
        select(JournalEntry)
        .where(~select(JournalSeal).where(JournalSeal.entry_id == JournalEntry.id).exists())
        .order_by(JournalEntry.id)
        .limit(limit)
    ).all()
    for number, entry in enumerate(waiting, start=sequence + 1):
        digest = _digest(digest, entry)
        session.add(JournalSeal(sequence=number, entry_id=entry.id, digest=digest))
    return len(waiting)


@dataclass(frozen=True)
class JournalCheck:
    """What a check of the whole journal found."""

    sealed: int
    unsealed: int
    #: (sequence, what is wrong), empty when the journal is whole
    faults: tuple[tuple[int, str], ...]


def verify_journal() -> JournalCheck:
    """Walk the chain from the beginning: order, digests, and the hashes of values not erased."""
    faults: list[tuple[int, str]] = []
    digest, expected = GENESIS, 1
    rows = session.execute(
        select(JournalSeal, JournalEntry, JournalValues)
        .join(JournalEntry, JournalEntry.id == JournalSeal.entry_id)
        .outerjoin(JournalValues, JournalValues.entry_id == JournalEntry.id)
        .order_by(JournalSeal.sequence)
        .execution_options(yield_per=1000)
    )
    for seal, entry, values in rows:
        digest = _digest(digest, entry)
        if seal.sequence != expected:
            faults.append((seal.sequence, f"expected number {expected}"))
        if seal.digest != digest:
            faults.append((seal.sequence, "the entry or the chain before it was changed"))
            digest = seal.digest
        kept = cast("JournalValues | None", values)  # an outer join
        if kept is not None and values_hash(kept.salt, kept.values) != entry.values_hash:
            faults.append((seal.sequence, "the values do not match their hash"))
        expected = seal.sequence + 1
    total = session.scalar(select(func.count()).select_from(JournalEntry)) or 0
    sealed = expected - 1
    return JournalCheck(sealed=sealed, unsealed=total - sealed, faults=tuple(faults))


def _digest(before: str, entry: JournalEntry) -> str:
    parts = [
        before,
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
    return hashlib.sha256(_canonical(parts).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
