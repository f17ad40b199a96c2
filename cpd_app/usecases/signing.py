"""Signatures of a society (Ed25519): making, ending and publishing its keys, and signing.

Private keys lie in the database, sealed (usecases/sealing.py): a copy of the database alone signs
nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cpd_app.db import session
from cpd_app.domain.errors import Conflict
from cpd_app.models import SigningKey, Society
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal, sealing

ALGORITHM = "Ed25519"
ROTATED, STOLEN = "rotated", "stolen"
_PURPOSE = b"cpd signing key 1"


class KeyLockedError(Exception):
    """The private key does not open: CPD_SECRET_KEY is not the one that it was sealed with."""


@dataclass(frozen=True)
class Signature:
    """Which key signed, and the 64 bytes of the signature."""

    key_id: str
    signature: bytes


@dataclass(frozen=True)
class PublishedKey:
    """A key as everybody may see it, with whose it is."""

    key_id: str
    society: str
    name: str
    name_en: str
    public_key: bytes
    created_at: datetime
    ended_at: datetime | None
    ended_why: str | None


def sign(society_id: int, payload: bytes, *, now: datetime) -> Signature:
    """Sign bytes for a society with its key in force; makes its first key when it has none.

    Call it inside a transaction, so that a first key is kept. Raises KeyLockedError.
    """
    key = _in_force(society_id) or _first_key(society_id, now=now)
    return Signature(key.key_id, _opened(key).sign(payload))


def create_key(actor: Actor, society_id: int, *, now: datetime) -> SigningKey:
    """A society's first key. Raises Conflict `key_exists` when it has one in force."""
    if _in_force(society_id) is not None:
        raise Conflict("key_exists")
    return _added(actor, society_id, now=now)


def rotate_key(actor: Actor, society_id: int, *, stolen: bool = False, now: datetime) -> SigningKey:
    """End the key in force and make a new one; `stolen`: nothing that the old one signed stands."""
    require(actor, Permission.CHANGE_ROLE, Target())
    ended = _in_force(society_id)
    if ended is not None:
        ended.ended_at, ended.ended_why = now, STOLEN if stolen else ROTATED
        session.flush()
        journal.record(
            actor, "key.ended", "signing_key", ended.id,
            now=now, society_id=society_id, data={"key": ended.key_id, "why": ended.ended_why},
        )  # fmt: skip
    return _added(actor, society_id, now=now)


def published_keys() -> list[PublishedKey]:
    """Every key there ever was, ended ones too: what they signed is still looked at."""
    rows = session.execute(
        select(SigningKey, Society)
        .join(Society, Society.id == SigningKey.society_id)
        .order_by(Society.code, SigningKey.id)
    )
    return [
        PublishedKey(
            key_id=key.key_id,
            society=society.code,
            name=society.name,
            name_en=society.name_en,
            public_key=key.public_key,
            created_at=key.created_at,
            ended_at=key.ended_at,
            ended_why=key.ended_why,
        )
        for key, society in rows
    ]


def _in_force(society_id: int) -> SigningKey | None:
    return session.scalar(
        select(SigningKey).where(SigningKey.society_id == society_id, SigningKey.ended_at.is_(None))
    )


def _first_key(society_id: int, *, now: datetime) -> SigningKey:
    """Two that ask at once agree: only one key can be in force."""
    try:
        with session.begin_nested():
            return _added(Actor.system("signing"), society_id, now=now)
    except IntegrityError:
        key = _in_force(society_id)
        if key is None:
            raise
        return key


def _added(actor: Actor, society_id: int, *, now: datetime) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(public).hexdigest()[:16]
    salt, sealed = sealing.seal(_PURPOSE, private.private_bytes_raw(), about=key_id)
    key = SigningKey(
        society_id=society_id,
        key_id=key_id,
        public_key=public,
        sealed_key=sealed,
        salt=salt,
        created_at=now,
    )
    session.add(key)
    session.flush()
    journal.record(
        actor, "key.created", "signing_key", key.id,
        now=now, society_id=society_id, data={"key": key_id},
    )  # fmt: skip
    return key


def _opened(key: SigningKey) -> Ed25519PrivateKey:
    try:
        raw = sealing.unseal(_PURPOSE, key.salt, key.sealed_key, about=key.key_id)
    except sealing.SealedError:
        raise KeyLockedError(
            f"signing key {key.key_id} was sealed with another CPD_SECRET_KEY: set that one again, "
            "or make a new key with `cpd admin rotate-key`"
        ) from None
    return Ed25519PrivateKey.from_private_bytes(raw)
