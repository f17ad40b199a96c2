"""What a merged account had set up for itself, and what of an account stays where it is.

A setting goes to the kept account where that one has none of its own; the rest stays and serves
nobody, as the account it belongs to cannot sign in any more.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, select, update

from cpd_app.db import session
from cpd_app.domain.messages import Channel
from cpd_app.models import (
    CalendarItem,
    Employment,
    Import,
    MessageChoice,
    MessageHabit,
    Reach,
)

#: name in `Merge.moved` -> table, and what an account has at most one of besides itself
SETTINGS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "choices": (MessageChoice, ("topic", "channel")),
    "habits": (MessageHabit, ()),
    "reaches": (Reach, ("channel",)),
    "calendar_items": (CalendarItem, ("key",)),
}
#: contact of an account -> the channel that leads there
CHANNELS = {"email": Channel.EMAIL, "phone": Channel.WEBHOOK}
ACTED = "who did it then; the account's name can still be read"
ENDED = "ended by the merge; it let the account in that is no more"
#: columns that name a person and are not moved, with the reason; `…_by_id` stands for all of them
LEFT: dict[str, str] = {
    "*_by_id": ACTED,
    "file_views.person_id": ACTED,
    "api_tokens.person_id": ENDED,
    "one_time_codes.person_id": ENDED,
    "sign_ins.person_id": ENDED,
    "person_names.person_id": "the kept account has its names; the other's stand in the preview",
    "merges.kept_id": "what a merge was",
    "merges.merged_id": "what a merge was",
    "people.merged_into_id": "an account that was merged before leads on through this one",
}


def move_settings(kept_id: int, other_id: int, *, contacts: Collection[str]) -> dict[str, Any]:
    """Give the kept account what it has not; returns what undoing needs, for `Merge.moved`.

    `contacts` (email, phone) are taken over: what is known of an address goes with it alone, or a
    dead address of the other account would stop letters to the kept one's own.
    """
    channels = {CHANNELS[name].value for name in contacts}
    moved: dict[str, Any] = {}
    for name, (table, keys) in SETTINGS.items():
        columns = [getattr(table, key) for key in keys]
        mine = {tuple(row) for row in _rows(table, kept_id, columns)}
        free = [row for row in _rows(table, other_id, columns) if tuple(row) not in mine]
        if table is Reach:
            free = [row for row in free if row[0] in channels]
        for row in free:
            _give(table, keys, row, other_id, kept_id)
        moved[name] = free
    has_employer = session.scalar(
        select(Employment.id).where(Employment.person_id == kept_id).limit(1)
    )
    moved["employments"] = [] if has_employer else _ids(Employment.person_id, other_id)
    # A list of one's own records is its sender's, who may take it back.
    moved["imports"] = _ids(Import.by_id, other_id, Import.society_id.is_(None))
    _set(Employment.person_id, moved["employments"], kept_id)
    _set(Import.by_id, moved["imports"], kept_id)
    return moved


def give_back_settings(moved: dict[str, Any], kept_id: int, other_id: int) -> None:
    """Undo `move_settings`; merges from before this release have none of it."""
    for name, (table, keys) in SETTINGS.items():
        for row in moved.get(name, []):
            _give(table, keys, row, kept_id, other_id)
    _set(Employment.person_id, moved.get("employments", []), other_id)
    _set(Import.by_id, moved.get("imports", []), other_id)


def _rows(table: type[Any], person_id: int, columns: list[Any]) -> list[list[Any]]:
    """The keys of an account's rows, in order; of a table without one, whether there is a row."""
    wanted = columns or [table.person_id]
    rows = session.execute(select(*wanted).where(table.person_id == person_id).order_by(*wanted))
    return [list(row) if columns else [] for row in rows]


def _give(
    table: type[Any], keys: tuple[str, ...], row: list[Any], former_id: int, person_id: int
) -> None:
    which = [getattr(table, key) == value for key, value in zip(keys, row, strict=True)]
    session.execute(
        update(table)
        .where(and_(table.person_id == former_id, *which))
        .values(person_id=person_id)
        .execution_options(synchronize_session=False)
    )


def _ids(owner: Any, person_id: int, *also: Any) -> list[int]:
    table = owner.class_
    return list(session.scalars(select(table.id).where(owner == person_id, *also)))


def _set(owner: Any, ids: list[int], person_id: int) -> None:
    if ids:
        table = owner.class_
        session.execute(
            update(table)
            .where(table.id.in_(ids))
            .values({owner.key: person_id})
            .execution_options(synchronize_session="fetch")
        )
