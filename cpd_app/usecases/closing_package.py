"""The closing package (结项包) of an event: collected for organisers and the society's staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.documents.closing_package import Absent, ClosingPackage, PackageRow, SessionLine
from cpd_app.domain.agenda import minutes_of
from cpd_app.domain.assurance import BY_PRESENCE, Presence
from cpd_app.domain.roster import EntryState
from cpd_app.models import (
    Attendance,
    Correction,
    Event,
    EventSession,
    Job,
    JobFile,
    RosterEntry,
    Society,
)
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_heads import counted_sessions, head_of, society_name, stays_of
from cpd_app.usecases.event_hours import planned_session
from cpd_app.usecases.job_files import files_of
from cpd_app.usecases.jobs import JobState, order_job

#: name of the task
TASK = "closing_package"
#: it is collected, then set
STEPS = 2

#: entries that the package speaks of; who was declined or cancelled is not in it
SHOWN = (EntryState.LISTED, EntryState.PENDING)
#: what of an attendance becomes a note on its row
NOTED = ("late", "static_code")
HELD = ("guest", "pending", "no_registration")


@dataclass(frozen=True)
class Package:
    """An event's package for who asks: whether its figures stand, and their own latest order."""

    event: Event
    order: Job | None
    file: JobFile | None

    @property
    def under_way(self) -> bool:
        """Whether one is being made."""
        return self.order is not None and self.order.state in {JobState.DUE, JobState.RUNNING}


def package_of(actor: Actor, event_id: int, *, now: datetime) -> Package:
    """The event, and the actor's latest order of its package while that is of use."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    job = session.scalars(
        select(Job)
        .where(Job.kind == TASK, Job.subject_id == event.id, Job.created_by_id == actor.person_id)
        .order_by(Job.id.desc())
        .limit(1)
    ).first()
    return Package(event, job, files_of([job.id], now=now).get(job.id) if job else None)


def order_closing_package(
    actor: Actor, event_id: int, *, language: str, key: str, now: datetime
) -> Job:
    """Have the package made; the same `key` is the same order."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    return order_job(
        actor,
        TASK,
        event.id,
        key=f"{TASK}:{event.id}:{actor.person_id}:{key}",
        now=now,
        payload={"language": language},
        total=STEPS,
    )


def collect_package(actor: Actor, event_id: int, *, language: str, now: datetime) -> ClosingPackage:
    """Everybody who was there with in, out and hours, and who was not; it only reads.

    It may be had at any time; before the settlement it says that figures may still change.
    """
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    names = {s.id: society_name(s, language) for s in session.scalars(select(Society))}
    corrected = set(
        session.scalars(select(Correction.entry_id).where(Correction.event_id == event.id))
    )
    rows, absent = [], []
    for entry, attendance in _entries(event):
        if attendance is None or not attendance.presence:
            if entry.state == EntryState.LISTED:
                absent.append(Absent(entry.number, entry.name, entry.unit, entry.excused))
            continue
        society = None if entry.society_id is None else names[entry.society_id]
        rows.append(_row(event, entry, attendance, society, is_corrected=entry.id in corrected))
    return ClosingPackage(
        event=head_of(event, language),
        sessions=tuple(_session(s) for s in counted_sessions(event)),
        rows=tuple(rows),
        absent=tuple(absent),
        missing_out=event.missing_out,
        approved_at=event.approved_at,
        approved_hours=(event.approved or {}).get("hours"),
        settled_at=event.settled_at,
        as_of=now,
    )


def note_package(actor: Actor, event_id: int, package: ClosingPackage, *, now: datetime) -> None:
    """Write down that it was taken."""
    event = session.get_one(Event, event_id)
    journal.record(
        actor,
        "event.package_taken",
        "event",
        event.id,
        now=now,
        society_id=event.society_id,
        data={"people": len(package.rows), "absent": len(package.absent)},
    )


def _entries(event: Event) -> list[tuple[RosterEntry, Attendance | None]]:
    found = session.execute(
        select(RosterEntry, Attendance)
        .outerjoin(Attendance, Attendance.entry_id == RosterEntry.id)
        .where(
            RosterEntry.event_id == event.id,
            RosterEntry.state.in_(SHOWN),
            RosterEntry.joined_id.is_(None),
        )
        .order_by(RosterEntry.id)
    )
    return [(entry, attendance) for entry, attendance in found]


def _row(
    event: Event,
    entry: RosterEntry,
    attendance: Attendance,
    society: str | None,
    *,
    is_corrected: bool,
) -> PackageRow:
    notes = [
        *(["missing"] if attendance.missing_out else []),
        *(["corrected"] if is_corrected else []),
        *(mark for mark in NOTED if mark in attendance.marks),
        *(["refused"] if attendance.held and attendance.held not in (*HELD, "nothing") else []),
        *([attendance.held] if attendance.held in HELD else []),
    ]
    proof = attendance.proof if attendance.minutes else None
    return PackageRow(
        number=entry.number,
        name=entry.name,
        unit=entry.unit,
        society=society,
        stays=stays_of(attendance.presence, event),
        minutes=attendance.minutes,
        hours=attendance.hours,
        assurance=None if proof is None else str(BY_PRESENCE[Presence(proof)]),
        notes=tuple(notes),
    )


def _session(row: EventSession) -> SessionLine:
    spans = planned_session(row).spans
    return SessionLine(row.title, row.room, row.starts_at, row.ends_at, minutes_of(spans))
