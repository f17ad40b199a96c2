"""The only writer of the journal; its sealing and its check are in journal_seals.py."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Insert, Table, bindparam, insert, select

from cpd_app.db import session
from cpd_app.models import JournalEntry, JournalValues
from cpd_app.policy import Actor

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
    return hashlib.sha256((salt + canonical(values)).encode()).hexdigest()


def canonical(value: Any) -> str:
    """One text for one value, whatever the order of its names; what hashes are made of."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
