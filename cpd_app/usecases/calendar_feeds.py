"""A member's private calendar: its secret address is made, replaced and taken back."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, TooMany
from cpd_app.models import CalendarFeed, Person
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import attempts, journal
from cpd_app.usecases.signin import hash_of

#: a reading is written down at most so often
READ_EVERY = timedelta(hours=1)
MOST_NAME = 80


@dataclass(frozen=True)
class OpenFeed:
    """A calendar whose address works, and whose it is."""

    feed_id: int
    person_id: int
    #: zh or en
    locale: str
    created_at: datetime
    #: nobody wrote down for an hour that it was read
    use_is_old: bool


def own_feed(actor: Actor) -> CalendarFeed | None:
    """One's own calendar, if it has an address; the address itself is kept nowhere."""
    _own(actor)
    return session.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.person_id == actor.person_id, CalendarFeed.revoked_at.is_(None))
        .order_by(CalendarFeed.id.desc())
        .limit(1)
    )


def make_feed(actor: Actor, *, now: datetime) -> str:
    """Give one's calendar a new address, shown this once; the old one stops at once."""
    person = _own(actor)
    # Who presses twice at the same time gets one address that works, not two.
    session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
    replaced = _revoke(person.id, now)
    token = secrets.token_urlsafe(32)
    row = CalendarFeed(person_id=person.id, token_hash=hash_of(token), created_at=now)
    session.add(row)
    session.flush()
    journal.record(
        actor, "calendar.made", "calendar_feed", row.id, now=now, data={"replaced": replaced}
    )
    return token


def revoke_feed(actor: Actor, *, now: datetime) -> None:
    """Take the address back: calendars that ask are told that there is nothing."""
    person = _own(actor)
    for feed_id in _revoke(person.id, now):
        journal.record(actor, "calendar.revoked", "calendar_feed", feed_id, now=now)


def open_feed(token: str, *, now: datetime) -> OpenFeed | None:
    """Whose calendar an address is; None for one that never was or was taken back. One statement.

    Nothing is asked of an actor: whoever has the address may read it.
    """
    row = session.execute(
        select(CalendarFeed, Person.locale)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(
            CalendarFeed.token_hash == hash_of(token),
            CalendarFeed.revoked_at.is_(None),
            Person.merged_into_id.is_(None),
        )
    ).first()
    if row is None:
        return None
    feed, locale = row
    old = feed.last_read_at is None or now - feed.last_read_at > READ_EVERY
    return OpenFeed(feed.id, feed.person_id, locale or "zh", feed.created_at, old)


def count_unknown(*, address: str, now: datetime) -> None:
    """Count a question for a calendar that is not there; call it inside a transaction.

    Raises TooMany `too_many_lookups` for who asks for many. Addresses that work are not counted:
    an office has one address on the network and many calendars.
    """
    counted = (attempts.subject("calendar_unknown", address),)
    minutes = attempts.minutes_to_wait(counted, now=now)
    if minutes:
        raise TooMany("too_many_lookups", minutes=minutes)
    attempts.note(counted, now=now)


def note_read(feed_id: int, *, read_by: str, now: datetime) -> None:
    """A calendar asked; shown to its owner, so that they see who still reads it."""
    session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.id == feed_id)
        .values(last_read_at=now, read_by=read_by[:MOST_NAME] or None)
    )


def _revoke(person_id: int, now: datetime) -> list[int]:
    return list(
        session.scalars(
            update(CalendarFeed)
            .where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(CalendarFeed.id)
        )
    )


def _own(actor: Actor) -> Person:
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise NotFound
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    return person
