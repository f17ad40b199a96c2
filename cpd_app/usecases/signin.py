"""Browsers that are signed in: begin, look up, end."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import Person, SignIn

#: how long a phone stays signed in without being used
STAYS = timedelta(days=180)
#: how long sensitive acts do not ask again
CONFIRMED = timedelta(minutes=15)
#: last_seen_at is written at most this often, so that reading pages does not write
SEEN_EVERY = timedelta(hours=6)


def hash_of(secret: str) -> str:
    """What is kept of a random secret; it is long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class CurrentSignIn:
    """The signed-in browser of a request and how its person wants the pages."""

    id: int
    person: Person
    device: str
    confirmed_until: datetime
    seen_is_old: bool


def sign_in_of(token: str, *, now: datetime) -> CurrentSignIn | None:
    """The open sign-in that belongs to a browser's secret, if any."""
    row = session.execute(
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.token_hash == hash_of(token))
    ).first()
    if row is None:
        return None
    sign_in, person = row
    ended = sign_in.ended_at is not None or sign_in.expires_at <= now
    if ended or person.merged_into_id is not None:
        return None
    return CurrentSignIn(
        id=sign_in.id,
        person=person,
        device=sign_in.device,
        confirmed_until=sign_in.confirmed_until,
        seen_is_old=now - sign_in.last_seen_at > SEEN_EVERY,
    )


def begin_sign_in(person_id: int, *, device: str, now: datetime) -> str:
    """Open a sign-in for a person whose identity was just proved; returns the browser's secret."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=hash_of(token),
            person_id=person_id,
            device=device[:80],
            created_at=now,
            last_seen_at=now,
            expires_at=now + STAYS,
            confirmed_until=now + CONFIRMED,
        )
    )
    return token


def note_seen(sign_in_id: int, *, now: datetime) -> None:
    """A signed-in browser was used; it stays signed in for another 180 days."""
    sign_in = session.get_one(SignIn, sign_in_id)
    sign_in.last_seen_at = now
    sign_in.expires_at = now + STAYS
