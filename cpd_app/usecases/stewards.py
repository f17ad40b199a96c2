"""Stewards (门岗): phones at the door, paired by a one-time code; no account, scanning only."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.numbers import CODE_ALPHABET, grouped_code, normal_code
from cpd_app.models import Event, Scan, Steward
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import attempts, journal
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.signin import hash_of

#: of thirty characters; guessing is throttled by address, docs/adr has the arithmetic
CODE_LENGTH = 8
#: long enough to hand codes out the evening before
CODE_LASTS = timedelta(hours=24)
#: what a phone without network kept may still be sent so long after the last session's window
SENDS_UNTIL = timedelta(hours=72)
#: seen_at is written at most this often
SEEN_EVERY = timedelta(minutes=1)
#: an event with more doors than this is a loop of somebody's program
MOST = 100
MOST_NAME = 80
#: events whose phones are nobody's any more
OVER = {"settled", "cancelled"}


@dataclass(frozen=True)
class StewardCode:
    """A new steward and the code that pairs one phone; the code is kept nowhere."""

    steward: Steward
    #: as people type it: K7M4-QX2P
    code: str


@dataclass(frozen=True)
class Pairing:
    """What became of a code: the phone's secret and its event, or why not."""

    secret: str = ""
    event_id: int = 0
    refusal: str = ""
    minutes: int = 0


@dataclass(frozen=True)
class PairedPhone:
    """A phone that asks for something: whose it is and when it was last written down."""

    steward_id: int
    event_id: int
    name: str
    seen_is_old: bool


@dataclass(frozen=True)
class StewardRow:
    """A steward as the organiser's list shows them."""

    steward: Steward
    #: waiting (for its phone), expired (the code), paired, revoked
    state: str
    scans: int
    last_scan_at: datetime | None


def ends_at(event: Event) -> datetime:
    """When the phones of an event's doors end by themselves."""
    return max((s.closes_at for s in event.sessions), default=event.ends_at) + SENDS_UNTIL


def is_over(event: Event, *, now: datetime) -> bool:
    """Whether doors of the event may neither scan nor send any more."""
    return event.state in OVER or ends_at(event) <= now


