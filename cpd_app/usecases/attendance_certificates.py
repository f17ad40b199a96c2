"""The certificate of attendance (出席证明): for the member, and for organisers to hand out."""

from datetime import datetime

from cpd_app.db import session
from cpd_app.documents.certificate import AttendanceCertificate
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.roster import EntryState
from cpd_app.models import Attendance, Event, RosterEntry
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.texts.trace import trace_lines
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_heads import head_of, stays_of
from cpd_app.usecases.event_visibility import entry_of

SETTLED = "settled"


def own_certificate(
    actor: Actor, event_id: int, *, language: str, now: datetime
) -> AttendanceCertificate:
    """The actor's own certificate; NotFound for who was never on the roster.

    Rejected `no_certificate`, `certificate_too_early`, `certificate_pending`, `no_presence`.
    """
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    event = session.get(Event, event_id)
    entry = None if actor.person_id is None else entry_of(event_id, actor.person_id)
    if event is None or entry is None:
        raise NotFound
    return _certificate(event, entry, language, now=now)


def certificate_of_entry(
    actor: Actor, event_id: int, entry_id: int, *, language: str, now: datetime
) -> AttendanceCertificate:
    """The certificate of somebody on the roster, for those who run the event; same refusals."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    entry = session.get(RosterEntry, entry_id)
    if entry is None or entry.event_id != event.id:
        raise NotFound
    return _certificate(event, entry, language, now=now)


def has_certificate(event: Event, entry: RosterEntry) -> bool:
    """Whether a certificate can be had now: what pages ask before they show the link."""
    try:
        _attendance(event, entry)
    except Rejected:
        return False
    return True


def _attendance(event: Event, entry: RosterEntry) -> Attendance:
    """What a certificate is made of; once it is settled, so that no two say different things."""
    if not event.gives_certificate:
        raise Rejected("no_certificate")
    if event.state != SETTLED:
        raise Rejected("certificate_too_early")
    if entry.state == EntryState.PENDING:
        raise Rejected("certificate_pending")
    attendance = session.get(Attendance, entry.id)
    if entry.state != EntryState.LISTED or attendance is None or not attendance.minutes:
        raise Rejected("no_presence")
    return attendance


def _certificate(
    event: Event, entry: RosterEntry, language: str, *, now: datetime
) -> AttendanceCertificate:
    attendance = _attendance(event, entry)
    year = event.starts_at.year
    return AttendanceCertificate(
        number=f"CPD-{year}-{event.id}-{entry.id}",
        event=head_of(event, language),
        name=entry.name,
        registration_number=entry.number,
        unit=entry.unit,
        stays=stays_of(attendance.presence, event),
        minutes=attendance.minutes,
        hours=attendance.hours,
        arithmetic=tuple(trace_lines(attendance.trace, language)),
        as_of=now,
    )
