"""The statements by which scans are read and kept, built once.

They are of plain tables: the objects of the ORM would cost more than the statements. Parameters of
KEEP, GO and IN_ONE begin with `scan_`, those of the journal with `journal_`, so that they can stand
in one statement.
"""

from typing import Any, cast

from sqlalchemy import Integer, Select, Table, Update, bindparam, exists, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.domain.room_codes import Direction
from cpd_app.domain.roster import EntryState
from cpd_app.models import Correction, Event, EventSession, RosterEntry, Scan
from cpd_app.usecases import journal

_SCANS = cast("Table", Scan.__table__)
_SESSIONS = cast("Table", EventSession.__table__)
_EVENTS = cast("Table", Event.__table__)
_ENTRIES = cast("Table", RosterEntry.__table__)
_VOIDED = cast("Table", Correction.__table__)

#: a session with what its event says about scans, and a person's place on its roster
ROOM = (
    select(
        *(
            _SESSIONS.c[name]
            for name in (
                "id", "event_id", "title", "room", "starts_at", "ends_at", "opens_at",
                "closes_at", "code_key", "rehearsal",
            )
        ),
        _EVENTS.c.title.label("event_title"),
        *(_EVENTS.c[name] for name in ("zone", "state", "society_id", "closed_at")),
        _ENTRIES.c.id.label("entry_id"),
        _ENTRIES.c.state.label("entry_state"),
    )
    .select_from(_SESSIONS)
    .join(_EVENTS, _EVENTS.c.id == _SESSIONS.c.event_id)
    .outerjoin(
        _ENTRIES,
        (_ENTRIES.c.event_id == _SESSIONS.c.event_id)
        & (_ENTRIES.c.person_id == bindparam("person", type_=Integer)),
    )
    .where(_SESSIONS.c.id == bindparam("id"))
)  # fmt: skip
#: the entry; held against other scans of this person, not against rows that merely refer to it
ENTRY = (
    select(
        _ENTRIES.c.id,
        _ENTRIES.c.event_id,
        _ENTRIES.c.name,
        _ENTRIES.c.state,
        _ENTRIES.c.excused,
        _ENTRIES.c.inside_session_id,
    )
    .where(_ENTRIES.c.id == bindparam("id"))
    .with_for_update(key_share=True)
)
_HERE = bindparam("scan_session_id", type_=Integer)
_LISTED = (
    update(_ENTRIES)
    .where(
        _ENTRIES.c.id == bindparam("scan_entry_id"),
        _ENTRIES.c.event_id == bindparam("scan_event_id"),
        _ENTRIES.c.state == EntryState.LISTED.value,
        _ENTRIES.c.excused.is_(False),
    )
    .values(stale_at=bindparam("scan_received_at"))
    .returning(_ENTRIES.c.name)
)
#: move a listed person, who is held until the end, and tell their name; nobody when they need not
GO = {
    Direction.IN: _LISTED.where(_ENTRIES.c.inside_session_id.is_distinct_from(_HERE)).values(
        inside_session_id=_HERE
    ),
    Direction.OUT: _LISTED.where(_ENTRIES.c.inside_session_id == _HERE).values(
        inside_session_id=None
    ),
}
_SCAN = {
    c.name: bindparam(f"scan_{c.name}", type_=c.type) for c in _SCANS.columns if c.name != "id"
}
#: keep a scan once; its id, none when there was one with this `once`
KEEP = {
    dialect: make(_SCANS).values(_SCAN).on_conflict_do_nothing().returning(_SCANS.c.id)
    for dialect, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def _in_one(move: Update) -> Select[Any]:
    """GO, KEEP and the journal as one statement (PostgreSQL); no row when nobody moves."""
    moved = move.cte("moved")
    scan = select(*_SCAN.values()).select_from(moved)
    kept = (
        postgresql.insert(_SCANS)
        .from_select(list(_SCAN), scan)
        .on_conflict_do_nothing()
        .returning(_SCANS.c.id)
        .cte("kept")
    )
    noted = journal.writes(kept.c.id).cte("noted")
    return select(moved.c.name, kept.c.id).select_from(moved.outerjoin(kept, true())).add_cte(noted)


IN_ONE = {direction: _in_one(move) for direction, move in GO.items()}
CAME_AFTER_ALL = update(_ENTRIES).where(_ENTRIES.c.id == bindparam("entry")).values(excused=False)
MOVE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id == bindparam("entry"))
    .values(inside_session_id=bindparam("inside"), stale_at=bindparam("stale"))
)
BY_ONCE = (
    select(
        _SCANS.c.id,
        _SCANS.c.entry_id,
        _SCANS.c.session_id,
        _SCANS.c.direction,
        _SCANS.c.at,
        _SCANS.c.outcome,
        _ENTRIES.c.name,
    )
    .join(_ENTRIES, _ENTRIES.c.id == _SCANS.c.entry_id)
    .where(_SCANS.c.once == bindparam("once"))
)
#: nobody took it back or voided it
STANDS = ~exists().where(_VOIDED.c.scan_id == _SCANS.c.id)
WAS_HERE = select(
    exists().where(
        _SCANS.c.entry_id == bindparam("entry_id"),
        _SCANS.c.session_id == bindparam("session_id"),
        STANDS,
    )
)
STEPS = (
    select(_SCANS.c.at, _SCANS.c.id, _SCANS.c.direction, _SCANS.c.session_id)
    .join(_SESSIONS, _SESSIONS.c.id == _SCANS.c.session_id)
    .where(_SCANS.c.entry_id == bindparam("entry_id"), _SESSIONS.c.rehearsal.is_(False), STANDS)
)
