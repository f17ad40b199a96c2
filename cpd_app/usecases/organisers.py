"""People who run an event besides its creator: asked in by a link that is used once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import Event, EventOrganiser, Person, PersonName
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal, signin
from cpd_app.usecases.accounts import contact_of
from cpd_app.usecases.event_access import AFTER_SETTLEMENT, event_for
from cpd_app.usecases.event_input import EventState
from cpd_app.usecases.passwords import ChosenPassword

#: a link that nobody opened is worth nothing after this
LASTS = timedelta(days=14)
MOST_NAME = 80
MOST_UNIT = 160
MOST_ORGANISERS = 50


@dataclass(frozen=True)
class Invited:
    """An invitation with the secret of its link, which is kept nowhere."""

    organiser: EventOrganiser
    secret: str


@dataclass(frozen=True)
class Invitation:
    """What somebody who opens the link may know before they sign in."""

    organiser_id: int
    event: Event
    name: str
    inviter: str


def invite_organiser(
    actor: Actor, event_id: int, *, name: str, unit: str | None = None, now: datetime
) -> Invited:
    """Ask somebody in to run one event, with no role in the society; the link is told once.

    Whoever was asked in from outside asks in nobody else.
    Raises Rejected `missing_field`, `too_long`, `too_many_organisers`, Conflict `event_is_over`.
    """
    event = event_for(actor, event_id, Permission.INVITE_ORGANISER, now=now)
    if event.state in {EventState.SETTLED, EventState.CANCELLED}:
        raise Conflict("event_is_over")
    said, works_at = name.strip(), (unit or "").strip() or None
    if not said:
        raise Rejected("missing_field", "name")
    if len(said) > MOST_NAME:
        raise Rejected("too_long", "name", most=MOST_NAME)
    if works_at and len(works_at) > MOST_UNIT:
        raise Rejected("too_long", "unit", most=MOST_UNIT)
    if len(organisers_of(actor, event_id, now=now)) >= MOST_ORGANISERS:
        raise Rejected("too_many_organisers", "name", most=MOST_ORGANISERS)
    secret = secrets.token_urlsafe(24)
    made = EventOrganiser(
        event_id=event.id,
        name=said,
        unit=works_at,
        token_hash=signin.hash_of(secret),
        invited_at=now,
        invited_by_id=actor.person_id,
        expires_at=now + LASTS,
    )
    session.add(made)
    session.flush()
    _note(actor, event, "organiser.invited", made, now=now)
    return Invited(made, secret)


def organisers_of(actor: Actor, event_id: int, *, now: datetime) -> Sequence[EventOrganiser]:
    """Everybody who was asked in and not sent away again, the first first."""
    event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    return session.scalars(
        select(EventOrganiser)
        .where(EventOrganiser.event_id == event_id, EventOrganiser.revoked_at.is_(None))
        .order_by(EventOrganiser.id)
    ).all()


def invitation_of(secret: str, *, now: datetime) -> Invitation:
    """What a link invites to; NotFound `invitation_over` when it was used, ended or never was."""
    found = _open_invitation(secret, now=now)
    event = session.get_one(Event, found.event_id)
    inviter = session.get_one(Person, found.invited_by_id)
    return Invitation(found.id, event, found.name, inviter.name)


def accept_invitation(actor: Actor, secret: str, *, now: datetime) -> Event:
    """Whoever is signed in becomes an organiser of the event; the link is used up."""
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    found = _open_invitation(secret, now=now, held=True)
    event = session.get_one(Event, found.event_id)
    already = session.scalar(
        select(EventOrganiser).where(
            EventOrganiser.event_id == event.id, EventOrganiser.person_id == actor.person_id
        )
    )
    if already is not None and already.revoked_at is None:
        session.delete(found)  # the same person twice: the second link says nothing new
        return event
    if already is not None:
        session.delete(already)
        session.flush()
    found.person_id, found.accepted_at, found.token_hash = actor.person_id, now, None
    session.flush()
    _note(actor, event, "organiser.accepted", found, now=now)
    return event


def accept_as_new(
    secret: str, *, email: str, password: ChosenPassword, device: str, now: datetime
) -> tuple[Event, str]:
    """Somebody without an account makes one by the link; returns the event and the sign-in.

    The account has no role, no society and no registration. Raises Rejected `bad_email`,
    `missing_field`, Conflict `contact_taken`.
    """
    found = _open_invitation(secret, now=now)
    contact = contact_of(email.strip(), None)
    if contact.email is None:
        raise Rejected("missing_field", "email")
    if signin.person_named(contact.email):
        raise Conflict("contact_taken", "email")
    person = Person(
        email=contact.email,
        password_hash=password.password_hash,
        activated_at=now,
        created_at=now,
        names=[PersonName(name=found.name, from_on=now.date())],
    )
    session.add(person)
    session.flush()
    actor = Actor(person_id=person.id, origin="web")
    journal.record(actor, "person.added", "person", person.id, now=now, data={"by": "invitation"})
    event = accept_invitation(actor, secret, now=now)
    return event, signin.begin_sign_in(person.id, device=device, now=now)


def revoke_organiser(actor: Actor, event_id: int, organiser_id: int, *, now: datetime) -> None:
    """End somebody's access, or an invitation that was not used, at once."""
    event = event_for(actor, event_id, Permission.INVITE_ORGANISER, now=now)
    found = session.get(EventOrganiser, organiser_id)
    if found is None or found.event_id != event.id:
        raise NotFound
    if found.revoked_at is None:
        found.revoked_at, found.token_hash = now, None
        _note(actor, event, "organiser.revoked", found, now=now)


def creator_of(event: Event) -> str:
    """The name of who planned it."""
    return session.get_one(Person, event.created_by_id).name


def access_ends_at(event: Event) -> datetime | None:
    """When organisers from outside lose their access; None before the settlement."""
    return None if event.settled_at is None else event.settled_at + AFTER_SETTLEMENT


def _open_invitation(secret: str, *, now: datetime, held: bool = False) -> EventOrganiser:
    """The invitation of a link; `held` against a second use at the same moment."""
    wanted = select(EventOrganiser).where(
        EventOrganiser.token_hash == signin.hash_of(secret),
        EventOrganiser.revoked_at.is_(None),
        EventOrganiser.expires_at > now,
    )
    found = session.scalar(wanted.with_for_update() if held else wanted)
    if found is None:
        raise NotFound("invitation_over")
    return found


def _note(actor: Actor, event: Event, verb: str, row: EventOrganiser, *, now: datetime) -> None:
    journal.record(
        actor, verb, "event", event.id, now=now, society_id=event.society_id,
        data={"organiser_id": row.id},
    )  # fmt: skip
