"""Where somebody is: by their scans that stand, and by corrections, each up to its own moment."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, bindparam, select

from cpd_app.db import run
from cpd_app.domain.checkin import Step, position_of
from cpd_app.domain.presence import Verb
from cpd_app.domain.room_codes import Direction
from cpd_app.models import Correction
from cpd_app.usecases.attendance_facts import spans_of
from cpd_app.usecases.scan_rows import STEPS

_CORRECTIONS = cast("Table", Correction.__table__)

_TOLD = (
    select(*(_CORRECTIONS.c[name] for name in ("at", "id", "verb", "session_id", "after")))
    .where(
        _CORRECTIONS.c.entry_id == bindparam("entry_id"),
        _CORRECTIONS.c.verb != Verb.REVERSAL.value,
    )
    .order_by(_CORRECTIONS.c.at, _CORRECTIONS.c.id)
)


def position_now(entry_id: int) -> int | None:
    """The session in which an entry's person is; a correction knows better than earlier scans."""
    return position_of((*_steps(entry_id), *_told(entry_id)))


def last_step(entry_id: int) -> Step | None:
    """The latest scan of an entry's person that stands; None when they have not been seen."""
    return max(_steps(entry_id), key=lambda s: (s.at, s.id), default=None)


def _steps(entry_id: int) -> list[Step]:
    rows = run(STEPS, {"entry_id": entry_id})
    return [Step(at, id_, direction, room) for at, id_, direction, room in rows]


def _told(entry_id: int) -> Iterable[Step]:
    """In or out of each session at the moment of the correction that stands for it."""
    rows: Any = run(_TOLD, {"entry_id": entry_id})
    standing = {row.session_id: row for row in rows}
    for row in standing.values():
        if row.verb == Verb.AS_SCANNED:
            continue
        spans = spans_of(row.after)
        inside = bool(spans) and spans[-1][1] == row.at
        yield Step(row.at, row.id, Direction.IN if inside else Direction.OUT, row.session_id)
