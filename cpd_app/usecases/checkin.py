"""How somebody checks themselves in and out: by a code, by a claim after sign-in, or as a guest."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import lazyload

from cpd_app.db import session
from cpd_app.domain.checkin import Outcome, still_counts
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.numbers import login_key, normal_phone, number_key
from cpd_app.domain.room_codes import Direction
from cpd_app.domain.roster import EntryState, PendingReason, Source
from cpd_app.models import Event, EventSession, RosterEntry, Scan, Statement
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.claims import Claim, read_claim
from cpd_app.usecases.event_visibility import why_not
from cpd_app.usecases.receipts import Receipt
from cpd_app.usecases.roster import note
from cpd_app.usecases.roster_entries import free_places, new_entry
from cpd_app.usecases.scans import Room, ScanToKeep, append_in, room_of

#: entries that are as they should be; all others are judged again when their person comes
SETTLED_ENTRIES = frozenset({EntryState.LISTED, EntryState.PENDING})


@dataclass(frozen=True)
class NewCheckin:
    """A scan as a phone sends it."""

    #: the code of the QR, or its link
    code: str
    #: UUID made by the phone once per scan
    key: str
    #: when it was read, when that was before it could be sent
    scanned_at: datetime | None = None
    #: random id of the browser, for flags only
    device: str | None = None


@dataclass(frozen=True)
class Guest:
    """Somebody without an account: found a member later by phone or registration number."""

    name: str
    unit: str
    phone: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class CheckedIn:
    """What became of a scan, and the room it was in."""

    outcome: Outcome
    #: whether this call kept it (False: a repeat)
    created: bool
    room: Room
    direction: Direction
    at: datetime
    #: None: kept as a statement
    receipt: Receipt | None = None


def check_in(actor: Actor, new: NewCheckin, *, now: datetime) -> CheckedIn:
    """Keep a member's scan of a room's code; the same key gives the first scan back.

    A code that was read without network counts until the settlement and for 72 hours; after that
    it becomes a statement (我在场) with the scan attached.
    Raises Rejected `wrong_code`, `code_expired`, `checkin_not_open`, `checkin_closed`.
    """
    person_id = _oneself(actor)
    try:
        room, claim = read_claim(new.code, person_id=person_id, now=now, said_at=new.scanned_at)
    except Rejected:
        # its code was good when it came first
        if first := first_of(actor, new.key):
            return first
        raise
    if not still_counts(claim.reading, arrived_at=now, settled=room.is_settled):
        return _state(actor, person_id, room, claim, new, now=now)
    once = _once(person_id, new.key)
    entry_id = _own_entry(actor, room, person_id, now=now)
    return _append(actor, room, claim, entry_id, once, new.device, now=now)


def first_of(actor: Actor, key: str) -> CheckedIn | None:
    """The scan that a member's phone sent with this key before, if it did."""
    person_id = _oneself(actor)
    scan = session.scalar(select(Scan).where(Scan.once == _once(person_id, key)))
    if scan is None:
        return None
    room, direction = room_of(scan.session_id), Direction(scan.direction)
    return CheckedIn(
        Outcome(scan.outcome), False, room, direction, scan.at, Receipt(scan.id, scan.once)
    )


def finish_claim(
    actor: Actor, claim: Claim, *, device: str | None = None, key: str | None = None, now: datetime
) -> CheckedIn:
    """Turn a claim into the scan of whoever signed in; only one person can.

    With a `key` the scan is that of a phone's request, which may be sent again.
    Raises Conflict `claim_used`, Rejected `checkin_closed` after the settlement.
    """
    person_id = _oneself(actor)
    room = room_of(claim.session_id, person_id)
    once = _once(person_id, key) if key else claim.once
    entry_id = _own_entry(actor, room, person_id, now=now)
    return _append(actor, room, claim, entry_id, once, device, now=now)


