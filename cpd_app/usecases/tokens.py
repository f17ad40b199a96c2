"""Personal bearer tokens for machines: made once, shown once, kept as a hash."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import ApiToken, Person
from cpd_app.usecases.signin import hash_of

#: tokens begin with this, so that a leaked one is recognised by secret scanners
PREFIX = "cpd_"
USED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class TokenHolder:
    """The person a bearer token stands for, and what it is limited to."""

    token_id: int
    person: Person
    scopes: frozenset[str] | None
    use_is_old: bool


def holder_of(token: str, *, now: datetime) -> TokenHolder | None:
    """Who a bearer token belongs to; None when it is unknown or revoked."""
    if not token.startswith(PREFIX):
        return None
    row = session.execute(
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.token_hash == hash_of(token), ApiToken.revoked_at.is_(None))
    ).first()
    if row is None or row.Person.merged_into_id is not None:
        return None
    kept: ApiToken = row.ApiToken
    return TokenHolder(
        token_id=kept.id,
        person=row.Person,
        scopes=frozenset(kept.scopes) if kept.scopes else None,
        use_is_old=kept.last_used_at is None or now - kept.last_used_at > USED_EVERY,
    )


def note_used(token_id: int, *, now: datetime) -> None:
    """A token was used; shown beside it on the "me" page."""
    session.get_one(ApiToken, token_id).last_used_at = now
