"""What is meant by a correction: the presence of each session as it becomes, or why not."""

from dataclasses import dataclass
from datetime import datetime

from cpd_app.domain.agenda import Span
from cpd_app.domain.errors import Rejected
from cpd_app.domain.presence import Attended, Room, Verb, presence_in
from cpd_app.usecases.attendance_facts import EntryFacts, EventFacts


@dataclass(frozen=True)
class NewCorrection:
    """What is corrected of one session, or of every credited session that it touches.

    `presence` with one time only moves that end and leaves the rest as it was.
    """

    verb: Verb
    reason: str
    session_id: int | None = None
    in_at: datetime | None = None
    out_at: datetime | None = None
    #: the scan that a reversal takes back
    scan_id: int | None = None
    #: UUID made by the client once per act
    key: str | None = None
    statement_id: int | None = None
    #: photo of the signed sheet
    file_id: int | None = None


@dataclass(frozen=True)
class Made:
    """One row to be written: a session's presence as it was and becomes."""

    session_id: int
    before: tuple[Span, ...]
    after: tuple[Span, ...]


def rows_of(
    facts: EventFacts, of_entry: EntryFacts, was: Attended, new: NewCorrection, *, now: datetime
) -> list[Made]:
    """The rows of a correction; what makes no sense is refused."""
    if new.verb is Verb.REVERSAL:
        return [_reversal(of_entry, was, new)]
    rooms = _rooms(facts, was, new)
    made = [_room(room, was, new, now=now) for room in rooms]
    if not made:
        raise Rejected("outside_session", "session_id")
    return made


def _reversal(of_entry: EntryFacts, was: Attended, new: NewCorrection) -> Made:
    scan = next((s for s in of_entry.seen if s.id == new.scan_id), None)
    if scan is None:
        raise Rejected("unknown_scan", "scan_id")
    if any(a.verb is Verb.REVERSAL and a.scan == scan.id for a in of_entry.amended):
        raise Rejected("scan_is_void", "scan_id")
    spans = presence_in(scan.session, was.stays)
    return Made(scan.session, spans, spans)


def _rooms(facts: EventFacts, was: Attended, new: NewCorrection) -> list[Room]:
    """The session that was named; else those that the times touch, or where the person was."""
    if new.session_id is not None:
        return [room for room in facts.rooms if room.id == new.session_id]
    been = {stay.session for stay in was.stays}
    if new.verb is not Verb.PRESENCE or new.in_at is None or new.out_at is None:
        return [room for room in facts.rooms if room.id in been]
    return [
        room
        for room in facts.rooms
        if room.spans and room.starts_at < new.out_at and new.in_at < room.ends_at
    ]


def _room(room: Room, was: Attended, new: NewCorrection, *, now: datetime) -> Made:
    before = presence_in(room.id, was.stays)
    if new.verb is not Verb.PRESENCE:
        return Made(room.id, before, ())
    spans = _spans(room, was, new, now=now)
    if not spans or any(first >= last for first, last in spans):
        raise Rejected("ends_before_start", "out_at")
    if spans[-1][1] > now:
        raise Rejected("not_yet", "out_at")
    if spans[-1][1] <= room.starts_at or spans[0][0] >= room.ends_at:
        raise Rejected("outside_session", "out_at")
    return Made(room.id, before, spans)


def _spans(room: Room, was: Attended, new: NewCorrection, *, now: datetime) -> tuple[Span, ...]:
    """The presence that is meant: both times, or one end moved of what was there.

    Whoever is inside now and only came at another time is written down until now; their check-out
    goes on from there (`presence.Amended`).
    """
    whole_event = new.session_id is None
    if new.in_at is not None and new.out_at is not None:
        if not whole_event:
            return ((new.in_at, new.out_at),)
        return ((max(new.in_at, room.starts_at), min(new.out_at, room.ends_at)),)
    stays = [s for s in was.stays if s.session == room.id]
    if new.in_at is None and new.out_at is None:
        raise Rejected("times_missing", "out_at")
    if not stays:
        raise Rejected("times_missing", "in_at" if new.in_at is None else "out_at")
    still = now if was.inside == room.id else None
    spans = [(s.in_at, s.out_at or still or s.in_at) for s in stays]
    if new.out_at is not None:
        kept = [span for span in spans if span[0] < new.out_at]
        return (*kept[:-1], (kept[-1][0], new.out_at)) if kept else ()
    if new.in_at is not None:
        if still is None and any(s.out_at is None for s in stays):
            raise Rejected("times_missing", "out_at")
        kept = [span for span in spans if span[1] > new.in_at]
        return ((new.in_at, kept[0][1]), *kept[1:]) if kept else ()
    return ()
