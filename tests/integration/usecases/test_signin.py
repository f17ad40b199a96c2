"""Signing in: by any name, the same refusal for every failure, throttled, ended on the server."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import JournalEntry, Person, SignIn, SignInAttempt
from cpd_app.usecases import passwords, signin
from cpd_app.usecases.signin import Outcome
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
PASSWORD = "变电站 2026 继电保护"
HOME = "192.0.2.1"


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def known(store: Store, society: Any) -> Person:
    """An activated person with e-mail, phone, registration number and the password."""
    person = builders.a_person(
        store,
        email="lin@example.org",
        phone="+8613900001111",
        login="lin-2023",
        password_hash=passwords.choose(PASSWORD).password_hash,
    )
    builders.a_registration(store, person, society, number="SF-E-001", number_key="SF-E-001")
    return person


@pytest.fixture
def try_to(app: Flask, do: Do, now: datetime) -> Callable[..., Outcome]:
    """Sign in as a page does: prove outside of the transaction, conclude inside."""

    def attempt(
        name: str, password: str = PASSWORD, *, address: str = HOME, later: timedelta | None = None
    ) -> Outcome:
        at = now + (later or timedelta())
        with app.app_context():
            proof = signin.prove(name, password, address=address, now=at)
        outcome: Outcome = do(signin.sign_in, proof, device="iPhone Safari", now=at)
        return outcome

    return attempt


@pytest.mark.parametrize(
    "name",
    [
        "lin@example.org",
        "LIN@Example.org ",
        "139 0000 1111",
        "+86-13900001111",
        "sf-e-001",
        "ＳＦ－Ｅ－００１",
        "lin-2023",
    ],
)
def test_every_name_of_a_person_signs_in(
    known: Person, try_to: Callable[..., Outcome], store: Store, name: str
) -> None:
    outcome = try_to(name)

    assert outcome.refusal == ""
    kept = store.get(SignIn, 1)
    assert kept.person_id == known.id
    assert kept.token_hash == signin.hash_of(outcome.secret) != outcome.secret


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("name", "password"),
    [("lin@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("", PASSWORD)],
)
def test_unknown_and_wrong_are_refused_alike(
    try_to: Callable[..., Outcome], store: Store, name: str, password: str
) -> None:
    assert try_to(name, password) == Outcome(refusal="sign_in_failed")
    assert store.count(SignIn) == 0
    assert store.count(SignInAttempt) == 3  # name here, name, address


def test_who_is_not_activated_or_merged_away_cannot_sign_in(
    known: Person, try_to: Callable[..., Outcome], store: Store
) -> None:
    builders.a_person(store, email="new@example.org", password_hash=None, activated_at=None)
    builders.a_person(
        store,
        email="old@example.org",
        password_hash=known.password_hash,
        merged_into_id=known.id,
    )

    assert try_to("new@example.org").refusal == "sign_in_failed"
    assert try_to("old@example.org").refusal == "sign_in_failed"


def test_a_missing_phone_or_address_means_nobody(
    try_to: Callable[..., Outcome], store: Store
) -> None:
    builders.a_person(
        store, email=None, phone=None, password_hash=passwords.choose(PASSWORD).password_hash
    )

    assert try_to("SF-E-999").refusal == "sign_in_failed"


@pytest.mark.usefixtures("known")
def test_after_five_failures_one_waits_and_then_signs_in(try_to: Callable[..., Outcome]) -> None:
    for minute in range(5):
        assert try_to("lin@example.org", "wrong", later=timedelta(minutes=minute)).minutes == 0

    held = try_to("lin@example.org", later=timedelta(minutes=5))
    assert held == Outcome(refusal="too_many_attempts", minutes=10)
    # Elsewhere the person is not held by five failures at this address.
    assert try_to("lin@example.org", address="192.0.2.9", later=timedelta(minutes=5)).secret


@pytest.mark.usefixtures("known")
def test_waiting_ends_by_itself_and_refused_attempts_do_not_lengthen_it(
    try_to: Callable[..., Outcome],
) -> None:
    for _ in range(5):
        try_to("lin@example.org", "wrong")
    for minute in range(1, 15):
        held = try_to("lin@example.org", "wrong", later=timedelta(minutes=minute))
        assert held.minutes == 15 - minute

    assert try_to("lin@example.org", later=timedelta(minutes=15, seconds=1)).secret


@pytest.mark.usefixtures("known")
def test_a_name_is_held_from_many_addresses_too(try_to: Callable[..., Outcome]) -> None:
    for number in range(10):
        try_to("lin@example.org", "wrong", address=f"198.51.100.{number}")

    assert try_to("lin@example.org", address="203.0.113.1").refusal == "too_many_attempts"


@pytest.mark.usefixtures("known")
def test_an_address_is_held_whatever_names_it_tries(try_to: Callable[..., Outcome]) -> None:
    for number in range(50):
        try_to(f"nobody-{number}@example.org")

    assert try_to("lin@example.org").refusal == "too_many_attempts"
    assert try_to("lin@example.org", address="203.0.113.1").secret


@pytest.mark.usefixtures("known")
def test_success_forgets_the_failures_of_the_name(try_to: Callable[..., Outcome]) -> None:
    for _ in range(4):
        try_to("lin@example.org", "wrong")
    assert try_to("lin@example.org").secret
    for _ in range(4):
        try_to("lin@example.org", "wrong")

    assert try_to("lin@example.org").secret


@pytest.mark.usefixtures("known")
def test_names_and_addresses_are_not_kept(try_to: Callable[..., Outcome], store: Store) -> None:
    try_to("lin@example.org", "wrong")

    with store.session() as session:
        kept = session.query(SignInAttempt.subject_hash).all()
    assert all(len(digest) == 64 and "lin" not in digest for (digest,) in kept)


def test_an_older_hash_is_renewed_when_its_owner_signs_in(
    known: Person, try_to: Callable[..., Outcome], store: Store
) -> None:
    older = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(PASSWORD)
    with store.session() as session:
        session.get_one(Person, known.id).password_hash = older

    assert try_to("lin@example.org").secret
    assert "m=64,t=1" in str(store.get(Person, known.id).password_hash)


def test_a_browser_stays_signed_in_180_days_after_its_last_use(
    app: Flask, do: Do, known: Person, now: datetime
) -> None:
    secret = do(signin.begin_sign_in, known.id, device="", now=now)
    with app.app_context():
        assert signin.sign_in_of(secret, now=now + timedelta(days=179)) is not None
        assert signin.sign_in_of(secret, now=now + timedelta(days=180)) is None
        assert signin.sign_in_of("another", now=now) is None
    do(signin.note_seen, 1, now=now + timedelta(days=100))
    with app.app_context():
        assert signin.sign_in_of(secret, now=now + timedelta(days=279)) is not None


def test_a_sign_in_that_was_ended_is_over(
    app: Flask, do: Do, member: Someone, now: datetime, store: Store
) -> None:
    secret = do(signin.begin_sign_in, member.id, device="", now=now)
    do(signin.end_sign_in, member.actor, 1, now=now)
    do(signin.end_sign_in, member.actor, 1, now=now + timedelta(hours=1))

    with app.app_context():
        assert signin.sign_in_of(secret, now=now) is None
    assert store.count(JournalEntry, JournalEntry.verb == "sign_in.ended") == 1


def test_the_others_end_and_this_one_stays(
    app: Flask, do: Do, member: Someone, other_member: Someone, now: datetime
) -> None:
    mine = [do(signin.begin_sign_in, member.id, device=f"{n}", now=now) for n in range(3)]
    theirs = do(signin.begin_sign_in, other_member.id, device="", now=now)

    assert do(signin.end_other_sign_ins, member.actor, 2, now=now) == 2
    with app.app_context():
        open_ones = [signin.sign_in_of(s, now=now) is not None for s in (*mine, theirs)]
        assert open_ones == [False, True, False, True]
        assert [s.id for s in signin.open_sign_ins(member.actor, now=now)] == [2]


def test_nobody_ends_the_sign_in_of_another_person(
    do: Do, member: Someone, other_member: Someone, registrar: Someone, now: datetime
) -> None:
    do(signin.begin_sign_in, member.id, device="", now=now)

    for someone in (other_member, registrar):
        with pytest.raises(NotFound):
            do(signin.end_sign_in, someone.actor, 1, now=now)
    with pytest.raises(NotFound):
        do(signin.end_sign_in, member.actor, 99, now=now)


def test_a_new_password_ends_the_other_sign_ins(
    app: Flask, do: Do, known: Person, try_to: Callable[..., Outcome], now: datetime
) -> None:
    here, there = try_to("lin@example.org").secret, try_to("lin@example.org").secret
    me = Someone(known).actor

    do(signin.change_password, me, passwords.choose("another good one"), keep_id=1, now=now)

    with app.app_context():
        assert signin.sign_in_of(here, now=now) is not None
        assert signin.sign_in_of(there, now=now) is None
    assert try_to("lin@example.org").refusal == "sign_in_failed"
    assert try_to("lin@example.org", "another good one").secret


def test_the_password_again_opens_a_quarter_of_an_hour(
    app: Flask, do: Do, known: Person, now: datetime, store: Store
) -> None:
    me = Someone(known).actor
    do(signin.begin_sign_in, known.id, device="", now=now - timedelta(hours=1))

    with app.app_context():
        wrong = signin.prove_again(me, "wrong", address=HOME, now=now)
        right = signin.prove_again(me, PASSWORD, address=HOME, now=now)

    assert do(signin.confirm, me, 1, wrong, now=now).refusal == "password_wrong"
    assert do(signin.confirm, me, 1, right, now=now).refusal == ""
    assert store.get(SignIn, 1).confirmed_until == now + timedelta(minutes=15)


@pytest.mark.usefixtures("known")
def test_another_persons_proof_confirms_nothing(
    app: Flask, do: Do, member: Someone, now: datetime
) -> None:
    do(signin.begin_sign_in, member.id, device="", now=now)
    with app.app_context():
        proof = signin.prove("lin@example.org", PASSWORD, address=HOME, now=now)

    assert do(signin.confirm, member.actor, 1, proof, now=now).refusal == "password_wrong"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("x" * 201, "password_long"),
        ("password1", "password_common"),
        ("PASSWORD1", "password_common"),
        ("88888888", "password_common"),
        ("12345678", "password_common"),
        ("ａｂｃｄｅｆｇｈ", "password_common"),
        ("13900001111", "password_is_name"),
        ("lin@example.org", "password_is_name"),
    ],
)
def test_what_is_guessed_within_minutes_is_refused(password: str, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        passwords.choose(password, known=("lin@example.org", "+8613900001111", None))

    assert (refused.value.code, refused.value.field) == (code, "password")


def test_a_password_is_the_same_on_every_keyboard() -> None:
    kept = passwords.choose("ｐａｓｓ word 九天").password_hash

    assert passwords.matches("pass word 九天", kept)
    assert not passwords.matches("pass word 九", kept)
    assert not passwords.matches("nobody's password", None)
    assert not passwords.matches("-", "-")
