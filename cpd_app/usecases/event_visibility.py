"""Who may look at an event and come to it: whom it is for, who is on its roster, who runs it."""

from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.checkin import admission
from cpd_app.domain.errors import NotFound
from cpd_app.domain.roster import PendingReason
from cpd_app.models import Event, Registration, RosterEntry, Term
from cpd_app.policy import Actor, Permission, may
from cpd_app.usecases.event_access import event_target

#: states in which nobody but who runs it sees an event
UNSEEN = ("draft", "cancelled")
#: states in which one may still come; a change that staff look at again turns nobody away
COMING = ("submitted", "approved", "open")
#: a certificate in one of these states makes nobody a member any more
ENDED = ("cancelled", "revoked")


def registered_in(person_id: int, day: date) -> frozenset[int]:
    """Societies with which a person is registered on a day: the certificate has not ended."""
    return frozenset(
        session.scalars(
            select(Registration.society_id)
            .join(Term, Term.registration_id == Registration.id)
            .where(
                Registration.person_id == person_id,
                Term.ends_on > day,
                Term.state.not_in(ENDED),
            )
        )
    )


def why_not(event: Event, person_id: int, day: date, *, has_room: bool) -> PendingReason | None:
    """Why somebody who is not on the roster has to wait for the organiser; None = welcome.

    The federation's own members are those of all societies.
    """
    societies = registered_in(person_id, day)
    is_own = bool(societies) if event.society_id is None else event.society_id in societies
    reason = admission(event.open_to, is_own=is_own, is_member=bool(societies), has_room=has_room)
    return None if reason is None else PendingReason(reason)


def entry_of(event_id: int, person_id: int) -> RosterEntry | None:
    """A person's entry on an event's roster."""
    return session.scalar(
        select(RosterEntry).where(
            RosterEntry.event_id == event_id, RosterEntry.person_id == person_id
        )
    )


def readable_event(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """An event that a visitor may look at: it is for them, they are on its roster, or run it.

    NotFound for everybody else, as for a plan that nobody approved.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    if may(actor, Permission.READ_ATTENDANCE, event_target(event, now=now)):
        return event
    if actor.person_id is None or event.approved_at is None:
        raise NotFound
    if entry_of(event.id, actor.person_id) is not None:
        return event
    if event.state in UNSEEN:
        raise NotFound
    if why_not(event, actor.person_id, now.date(), has_room=True) is not None:
        raise NotFound
    return event
