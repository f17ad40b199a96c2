"""Two roster entries of one event that turn out to be one person's, when accounts are merged.

Scans and corrections are never moved: the entry that stays behind points to the one that stands
for it, and attendance reads both. Undoing a merge takes the pointer away again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.models import RosterEntry


def join_entries(kept_id: int, other_id: int, *, now: datetime) -> list[int]:
    """Let the kept account's entries stand for the other's of the same events; ids of these."""
    theirs, mine = aliased(RosterEntry), aliased(RosterEntry)
    pairs = session.execute(
        select(theirs, mine)
        .join(mine, (mine.event_id == theirs.event_id) & (mine.person_id == kept_id))
        .where(theirs.person_id == other_id, theirs.joined_id.is_(None))
        .order_by(theirs.id)
    ).all()
    for other, kept in pairs:
        other.joined_id = kept.id
        if other.state == "listed":
            kept.state, kept.pending_reason = "listed", None
        kept.inside_session_id = kept.inside_session_id or other.inside_session_id
        other.inside_session_id = None
        kept.stale_at = other.stale_at = now
    return [other.id for other, _kept in pairs]


def part_entries(entry_ids: Sequence[int], *, now: datetime) -> None:
    """Undo it: each entry stands for itself again, and both are computed anew."""
    for entry in session.scalars(select(RosterEntry).where(RosterEntry.id.in_(entry_ids))):
        if entry.joined_id is not None:
            session.get_one(RosterEntry, entry.joined_id).stale_at = now
        entry.joined_id, entry.stale_at = None, now
