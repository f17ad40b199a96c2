"""What belongs to a merged account at events: places on rosters, statements, plans, talks."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from cpd_app.db import session
from cpd_app.models import Event, EventOrganiser, RosterEntry, Speaker, Statement
from cpd_app.usecases.guests import join
from cpd_app.usecases.roster import touch

#: name in `Merge.moved` -> the column that says whose a row is
OWNED: dict[str, Any] = {
    "entries": RosterEntry.person_id,
    "statements": Statement.person_id,
    "organised": EventOrganiser.person_id,
    "spoken": Speaker.person_id,
    "planned": Event.created_by_id,
}
#: a person has one of these an event, so the kept account's stands
ONE_AN_EVENT = ("entries", "organised")
#: a client's key is unique within an account
KEYED = ("statements", "planned")


def move_events(kept_id: int, other_id: int, *, now: datetime) -> dict[str, Any]:
    """Give everything to the kept account; returns what undoing needs, as `Merge.moved` holds it.

    Where both are on one roster, the kept account's entry stands for the other.
    """
    moved: dict[str, Any] = {"joined": _join(kept_id, other_id, now=now)}
    for name, owner in OWNED.items():
        table = owner.class_
        rows = select(table.id).where(owner == other_id)
        if name in ONE_AN_EVENT:
            rows = rows.where(table.event_id.not_in(select(table.event_id).where(owner == kept_id)))
        ids = list(session.scalars(rows.order_by(table.id)))
        change = {owner.key: kept_id, **({"key": None} if name in KEYED else {})}
        _change(table, ids, change)
        moved[name] = ids
    _stale(moved["entries"], now=now)
    return moved


def give_back_events(moved: dict[str, Any], other_id: int, *, now: datetime) -> None:
    """Undo `move_events`; merges from before events have none of it."""
    for name, owner in OWNED.items():
        _change(owner.class_, moved.get(name, []), {owner.key: other_id})
    for entry_id, kept_id, state, reason in moved.get("joined", []):
        session.get_one(RosterEntry, entry_id).joined_id = None
        kept = session.get_one(RosterEntry, kept_id)
        kept.state, kept.pending_reason = state, reason
    joined = [number for pair in moved.get("joined", []) for number in pair[:2]]
    _stale([*moved.get("entries", []), *joined], now=now)


def _join(kept_id: int, other_id: int, *, now: datetime) -> list[list[Any]]:
    """Entries of the other account on rosters that the kept one is on too."""
    mine = {
        entry.event_id: entry
        for entry in session.scalars(select(RosterEntry).where(RosterEntry.person_id == kept_id))
    }
    theirs = select(RosterEntry).where(
        RosterEntry.person_id == other_id,
        RosterEntry.event_id.in_(mine),
        RosterEntry.joined_id.is_(None),
    )
    joined: list[list[Any]] = []
    for entry in session.scalars(theirs.order_by(RosterEntry.id)).all():
        kept = mine[entry.event_id]
        joined.append([entry.id, kept.id, kept.state, kept.pending_reason])
        join(entry, kept, now=now)
    session.flush()
    return joined


def _change(table: type[Any], ids: list[int], values: dict[str, Any]) -> None:
    if ids:
        session.execute(
            update(table)
            .where(table.id.in_(ids))
            .values(values)
            .execution_options(synchronize_session="fetch")
        )


def _stale(entry_ids: list[int], *, now: datetime) -> None:
    for entry in session.scalars(select(RosterEntry).where(RosterEntry.id.in_(entry_ids))):
        touch(entry, now=now)
