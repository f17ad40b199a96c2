"""How many are on an event's roster, came, and are inside: figures for organisers' pages."""

from dataclasses import dataclass

from sqlalchemy import Select, distinct, func, select

from cpd_app.db import session
from cpd_app.models import EventOrganiser, EventSession, RosterEntry, Scan, Steward


@dataclass(frozen=True)
class EventCounts:
    """Figures of one event; rehearsals are left out."""

    listed: int = 0
    waiting: int = 0
    pending: int = 0
    #: people with at least one scan
    arrived: int = 0
    inside: int = 0
    #: phones paired for the door, and people asked in who accepted
    stewards: int = 0
    organisers: int = 0


def counts_of(event_id: int) -> EventCounts:
    """The figures of an event as they stand; the caller has asked for permission."""
    found = session.execute(
        select(RosterEntry.state, func.count())
        .where(RosterEntry.event_id == event_id)
        .group_by(RosterEntry.state)
    )
    states = {state: count for state, count in found}  # noqa: C416 - rows are no pairs to dict()
    held = select(EventSession.id).where(
        EventSession.event_id == event_id, EventSession.rehearsal.is_(False)
    )
    return EventCounts(
        listed=states.get("listed", 0),
        waiting=states.get("waiting", 0),
        pending=states.get("pending", 0),
        arrived=_count(
            select(func.count(distinct(Scan.entry_id))).where(
                Scan.event_id == event_id, Scan.session_id.in_(held)
            )
        ),
        inside=_count(
            select(func.count())
            .select_from(RosterEntry)
            .where(RosterEntry.event_id == event_id, RosterEntry.inside_session_id.in_(held))
        ),
        stewards=_count(
            select(func.count())
            .select_from(Steward)
            .where(
                Steward.event_id == event_id,
                Steward.paired_at.is_not(None),
                Steward.revoked_at.is_(None),
            )
        ),
        organisers=_count(
            select(func.count())
            .select_from(EventOrganiser)
            .where(
                EventOrganiser.event_id == event_id,
                EventOrganiser.person_id.is_not(None),
                EventOrganiser.revoked_at.is_(None),
            )
        ),
    )


def _count(statement: Select[int]) -> int:
    return session.scalar(statement) or 0
