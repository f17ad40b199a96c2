"""What a browser may see and undo of the scan that it made: its receipt is a sealed cookie."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.checkin import Outcome, Reading
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.room_codes import Direction, turns_at
from cpd_app.models import Correction, Event, RosterEntry, Scan
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.texts import SENTENCES
from cpd_app.usecases import claims, journal
from cpd_app.usecases.claims import Claim
from cpd_app.usecases.position import position_now
from cpd_app.usecases.scans import Room, room_of

#: how long a wrong scan can be undone by who made it
UNDO = timedelta(minutes=10)


@dataclass(frozen=True)
class Receipt:
    """That this browser made a scan: its number, and what made it single-use."""

    scan_id: int
    once: str


@dataclass(frozen=True)
class Result:
    """A scan as the page shows it."""

    scan_id: int
    outcome: Outcome
    direction: Direction
    at: datetime
    room: Room
    #: as the roster has it
    name: str
    #: None = a guest
    person_id: int | None
    #: why an organiser has to decide; None = nobody has to
    pending_reason: str | None
    #: when they came, of somebody who left
    came_at: datetime | None
    #: from when codes to leave are shown
    leaves_from: datetime
    #: hundredths of 学时 that the whole event can give; None = unknown
    hours: int | None
    undone: bool
    #: until when it can be undone
    undo_until: datetime

    @property
    def is_guest(self) -> bool:
        """Of somebody without an account."""
        return self.person_id is None

    def can_be_undone(self, now: datetime) -> bool:
        """Whether its owner still may."""
        return not self.undone and now <= self.undo_until and not self.room.is_settled


def sealed(receipt: Receipt, secret: str) -> str:
    """A receipt as a browser keeps it."""
    return _serializer(secret).dumps([receipt.scan_id, receipt.once])


def unsealed(text: str | None, secret: str) -> Receipt | None:
    """The receipt in a cookie; None when there is none or it was forged."""
    try:
        scan_id, once = _serializer(secret).loads(text or "")
    except BadData:
        return None
    return Receipt(scan_id, once)


def result_of(receipt: Receipt) -> Result:
    """What a browser may see of the scan that it made."""
    scan, entry = _held(receipt)
    room = room_of(scan.session_id)
    approved = session.scalar(select(Event.approved).where(Event.id == scan.event_id)) or {}
    undone = session.scalar(select(Correction.id).where(Correction.scan_id == scan.id))
    hours = approved.get("hours")
    return Result(
        scan_id=scan.id,
        outcome=Outcome(scan.outcome),
        direction=Direction(scan.direction),
        at=scan.at,
        room=room,
        name=entry.name,
        person_id=entry.person_id,
        pending_reason=entry.pending_reason if entry.state == "pending" else None,
        came_at=_came_at(scan) if scan.direction == Direction.OUT else None,
        leaves_from=turns_at(room.starts_at, room.ends_at),
        hours=hours if isinstance(hours, int) else None,
        undone=undone is not None,
        undo_until=scan.received_at + UNDO,
    )


def undo_scan(actor: Actor, receipt: Receipt, *, now: datetime) -> None:
    """Void a wrong scan within ten minutes: a reversal beside it, by its owner.

    A member must be signed in; of a guest the receipt is all there is. Undoing twice changes
    nothing. Raises Rejected `undo_too_late`, NotFound for somebody else's scan.
    """
    scan, entry = _held(receipt, hold=True)
    if entry.person_id is not None:
        require(actor, Permission.ENROL, Target(owner_id=entry.person_id))
    room = room_of(scan.session_id)
    if now > scan.received_at + UNDO or room.is_settled:
        raise Rejected("undo_too_late")
    if session.scalar(select(Correction.id).where(Correction.scan_id == scan.id)) is not None:
        return
    session.add(
        Correction(
            event_id=scan.event_id,
            session_id=scan.session_id,
            entry_id=scan.entry_id,
            verb="reversal",
            scan_id=scan.id,
            before=[[scan.at.isoformat(), None]],
            after=[],
            reason=SENTENCES["scan_undone"],
            by_role="self",
            by_id=actor.person_id,
            at=now,
        )
    )
    session.flush()
    if not room.rehearsal:
        entry.inside_session_id = position_now(entry.id)
        entry.stale_at = now
    journal.record(
        actor,
        "scan.undone",
        "scan",
        scan.id,
        now=now,
        society_id=room.society_id,
        data={"event": scan.event_id, "entry": scan.entry_id},
    )


def hand_on(actor: Actor, receipt: Receipt, *, now: datetime) -> Claim | None:
    """不是我: undo the scan and give its moment to the next person at this browser.

    None when ten minutes have gone since the code was opened.
    """
    undo_scan(actor, receipt, now=now)
    scan = session.get_one(Scan, receipt.scan_id)
    reading = Reading(scan.at, scan.code_age, tuple(scan.marks))
    former = Claim("", scan.session_id, Direction(scan.direction), scan.source, reading, scan.at)
    return claims.again(former, now=now)


def _held(receipt: Receipt, *, hold: bool = False) -> tuple[Scan, RosterEntry]:
    """The scan of a receipt and its roster entry."""
    scan = session.get(Scan, receipt.scan_id)
    if scan is None or scan.once != receipt.once:
        raise NotFound
    entry = session.get_one(
        RosterEntry,
        scan.entry_id,
        populate_existing=True,
        with_for_update={"key_share": True} if hold else None,
    )
    return scan, entry


def _came_at(scan: Scan) -> datetime | None:
    """The latest scan in before a scan out of the same session."""
    return session.scalar(
        select(Scan.at)
        .where(
            Scan.entry_id == scan.entry_id,
            Scan.session_id == scan.session_id,
            Scan.direction == Direction.IN,
            Scan.at <= scan.at,
            ~select(Correction.id).where(Correction.scan_id == Scan.id).exists(),
        )
        .order_by(Scan.at.desc())
        .limit(1)
    )


def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret,
        salt="scan",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