def add_steward(actor: Actor, event_id: int, name: str, *, now: datetime) -> StewardCode:
    """Make the one-time code for one more phone at the door.

    Raises Rejected `steward_name_missing`, `doors_over`, `too_many_stewards`.
    """
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    if is_over(event, now=now):
        raise Rejected("doors_over")
    if not name.strip() or len(name.strip()) > MOST_NAME:
        raise Rejected("steward_name_missing", "name", most=MOST_NAME)
    held = select(func.count()).where(Steward.event_id == event.id, Steward.revoked_at.is_(None))
    if (session.scalar(held) or 0) >= MOST:
        raise Rejected("too_many_stewards", most=MOST)
    code = _new_code()
    row = Steward(
        event_id=event.id,
        name=name.strip(),
        code_hash=hash_of(code),
        code_expires_at=now + CODE_LASTS,
        created_at=now,
        created_by_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    _note(actor, "steward.added", row, event, now=now)
    return StewardCode(row, grouped_code(code))


def new_code(actor: Actor, event_id: int, steward_id: int, *, now: datetime) -> StewardCode:
    """Another code for the same door, for a phone that changed; the paired one ends."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    row = _steward_of(event, steward_id)
    if is_over(event, now=now) or row.revoked_at is not None:
        raise Rejected("steward_over")
    code = _new_code()
    row.code_hash, row.code_expires_at = hash_of(code), now + CODE_LASTS
    row.token_hash, row.paired_at = None, None
    _note(actor, "steward.code_renewed", row, event, now=now)
    return StewardCode(row, grouped_code(code))


def pair_phone(code: str, *, address: str, now: datetime) -> Pairing:
    """Exchange a code for the secret of this phone; a wrong one is counted against the address.

    Refusals: `pairing_wait`, `pairing_unknown`, `pairing_used`, `pairing_expired`, `steward_over`.
    """
    subjects = (attempts.subject("pairing_address", address),)
    wait = attempts.minutes_to_wait(subjects, now=now)
    if wait:
        return Pairing(refusal="pairing_wait", minutes=wait)
    row = session.scalar(select(Steward).where(Steward.code_hash == hash_of(normal_code(code))))
    if row is None:
        attempts.note(subjects, now=now)
        return Pairing(refusal="pairing_unknown")
    event = session.get_one(Event, row.event_id)
    refusal = _refusal(row, event, now=now)
    if refusal:
        return Pairing(refusal=refusal)
    secret = secrets.token_urlsafe(32)
    taken = session.execute(
        update(Steward)
        .where(Steward.id == row.id, Steward.paired_at.is_(None))
        .values(token_hash=hash_of(secret), paired_at=now, seen_at=now)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return Pairing(refusal="pairing_used")
    actor = Actor(None, "door", steward_id=row.id, steward_event_id=event.id)
    _note(actor, "steward.paired", row, event, now=now)
    return Pairing(secret=secret, event_id=event.id)


def phone_of(secret: str, event_id: int, *, now: datetime) -> PairedPhone | None:
    """The paired phone that holds this secret; None when revoked or the event's doors are over."""
    row = session.scalar(
        select(Steward).where(
            Steward.token_hash == hash_of(secret),
            Steward.event_id == event_id,
            Steward.revoked_at.is_(None),
        )
    )
    if row is None or is_over(session.get_one(Event, row.event_id), now=now):
        return None
    old = row.seen_at is None or now - row.seen_at >= SEEN_EVERY
    return PairedPhone(row.id, row.event_id, row.name, seen_is_old=old)


def note_seen(steward_id: int, *, now: datetime) -> None:
    """A phone at the door was heard of; the organiser sees which ones are silent."""
    session.execute(update(Steward).where(Steward.id == steward_id).values(seen_at=now))


def stewards_of(actor: Actor, event_id: int, *, now: datetime) -> list[StewardRow]:
    """The phones at an event's doors, with what each has scanned."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    counted = (
        select(Scan.steward_id, func.count().label("scans"), func.max(Scan.at).label("last"))
        .where(Scan.event_id == event.id, Scan.steward_id.is_not(None))
        .group_by(Scan.steward_id)
        .subquery()
    )
    found = session.execute(
        select(Steward, counted.c.scans, counted.c.last)
        .outerjoin(counted, counted.c.steward_id == Steward.id)
        .where(Steward.event_id == event.id)
        .order_by(Steward.id)
    )
    return [StewardRow(s, _state(s, now), scans or 0, last) for s, scans, last in found]


def revoke_steward(actor: Actor, event_id: int, steward_id: int, *, now: datetime) -> None:
    """End a phone at once; what it had not sent is refused. Twice changes nothing."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    _end(actor, _steward_of(event, steward_id), event, now=now)


def leave_door(actor: Actor, event_id: int, *, now: datetime) -> None:
    """The steward gives the phone back: this pairing ends."""
    event = event_for(actor, event_id, Permission.SCAN_DOOR, now=now)
    if actor.steward_id is not None:
        _end(actor, _steward_of(event, actor.steward_id), event, now=now)


def _end(actor: Actor, row: Steward, event: Event, *, now: datetime) -> None:
    if row.revoked_at is None:
        row.revoked_at = now
        _note(actor, "steward.revoked", row, event, now=now)


def _refusal(row: Steward, event: Event, *, now: datetime) -> str:
    """Why a code pairs no phone any more; empty when it does."""
    if row.revoked_at is not None or is_over(event, now=now):
        return "steward_over"
    if row.paired_at is not None:
        return "pairing_used"
    return "pairing_expired" if row.code_expires_at <= now else ""


def _steward_of(event: Event, steward_id: int) -> Steward:
    row = session.get(Steward, steward_id)
    if row is None or row.event_id != event.id:
        raise NotFound
    return row


def _state(row: Steward, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.paired_at is not None:
        return "paired"
    return "expired" if row.code_expires_at <= now else "waiting"


def _note(actor: Actor, verb: str, row: Steward, event: Event, *, now: datetime) -> None:
    journal.record(
        actor, verb, "steward", row.id, now=now, society_id=event.society_id,
        data={"event": event.id},
    )  # fmt: skip


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
