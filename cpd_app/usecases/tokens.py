"""Personal bearer tokens for machines: made once, shown once, kept as a hash."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Date, Table, bindparam, select

from cpd_app.db import run, session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import ApiToken, Person, Role
from cpd_app.policy import SCOPES, Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.actors import holds
from cpd_app.usecases.signin import hash_of

#: tokens begin with this, so that a leaked one is recognised by secret scanners
PREFIX = "cpd_"
USED_EVERY = timedelta(hours=1)
#: nobody needs more, and a list that grows without end is a loop of somebody's program
MOST = 20
MOST_NAME = 80
#: offered to staff only; the policy refuses everybody else all the same
STAFF_SCOPES = frozenset({"registrations:write"})
#: for staff of a society and for the federation
REPORT_SCOPES = frozenset({"reports:read", "reports:write"})


@dataclass(frozen=True)
class TokenHolder:
    """The person a bearer token stands for, and what it is limited to."""

    token_id: int
    person_id: int
    scopes: frozenset[str] | None
    use_is_old: bool
    #: pairs of society and role of this day
    held: tuple[tuple[int | None, str], ...]

    @property
    def person(self) -> Person:
        """The person themselves; most calls of machines never ask."""
        return session.get_one(Person, self.person_id)


def holder_of(token: str, *, now: datetime, today: date) -> TokenHolder | None:
    """Who a bearer token belongs to, with their roles; None when it is unknown or revoked.

    One statement, for machines ask often.
    """
    if not token.startswith(PREFIX):
        return None
    rows = run(_HOLDER, {"hash": hash_of(token), "today": today}).all()
    if not rows:
        return None
    kept = rows[0]
    return TokenHolder(
        token_id=kept.id,
        person_id=kept.person_id,
        scopes=frozenset(kept.scopes) if kept.scopes else None,
        use_is_old=kept.last_used_at is None or now - kept.last_used_at > USED_EVERY,
        held=tuple((row.society_id, row.role) for row in rows if row.role is not None),
    )


def note_used(token_id: int, *, now: datetime) -> None:
    """A token was used; shown beside it on the "me" page."""
    session.get_one(ApiToken, token_id).last_used_at = now


def scopes_for(actor: Actor) -> list[str]:
    """What a token of this person can be limited to."""
    return [
        s
        for s in SCOPES
        if (s not in STAFF_SCOPES or actor.staff_of) and (s not in REPORT_SCOPES or actor.is_staff)
    ]


def tokens_of(actor: Actor) -> list[ApiToken]:
    """A person's tokens that still work, the newest first."""
    return list(
        session.scalars(
            select(ApiToken)
            .where(ApiToken.person_id == actor.person_id, ApiToken.revoked_at.is_(None))
            .order_by(ApiToken.id.desc())
        )
    )


def make_token(
    actor: Actor, person_id: int, *, name: str, scopes: Iterable[str], now: datetime
) -> str:
    """Make a token and give it out, this once; without scopes it may do all that its person may.

    Raises Rejected `token_name_missing`, `scope_unknown`, `too_many_tokens`.
    """
    person = session.get(Person, person_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    wanted = sorted(set(scopes))
    if unknown := [s for s in wanted if s not in SCOPES]:
        raise Rejected("scope_unknown", "scopes", scope=unknown[0], known=", ".join(SCOPES))
    if not name or len(name) > MOST_NAME:
        raise Rejected("token_name_missing", "name", most=MOST_NAME)
    open_ones = select(ApiToken.id).where(
        ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None)
    )
    if len(session.scalars(open_ones).all()) >= MOST:
        raise Rejected("too_many_tokens", most=MOST)
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        person_id=person.id, name=name, token_hash=hash_of(token), scopes=wanted, created_at=now
    )
    session.add(row)
    session.flush()
    journal.record(actor, "token.made", "token", row.id, now=now, data={"scopes": wanted})
    return token


def revoke_token(actor: Actor, token_id: int, *, now: datetime) -> None:
    """Stop a token at once; revoking it twice changes nothing."""
    row = session.get(ApiToken, token_id)
    if row is None:
        raise NotFound
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=row.person_id))
    if row.revoked_at is None:
        row.revoked_at = now
        journal.record(actor, "token.revoked", "token", row.id, now=now)


# Built once, of plain tables: putting it together anew would cost more than running it.
_TOKENS = cast("Table", ApiToken.__table__)
_PEOPLE = cast("Table", Person.__table__)
_ROLES = cast("Table", Role.__table__)
_HOLDER = (
    select(
        _TOKENS.c.id,
        _TOKENS.c.person_id,
        _TOKENS.c.scopes,
        _TOKENS.c.last_used_at,
        _ROLES.c.society_id,
        _ROLES.c.role,
    )
    .join(_PEOPLE, _PEOPLE.c.id == _TOKENS.c.person_id)
    .outerjoin(
        _ROLES,
        holds(_ROLES.c, _ROLES.c.person_id == _TOKENS.c.person_id, bindparam("today", type_=Date)),
    )
    .where(
        _TOKENS.c.token_hash == bindparam("hash"),
        _TOKENS.c.revoked_at.is_(None),
        _PEOPLE.c.merged_into_id.is_(None),
    )
)
