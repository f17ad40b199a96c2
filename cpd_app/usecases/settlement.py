"""结项: attendance becomes final, speakers get their records, late scans become statements."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from cpd_app.db import session
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.errors import Conflict
from cpd_app.models import AgendaPart, Attendance, Event, RosterEntry, Speaker, Statement
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import journal
from cpd_app.usecases.attendance_records import EventRecord, Wanted, keep_records, registered
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_hours import needs_approval
from cpd_app.usecases.event_input import EventState
from cpd_app.usecases.events import mark_stale

#: level of talks at events whose kind has none
NO_LEVEL = "other"
MOST_TITLE = 200
MOST_KEY = 160


@dataclass(frozen=True)
class Outstanding:
    """What is worth a look before an event is settled; nothing of it stands in the way."""

    statements: int
    #: of these, what people said about when they left
    leaving: int
    pending: int
    missing_out: int
    #: attendance that the worker has not computed yet
    stale: int
    #: changed in what decides hours since staff approved it; this does stand in the way
    unapproved: bool


def outstanding_of(actor: Actor, event_id: int, *, now: datetime) -> Outstanding:
    """What the organiser should look at before the settlement."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    entries, of_event = RosterEntry, RosterEntry.event_id == event.id
    return Outstanding(
        statements=_count(Statement, Statement.event_id == event.id, Statement.state == "open"),
        leaving=_count(
            Statement,
            Statement.event_id == event.id,
            Statement.state == "open",
            Statement.kind == "leaving",
        ),
        pending=_count(entries, of_event, entries.state == "pending", entries.joined_id.is_(None)),
        missing_out=_count(
            Attendance, Attendance.event_id == event.id, Attendance.missing_out.is_(True)
        ),
        stale=_count(entries, of_event, entries.stale_at.is_not(None)),
        unapproved=needs_approval(event),
    )


def settle_event(actor: Actor, event_id: int, *, now: datetime, today: date) -> Event:
    """Make the attendance of a closed event final; from now on only staff of the owner correct it.

    What is still stale the worker computes. Speakers who are members get a `talk` or `lecture`.
    Raises Conflict `not_in_this_state`, `approval_is_missing` for a plan changed since.
    """
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    session.refresh(event, with_for_update={"key_share": True})
    if event.state == EventState.SETTLED:
        return event
    if event.state != EventState.CLOSED:
        raise Conflict("not_in_this_state")
    if needs_approval(event):
        raise Conflict("approval_is_missing")
    event.state, event.settled_at, event.updated_at = EventState.SETTLED, now, now
    mark_stale(event, now=now)
    spoke = _settle_speakers(actor, event, now=now, today=today)
    journal.record(
        actor, "event.settled", "event", event.id, now=now, society_id=event.society_id,
        data={"version": event.version, "speakers": spoke},
    )  # fmt: skip
    return event


def _settle_speakers(actor: Actor, event: Event, *, now: datetime, today: date) -> int:
    """Records of members who spoke, by the agenda; returns how many."""
    spoken = [
        (part, speaker)
        for held in event.sessions
        if not held.rehearsal
        for part in held.parts
        for speaker in part.speakers
        if speaker.person_id is not None
    ]
    members = registered([s.person_id for _part, s in spoken if s.person_id is not None])
    due = [(part, speaker) for part, speaker in spoken if speaker.person_id in members]
    wanted = [
        Wanted(
            person_id=speaker.person_id or 0,
            key=str(uuid.uuid5(uuid.UUID(event.uid), f"speaker:{part.id}:{speaker.kind}")),
            record=_record(event, part, speaker),
            activity_id=speaker.activity_id,
        )
        for part, speaker in due
    ]
    ids = keep_records(actor, event, wanted, now=now, today=today)
    for (_part, speaker), activity_id in zip(due, ids, strict=True):
        speaker.activity_id = activity_id
    session.flush()
    return len(due)


def _record(event: Event, part: AgendaPart, speaker: Speaker) -> EventRecord:
    zone = ZoneInfo(event.zone)
    first, last = part.starts_at.astimezone(zone), part.ends_at.astimezone(zone)
    title = f"{part.title} · {event.title}"[:MOST_TITLE]
    minutes = int((part.ends_at - part.starts_at).total_seconds()) // 60
    is_talk = speaker.kind == "talk"
    return EventRecord(
        kind=speaker.kind,
        title=title,
        fields={"level": event.fields.get("level", NO_LEVEL)} if is_talk else {"minutes": minutes},
        started_on=first.date(),
        ended_on=last.date(),
        starts_at_time=first.time(),
        ends_at_time=last.time(),
        attended=[[first.replace(tzinfo=None).isoformat(), last.replace(tzinfo=None).isoformat()]],
        presence=int(Proof.ROSTER),
        marks=[],
        # a talk given again at the same event is the same achievement (domain.md §4)
        achievement_key=title[:MOST_KEY] if is_talk else None,
    )


def _count(table: type, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