def finish_as_guest(
    actor: Actor, claim: Claim, guest: Guest, *, device: str | None = None, now: datetime
) -> CheckedIn:
    """Turn a claim into the scan of somebody without an account; the organiser settles it.

    Who is on the roster as a guest with this name and number or phone is that entry.
    Raises Rejected `missing`, `phone_bad`, `guest_unknown`, Conflict `claim_used`.
    """
    room = room_of(claim.session_id)
    # one guest after the other: a form that is sent twice finds its first entry
    session.execute(
        select(EventSession.id).where(EventSession.id == room.session_id).with_for_update()
    )
    entry_id = _guest_entry(actor, room, guest, now=now)
    return _append(actor, room, claim, entry_id, claim.once, device, now=now)


def finish_as_same_guest(
    actor: Actor, claim: Claim, receipt: Receipt, *, device: str | None = None, now: datetime
) -> CheckedIn:
    """Turn a claim into another scan of the guest who scanned before with this browser.

    Raises NotFound when the receipt is of another event or of a member, Conflict `claim_used`.
    """
    room = room_of(claim.session_id)
    entry = session.scalar(
        select(RosterEntry)
        .join(Scan, Scan.entry_id == RosterEntry.id)
        .where(Scan.id == receipt.scan_id, Scan.once == receipt.once)
    )
    if entry is None or entry.person_id is not None or entry.event_id != room.event_id:
        raise NotFound
    entry_id = entry.joined_id or entry.id
    return _append(actor, room, claim, entry_id, claim.once, device, now=now)


def _oneself(actor: Actor) -> int:
    require(actor, Permission.ENROL, Target(owner_id=actor.person_id))
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def _once(person_id: int, key: str) -> str:
    return f"person:{person_id}:{key}"


def _append(
    actor: Actor,
    room: Room,
    claim: Claim,
    entry_id: int,
    once: str,
    device: str | None,
    *,
    now: datetime,
) -> CheckedIn:
    scan = ScanToKeep(
        session_id=room.session_id,
        entry_id=entry_id,
        direction=claim.direction,
        at=claim.reading.at,
        source=claim.source,
        once=once,
        code_age=claim.reading.age,
        marks=claim.reading.marks,
        device=device,
    )
    try:
        scanned = append_in(actor, room, scan, now=now)
    except Conflict as refused:
        if refused.code == "key_reused" and once == claim.once:
            raise Conflict("claim_used", "code") from None
        raise
    return CheckedIn(
        scanned.outcome,
        scanned.created,
        room,
        scanned.direction,
        scanned.at,
        Receipt(scanned.scan_id, once),
    )


def _own_entry(actor: Actor, room: Room, person_id: int, *, now: datetime) -> int:
    """The person's entry on the roster; made, or judged again, when they came without one."""
    if room.entry_id is not None and (room.entry_state in SETTLED_ENTRIES or room.rehearsal):
        return room.entry_id
    event = session.get_one(Event, room.event_id, options=[lazyload(Event.sessions)])
    if event.capacity is not None:
        # places are given one by one
        session.refresh(event, ["capacity"], with_for_update={"key_share": True})
    if room.entry_id is not None:
        return _admit_again(actor, room, event, room.entry_id, now=now)
    try:
        with session.begin_nested():
            return _admit(actor, room, event, person_id, now=now)
    except IntegrityError:
        # of two scans at one moment the other one made it
        first = room_of(room.session_id, person_id).entry_id
        if first is None:
            raise
        return first


def _admit(actor: Actor, room: Room, event: Event, person_id: int, *, now: datetime) -> int:
    """Put somebody on the roster who came: listed when welcome, else pending with the reason."""
    state, reason = EntryState.CANCELLED, None  # a rehearsal puts nobody on the roster
    if not room.rehearsal:
        reason = _why_not(room, event, person_id, now)
        state = EntryState.LISTED if reason is None else EntryState.PENDING
    entry = new_entry(event, person_id, Source.CHECKIN, state, now=now, reason=reason)
    note(actor, "entry.admitted", event, entry, now=now, state=state, reason=reason)
    return entry.id


