"""What imported rows said is kept as long as an import can be undone, and then removed.

Of a row that became something stay its line, its state, the ids and the digest by which the same
row of a later file is known; every other row goes. The bytes of the file go a day after it was read
(files.remove_orphans).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, func, or_, select, update

from cpd_app.db import session
from cpd_app.domain.retention import PREVIEW, UNDO
from cpd_app.models import Import, ImportRow

#: rows that became something, and are compared with later files
KEPT_ROWS = ("saved", "kept")
#: nothing of it was saved
NOT_CONFIRMED = ("reading", "previewed", "failed", "discarded")
#: an undo needs what the rows said, however long it takes
CONFIRMED = ("saving", "done", "undone")


def rows_due(*, now: datetime) -> int:
    """How many rows would be removed or emptied now."""
    gone, emptied = _gone(now), _emptied(now)
    counts = (select(func.count()).select_from(ImportRow).where(part) for part in (gone, emptied))
    return sum(session.scalar(count) or 0 for count in counts)


def empty_old(*, now: datetime, at_once: int) -> int:
    """Remove and empty a part of the rows that are due; nought: all are, and so are their files."""
    done = _change(delete(ImportRow), _gone(now), at_once)
    if done < at_once:
        emptied = update(ImportRow).values(data={}, problems=[], warnings=[], made={})
        done += _change(emptied, _emptied(now), at_once - done)
    if not done:
        _close(now)
    return done


def _close(now: datetime) -> None:
    """The imports themselves: a preview that nobody confirmed is let go."""
    old = Import.id.in_(_due(now))
    session.execute(
        update(Import)
        .where(old, Import.state.in_(NOT_CONFIRMED))
        .values(state="discarded")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Import)
        .where(old)
        .values(emptied_at=now, notes=[])
        .execution_options(synchronize_session=False)
    )


def _due(now: datetime) -> Select[int]:
    last = func.coalesce(Import.undone_at, Import.confirmed_at, Import.created_at)
    return select(Import.id).where(
        Import.emptied_at.is_(None),
        or_(
            and_(Import.state.in_(CONFIRMED), last <= now - UNDO),
            and_(Import.state.in_(NOT_CONFIRMED), Import.created_at <= now - PREVIEW),
        ),
    )


def _gone(now: datetime) -> ColumnElement[bool]:
    return and_(ImportRow.import_id.in_(_due(now)), ImportRow.state.not_in(KEPT_ROWS))


def _emptied(now: datetime) -> ColumnElement[bool]:
    return and_(
        ImportRow.import_id.in_(_due(now)),
        ImportRow.state.in_(KEPT_ROWS),
        or_(cast(ImportRow.data, Text) != "{}", cast(ImportRow.made, Text) != "{}"),
    )


def _change(statement: Any, condition: ColumnElement[bool], at_once: int) -> int:
    part = select(ImportRow.id).where(condition).limit(at_once)
    changed = session.execute(
        statement.where(ImportRow.id.in_(part)).execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]
