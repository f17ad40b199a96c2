"""Access tokens: shown once, limited by scopes, stopped at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import ApiToken, Person
from cpd_app.policy import Actor, Permission, Target, may
from cpd_app.usecases import tokens
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def make(do: Do, now: datetime) -> Callable[..., str]:
    """Make a token of somebody's own."""

    def own(someone: Someone, *scopes: str, name: str = "表格") -> str:
        token: str = do(
            tokens.make_token, someone.actor, someone.id, name=name, scopes=scopes, now=now
        )
        return token

    return own


def test_a_token_stands_for_its_person_and_only_its_hash_is_kept(
    app: Flask, make: Callable[..., str], member: Someone, now: datetime, store: Store
) -> None:
    token = make(member)

    assert token.startswith("cpd_")
    assert token not in store.get(ApiToken, 1).token_hash
    with app.app_context():
        holder = tokens.holder_of(token, now=now, today=now.date())
        assert holder is not None
        assert (holder.person.id, holder.scopes, holder.use_is_old) == (member.id, None, True)
        assert tokens.holder_of(token[4:], now=now, today=now.date()) is None
        assert tokens.holder_of("cpd_unknown", now=now, today=now.date()) is None


def test_scopes_limit_what_a_token_may_do(
    app: Flask, make: Callable[..., str], member: Someone, now: datetime
) -> None:
    token = make(member, "activities:read", "activities:read")

    with app.app_context():
        holder = tokens.holder_of(token, now=now, today=now.date())
    assert holder is not None
    assert holder.scopes == frozenset({"activities:read"})
    actor = Actor(member.id, "api", scopes=holder.scopes)
    mine = Target(owner_id=member.id)
    assert may(actor, Permission.READ_ACTIVITY, mine)
    assert not may(actor, Permission.WRITE_ACTIVITY, mine)
    assert not may(actor, Permission.OWN_ACCOUNT, mine)


def test_a_limited_token_makes_no_other_token(do: Do, member: Someone, now: datetime) -> None:
    limited = Actor(member.id, "api", scopes=frozenset({"activities:write"}))

    with pytest.raises(NotAllowed):
        do(tokens.make_token, limited, member.id, name="x", scopes=(), now=now)


def test_only_staff_are_offered_the_register(member: Someone, registrar: Someone) -> None:
    assert "registrations:write" not in tokens.scopes_for(member.actor)
    assert "registrations:write" in tokens.scopes_for(registrar.actor)


def test_a_revoked_token_is_nobodys(
    app: Flask, do: Do, make: Callable[..., str], member: Someone, now: datetime, store: Store
) -> None:
    token = make(member)
    do(tokens.revoke_token, member.actor, 1, now=now)
    do(tokens.revoke_token, member.actor, 1, now=now + timedelta(days=1))

    with app.app_context():
        assert tokens.holder_of(token, now=now, today=now.date()) is None
        assert tokens.tokens_of(member.actor) == []
    assert store.get(ApiToken, 1).revoked_at == now


def test_the_token_of_a_merged_account_is_nobodys(
    app: Flask,
    do: Do,
    make: Callable[..., str],
    member: Someone,
    other_member: Someone,
    now: datetime,
    store: Store,
) -> None:
    token = make(member)
    with store.session() as session:
        session.get_one(Person, member.id).merged_into_id = other_member.id

    with app.app_context():
        assert tokens.holder_of(token, now=now, today=now.date()) is None
    with pytest.raises(NotFound):
        do(tokens.make_token, Actor.system("cli"), member.id, name="x", scopes=(), now=now)


def test_tokens_are_made_and_stopped_by_their_person_only(
    do: Do, make: Callable[..., str], member: Someone, registrar: Someone, now: datetime
) -> None:
    make(member)

    with pytest.raises(NotFound):
        do(tokens.revoke_token, registrar.actor, 1, now=now)
    with pytest.raises(NotFound):
        do(tokens.revoke_token, member.actor, 99, now=now)
    with pytest.raises(NotFound):
        do(tokens.make_token, registrar.actor, member.id, name="x", scopes=(), now=now)


@pytest.mark.parametrize(
    ("name", "scopes", "code"),
    [
        ("", (), "token_name_missing"),
        ("x" * 81, (), "token_name_missing"),
        ("x", ("everything",), "scope_unknown"),
    ],
)
def test_a_token_needs_a_name_and_known_scopes(
    make: Callable[..., str], member: Someone, name: str, scopes: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Rejected, match=code):
        make(member, *scopes, name=name)


def test_there_are_at_most_twenty(make: Callable[..., str], member: Someone) -> None:
    for _ in range(20):
        make(member)

    with pytest.raises(Rejected, match="too_many_tokens"):
        make(member)


def test_the_last_use_is_noted(
    app: Flask, do: Do, make: Callable[..., str], member: Someone, now: datetime
) -> None:
    token = make(member)
    do(tokens.note_used, 1, now=now)

    with app.app_context():
        soon = tokens.holder_of(token, now=now + timedelta(minutes=59), today=now.date())
        later = tokens.holder_of(token, now=now + timedelta(minutes=61), today=now.date())
    assert soon is not None
    assert later is not None
    assert (soon.use_is_old, later.use_is_old) == (False, True)
