"""A scan before sign-in: a code becomes a claim that only the browser which opened it holds.

A claim is sealed with the service's key, so nothing is stored; it is single-use because the scan it
becomes carries its id. docs/adr/0013 has the arithmetic.
"""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.checkin import Reading, reading_of
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.room_codes import (
    SHORT_LENGTH,
    Direction,
    bucket_at,
    bucket_starts_at,
    direction_of_short_code,
    is_genuine,
    read_code,
    read_short_code,
    short_code_of,
)
from cpd_app.models import EventSession
from cpd_app.usecases.guessing import Guesser
from cpd_app.usecases.scans import Room, room_of

#: how long somebody may take to sign in
LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Claim:
    """That a browser held a genuine code of one session and direction, and when."""

    id: str
    session_id: int
    direction: Direction
    #: room_code, typed_code, static_code
    source: str
    reading: Reading
    claimed_at: datetime

    @property
    def once(self) -> str:
        """What makes it single-use."""
        return f"claim:{self.id}"


@dataclass(frozen=True)
class Found:
    """What six typed characters came to; a refusal is no exception, for the miss must be kept."""

    claim: Claim | None = None
    refusal: Rejected | None = None

    def claimed(self) -> Claim:
        """The claim; raises the refusal: `wrong_code`, `too_many_codes`, `checkin_…`."""
        if self.claim is None:
            raise self.refusal or Rejected("wrong_code", "code")
        return self.claim


def is_typed(text: str) -> bool:
    """Whether this is six characters, and not the code of a QR or its link."""
    return len("".join(c for c in text if c.isalnum())) == SHORT_LENGTH and "/" not in text


def claim_of(text: str, *, now: datetime) -> Claim:
    """Exchange the code of a QR, or its link, for a claim.

    Raises Rejected `wrong_code`, `checkin_not_open`, `checkin_closed`, and `code_expired`, whose
    `values` tell the event, session, moment and six characters that the code was shown with.
    """
    _room, claim = read_claim(text, now=now)
    return claim


def read_claim(
    text: str, *, now: datetime, person_id: int | None = None, said_at: datetime | None = None
) -> tuple[Room, Claim]:
    """The room of a genuine code and the claim to have been there; late ones are not refused.

    `said_at` is when a phone without network says that it read the code.
    """
    code = read_code(text, near=now)
    try:
        room = room_of(code.session_id, person_id)
    except NotFound:
        raise Rejected("wrong_code", "code") from None
    if not is_genuine(code, room.code_key):
        raise Rejected("wrong_code", "code")
    try:
        reading = reading_of(code.bucket, arrived_at=now, said_at=said_at)
    except Rejected as refused:
        if code.bucket is not None:
            # what a statement of having been there (我在场) begins with
            refused.values |= {
                "event": room.event_id,
                "session": room.session_id,
                "shown_at": bucket_starts_at(code.bucket),
                "typed": short_code_of(room.code_key, code.direction, code.bucket),
            }
        raise
    reading = _in_window(room, reading, now, said_at)
    source = "static_code" if code.is_static else "room_code"
    return room, _claim(room.session_id, code.direction, source, reading, now)


def _in_window(room: Room, reading: Reading, now: datetime, said_at: datetime | None) -> Reading:
    """Refuse what was read while the room was closed.

    A printed code counts from its arrival; when that is too late, only the phone says that it was
    read in time, and the organiser decides.
    """
    if not reading.is_late:
        room.check_open(reading.at)
    elif reading.age is not None:
        room.was_open(reading.at)
    elif said_at is not None:
        try:
            room.check_open(now)
        except Rejected:
            room.was_open(said_at)
            return replace(reading, at=said_at, proved=False)
    return reading


def find_typed(text: str, *, by: Guesser, now: datetime) -> Found:
    """Exchange six typed characters, of a session whose codes are taken now, for a claim.

    A miss is counted (`guessing`). A session that has lost patience with who types is not even
    compared, so that the answer says nothing about its code.
    """
    wait = by.minutes_to_wait(now=now)
    if wait:
        return Found(refusal=_too_many(wait))
    try:
        typed = read_short_code(text)
    except Rejected as refused:
        return Found(refusal=refused)  # not counted: it tells nothing to who guesses
    present = bucket_at(now)
    open_now = select(EventSession.id, EventSession.code_key).where(
        EventSession.closes_at >= now, EventSession.opens_at <= now
    )
    sessions = session.execute(open_now).all()
    closed, wait = by.closed_at([session_id for session_id, _key in sessions], now=now)
    for session_id, key in sessions:
        if session_id in closed:
            continue
        fits = direction_of_short_code(typed, key, (present, present - 1))
        if fits is None:
            continue
        direction, bucket = fits
        try:
            room_of(session_id).check_open(now)
        except Rejected as refused:
            return Found(refusal=refused)
        reading = reading_of(bucket, arrived_at=now)
        return Found(_claim(session_id, direction, "typed_code", reading, now))
    by.note_miss([session_id for session_id, _key in sessions], now=now)
    return Found(refusal=_too_many(wait)) if closed else Found()


def _too_many(minutes: int) -> Rejected:
    return Rejected("too_many_codes", "code", minutes=minutes)


def again(claim: Claim, *, now: datetime) -> Claim | None:
    """The same moment as a new claim for the next person at this browser; None when too late."""
    if now > claim.claimed_at + LASTS:
        return None
    return Claim(
        str(uuid.uuid4()),
        claim.session_id,
        claim.direction,
        claim.source,
        claim.reading,
        claim.claimed_at,
    )


def sealed(claim: Claim, secret: str) -> str:
    """A claim as a browser keeps it: readable, and worthless once a character is changed."""
    reading = claim.reading
    return _serializer(secret).dumps(
        [
            claim.id,
            claim.session_id,
            str(claim.direction),
            claim.source,
            reading.at.timestamp(),
            reading.age,
            list(reading.marks),
            claim.claimed_at.timestamp(),
        ]
    )


def unsealed(text: str | None, secret: str, *, now: datetime) -> Claim | None:
    """The claim in a cookie; None when there is none, it was forged, or ten minutes have gone."""
    try:
        held = _serializer(secret).loads(text or "")
    except BadData:
        return None
    id_, session_id, direction, source, at, age, marks, claimed = held
    claimed_at = datetime.fromtimestamp(claimed, UTC)
    if not claimed_at <= now <= claimed_at + LASTS:
        return None
    reading = Reading(datetime.fromtimestamp(at, UTC), age, tuple(marks))
    return Claim(id_, session_id, Direction(direction), source, reading, claimed_at)


def _claim(
    session_id: int, direction: Direction, source: str, reading: Reading, now: datetime
) -> Claim:
    return Claim(str(uuid.uuid4()), session_id, direction, source, reading, now)


def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret,
        salt="claim",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
