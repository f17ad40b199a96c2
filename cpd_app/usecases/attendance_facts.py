"""What attendance is computed from, read for many roster entries of one event at once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.agenda import Plan, Span
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.attendance_flags import Arrival
from cpd_app.domain.presence import Amended, MissingOut, Room, Seen, Verb
from cpd_app.domain.room_codes import Direction
from cpd_app.models import Correction, Event, RosterEntry, Scan
from cpd_app.usecases.event_hours import plan_of, planned_session

#: sources of scans that an organiser or a steward made; all others the person made
BY_ORGANISER = frozenset({"pass", "door"})
#: states in which no scan is taken any more, whatever a session's window says
OVER = frozenset({"closed", "settled", "cancelled"})


@dataclass(frozen=True)
class EventFacts:
    """One event as attendance needs it, read once for all of its people."""

    event: Event
    plan: Plan
    rooms: tuple[Room, ...]
    policy: MissingOut
    #: person -> parts in which they lecture, which give them another record
    lectures: dict[int, tuple[Span, ...]]


@dataclass
class EntryFacts:
    """All scans and corrections of one person, also of entries that were joined to theirs."""

    seen: list[Seen] = field(default_factory=list)
    amended: list[Amended] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    #: the newest correction, for the history of the record
    newest: Correction | None = None


def facts_of_event(event: Event, *, now: datetime) -> EventFacts:
    """An event's rooms with their credited stretches; a rehearsal is none of them."""
    rooms = tuple(
        Room(
            held.id,
            held.starts_at,
            held.ends_at,
            planned_session(held).spans,
            over=event.state in OVER or held.closes_at <= now,
            closed_at=event.closed_at,
        )
        for held in event.sessions
        if not held.rehearsal
    )
    return EventFacts(event, plan_of(event), rooms, MissingOut(event.missing_out), _lectures(event))


def _lectures(event: Event) -> dict[int, tuple[Span, ...]]:
    found: dict[int, tuple[Span, ...]] = {}
    for held in event.sessions:
        for part in held.parts:
            for speaker in part.speakers:
                if speaker.kind == "lecture" and speaker.person_id is not None:
                    spans = found.get(speaker.person_id, ())
                    found[speaker.person_id] = (*spans, (part.starts_at, part.ends_at))
    return found


def families_of(entry_ids: Collection[int]) -> dict[int, int]:
    """Entries and all that were joined to them: entry -> the one that stands for it."""
    standing = dict.fromkeys(entry_ids)
    family = {entry_id: entry_id for entry_id in standing}
    newest = list(standing)
    while newest:
        rows = session.execute(
            select(RosterEntry.id, RosterEntry.joined_id).where(RosterEntry.joined_id.in_(newest))
        )
        joined = {row.id: family[row.joined_id] for row in rows if row.id not in family}
        family.update(joined)
        newest = list(joined)
    return family


def facts_of_entries(family: dict[int, int]) -> dict[int, EntryFacts]:
    """Scans and corrections by the entry that they count for; two statements."""
    found = {root: EntryFacts() for root in family.values()}
    for scan in _scans(list(family)):
        facts = found[family[scan.entry_id]]
        facts.seen.append(_seen(scan))
        facts.arrivals.append(arrival_of(scan, family[scan.entry_id]))
    rows = select(Correction).where(Correction.entry_id.in_(list(family)))
    for correction in session.scalars(rows.order_by(Correction.at, Correction.id)):
        facts = found[family[correction.entry_id]]
        facts.amended.append(amended_of(correction))
        facts.newest = correction
    return found


def _scans(entry_ids: Sequence[int]) -> Iterable[Scan]:
    return session.scalars(select(Scan).where(Scan.entry_id.in_(entry_ids)))


def _seen(scan: Scan) -> Seen:
    by_organiser = scan.source in BY_ORGANISER
    return Seen(
        session=scan.session_id,
        direction=Direction(scan.direction),
        at=scan.at,
        proof=Proof.ORGANISER_SCAN if by_organiser else Proof.SELF_SCAN,
        marks=frozenset(scan.marks),
        id=scan.id,
    )


def arrival_of(scan: Scan, person: int) -> Arrival:
    """A scan as flags look at it; an organiser's device scans for everybody."""
    by_organiser = scan.source in BY_ORGANISER
    return Arrival(
        person=person,
        session=scan.session_id,
        direction=Direction(scan.direction),
        received_at=scan.received_at,
        code_age=scan.code_age,
        device=None if by_organiser else scan.device,
        scanned_by=scan.by_id if by_organiser else None,
    )


def amended_of(correction: Correction) -> Amended:
    """A correction as the rules read it."""
    return Amended(
        verb=Verb(correction.verb),
        at=correction.at,
        session=correction.session_id,
        spans=spans_of(correction.after),
        scan=correction.scan_id,
        id=correction.id,
    )


def spans_of(pairs: Iterable[Sequence[str]]) -> tuple[Span, ...]:
    """Stretches as JSON has them."""
    return tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in pairs)


def as_json(spans: Iterable[Span]) -> list[list[str]]:
    """Stretches for a JSON column."""
    return [[first.isoformat(), last.isoformat()] for first, last in spans]
