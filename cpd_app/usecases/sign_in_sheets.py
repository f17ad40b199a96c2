"""The printed sign-in sheet (签到表) of a session, for the organisers of its event."""

from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.documents.sign_in_sheet import SheetRow, SignInSheet
from cpd_app.domain.roster import EntryState
from cpd_app.models import RosterEntry
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.event_access import session_for
from cpd_app.usecases.event_heads import head_of

#: who may be at the door: who is on the list, and about whom the organiser still decides
EXPECTED = (EntryState.LISTED, EntryState.PENDING)


def sign_in_sheet_of(
    actor: Actor, event_id: int, session_id: int, *, language: str, now: datetime
) -> SignInSheet:
    """The roster of a session's event, ready to be signed."""
    part = session_for(actor, event_id, session_id, Permission.RUN_EVENT, now=now)
    rows = session.execute(
        select(RosterEntry.number, RosterEntry.name, RosterEntry.unit).where(
            RosterEntry.event_id == event_id,
            RosterEntry.state.in_(EXPECTED),
            RosterEntry.joined_id.is_(None),
        )
    )
    return SignInSheet(
        event=head_of(part.event, language),
        session=part.title,
        room=part.room,
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        rows=tuple(SheetRow(*row) for row in rows),
        as_of=now,
    )