def _admit_again(actor: Actor, room: Room, event: Event, entry_id: int, *, now: datetime) -> int:
    """Judge an entry that waited, was declined or given back, now that its person is here."""
    entry = session.get_one(
        RosterEntry, entry_id, populate_existing=True, with_for_update={"key_share": True}
    )
    if entry.state in SETTLED_ENTRIES:
        return entry.id
    reason = _why_not(room, event, entry.person_id or 0, now)
    if entry.state == EntryState.DECLINED:
        reason = reason or PendingReason.NOT_ON_LIST
    entry.state = EntryState.LISTED if reason is None else EntryState.PENDING
    entry.pending_reason, entry.excused = reason, False
    session.flush()
    note(actor, "entry.admitted", event, entry, now=now, state=entry.state, reason=reason)
    return entry.id


def _why_not(room: Room, event: Event, person_id: int, now: datetime) -> PendingReason | None:
    left = free_places(event)
    today = now.astimezone(ZoneInfo(room.zone)).date()
    return why_not(event, person_id, today, has_room=left is None or left > 0)


def _guest_entry(actor: Actor, room: Room, guest: Guest, *, now: datetime) -> int:
    phone = normal_phone(guest.phone) if guest.phone else None
    if guest.phone and phone is None:
        raise Rejected("phone_bad", "phone")
    key = number_key(guest.number or "") or None
    if phone is None and key is None:
        raise Rejected("guest_unknown", "phone")
    event = session.get_one(Event, room.event_id, options=[lazyload(Event.sessions)])
    entry = _same_guest(event.id, guest.name, phone, key)
    if entry is not None:
        return entry.joined_id or entry.id
    entry = RosterEntry(
        event_id=event.id,
        name=guest.name,
        unit=guest.unit,
        number=guest.number,
        number_key=key,
        phone=phone,
        source=Source.CHECKIN,
        state=EntryState.CANCELLED if room.rehearsal else EntryState.PENDING,
        pending_reason=PendingReason.GUEST,
        created_at=now,
    )
    session.add(entry)
    session.flush()
    note(actor, "entry.admitted", event, entry, now=now, state=entry.state)
    return entry.id


def _same_guest(event_id: int, name: str, phone: str | None, key: str | None) -> RosterEntry | None:
    """The guest of this name and number or phone who is on the roster."""
    alike = session.scalars(
        select(RosterEntry)
        .where(
            RosterEntry.event_id == event_id,
            RosterEntry.person_id.is_(None),
            (RosterEntry.number_key == key) if key else (RosterEntry.phone == phone),
        )
        .order_by(RosterEntry.id)
    )
    return next((e for e in alike if login_key(e.name) == login_key(name)), None)


def _state(
    actor: Actor, person_id: int, room: Room, claim: Claim, new: NewCheckin, *, now: datetime
) -> CheckedIn:
    """A scan that came too late to count by itself: a 我在场 with the scan attached."""
    reading = claim.reading
    known = session.scalar(
        select(Statement.id).where(Statement.person_id == person_id, Statement.key == new.key)
    )
    if known is not None:
        return CheckedIn(Outcome.KEPT, False, room, claim.direction, reading.at)
    entry_id = _own_entry(actor, room, person_id, now=now)
    statement = Statement(
        event_id=room.event_id,
        session_id=room.session_id,
        entry_id=entry_id,
        person_id=person_id,
        kind="presence",
        in_at=reading.at if claim.direction is Direction.IN else None,
        out_at=reading.at if claim.direction is Direction.OUT else None,
        words="",
        scan={
            "direction": str(claim.direction),
            "at": reading.at.isoformat(),
            "received_at": now.isoformat(),
            "code_age": reading.age,
            "marks": list(reading.marks),
            "source": claim.source,
        },
        state="open",
        created_at=now,
        key=new.key,
    )
    session.add(statement)
    session.flush()
    journal.record(
        actor,
        "statement.made",
        "statement",
        statement.id,
        now=now,
        society_id=room.society_id,
        data={"event": room.event_id, "entry": entry_id, "kind": "presence"},
    )
    return CheckedIn(Outcome.KEPT, True, room, claim.direction, reading.at)
