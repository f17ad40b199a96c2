"""Keys of a society: made once, sealed, ended, published; signatures that anybody can check."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from cpd_app.domain.errors import Conflict, NotAllowed
from cpd_app.models import JournalEntry, SigningKey, Society
from cpd_app.policy import Actor
from cpd_app.usecases import sealing, signing, societies
from tests.conftest import SECRET
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
SYSTEM = Actor.system("cli")


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


def published(do: Do, key_id: str) -> signing.PublishedKey:
    return next(k for k in do(signing.published_keys) if k.key_id == key_id)


def test_a_signature_is_checked_with_the_published_key(do: Do, society: Society, now: datetime):
    made = do(signing.sign, society.id, b"certificate", now=now)

    key = published(do, made.key_id)
    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    public.verify(made.signature, b"certificate")
    with pytest.raises(InvalidSignature):
        public.verify(made.signature, b"certificatE")
    assert (key.society, key.created_at, key.ended_at) == ("home", now, None)


def test_a_society_has_one_key_and_each_society_its_own(
    do: Do, society: Society, other_society: Society, now: datetime
):
    first = do(signing.sign, society.id, b"1", now=now)

    assert do(signing.sign, society.id, b"2", now=now).key_id == first.key_id
    assert do(signing.sign, other_society.id, b"1", now=now).key_id != first.key_id
    with pytest.raises(Conflict, match="key_exists"):
        do(signing.create_key, SYSTEM, society.id, now=now)


def test_a_new_society_has_a_key(do: Do, store: Store, now: datetime):
    row = do(societies.add_society, SYSTEM, "csee", "电机", "CSEE", began_on=now.date(), now=now)

    assert store.one(select(SigningKey.society_id)) == row.id
    assert store.one(select(func.count()).where(JournalEntry.verb == "key.created")) == 1


def test_a_rotated_key_stays_published_with_its_dates(do: Do, society: Society, now: datetime):
    old = do(signing.sign, society.id, b"1", now=now)
    later = now + timedelta(days=1)

    new = do(signing.rotate_key, SYSTEM, society.id, now=later)

    assert do(signing.sign, society.id, b"2", now=later).key_id == new.key_id != old.key_id
    ended = published(do, old.key_id)
    assert (ended.ended_at, ended.ended_why) == (later, "rotated")


def test_a_stolen_key_is_said_to_be_stolen(do: Do, society: Society, now: datetime):
    old = do(signing.sign, society.id, b"1", now=now)

    do(signing.rotate_key, SYSTEM, society.id, stolen=True, now=now)

    assert published(do, old.key_id).ended_why == "stolen"


def test_nobody_rotates_a_key_in_a_browser(do: Do, registrar: Someone, now: datetime):
    assert registrar.society
    with pytest.raises(NotAllowed):
        do(signing.rotate_key, registrar.actor, registrar.society.id, now=now)


def test_the_private_key_opens_with_the_secret_of_its_making_only(
    do: Do, store: Store, society: Society, now: datetime
):
    made = do(signing.sign, society.id, b"1", now=now)
    sealing.configure("another secret " * 3)
    try:
        with pytest.raises(signing.KeyLockedError, match=rf"{made.key_id}.*CPD_SECRET_KEY"):
            do(signing.sign, society.id, b"1", now=now)
        do(signing.rotate_key, SYSTEM, society.id, now=now)
        do(signing.sign, society.id, b"1", now=now)
    finally:
        sealing.configure(SECRET)
    assert store.one(select(func.count()).select_from(SigningKey)) == 2


def test_a_sealed_key_cannot_be_given_to_another(
    do: Do, store: Store, society: Society, other_society: Society, now: datetime
):
    """Who can write the database, but has not the secret, makes no key sign for another."""
    do(signing.sign, society.id, b"1", now=now)
    do(signing.sign, other_society.id, b"1", now=now)
    with store.session() as session:
        ours, theirs = session.scalars(select(SigningKey).order_by(SigningKey.id))
        theirs.sealed_key, theirs.salt = ours.sealed_key, ours.salt

    with pytest.raises(signing.KeyLockedError):
        do(signing.sign, other_society.id, b"1", now=now)
