"""Attendance computed again: from scans and corrections to minutes, hours, flags and a record.

A scan only says that its entry is stale. The worker takes entries whose person went out, or whose
session is over, some at a time; corrections and settlements compute at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, update

from cpd_app.db import session
from cpd_app.domain.agenda import minutes_field, record_of
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.attendance_flags import SUSPICIONS
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.domain.presence import Attended, Stay, attended
from cpd_app.models import Attendance, Correction, Event, EventSession, RosterEntry
from cpd_app.policy import Actor
from cpd_app.usecases.attendance_facts import (
    OVER,
    EntryFacts,
    EventFacts,
    facts_of_entries,
    facts_of_event,
    families_of,
)
from cpd_app.usecases.attendance_flags import around, flags_for, look_again
from cpd_app.usecases.attendance_messages import tell_hours, tell_leaving, untell_leaving
from cpd_app.usecases.attendance_records import EventRecord, Wanted, keep_records, registered
from cpd_app.usecases.event_hours import needs_approval
from cpd_app.usecases.rules_in_force import Rules

#: entries computed in one transaction: a check-in of one of them waits no longer than that
AT_ONCE = 50
#: after a session's end, those still inside are asked when they left
ASK_AFTER = timedelta(minutes=30)
#: frame of a flat record; the rest are the kind's own fields
FRAME = frozenset({"kind", "started_on", "ended_on"})


@dataclass(frozen=True)
class Given:
    """What presence gives by the owner's table: hundredths of 学时, with the arithmetic."""

    minutes: int = 0
    hours: int = 0
    trace: tuple[Any, ...] = ()
    record: EventRecord | None = None
    #: why there is no record
    held: str | None = None


def settle_stale(*, now: datetime, today: date, limit: int = AT_ONCE) -> int:
    """Compute some entries whose presence is complete for now; 0: none was due."""
    held = session.scalars(
        select(RosterEntry.id)
        .where(_is_due(now))
        .order_by(RosterEntry.stale_at, RosterEntry.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    return compute(Actor.system("settle-attendance"), held, now=now, today=today)


def ask_leaving(*, now: datetime, today: date, limit: int = AT_ONCE) -> int:
    """Ask those who are still inside half an hour after the end, once, when they left."""
    ended = (
        select(EventSession.id)
        .join(Event, Event.id == EventSession.event_id)
        .where(
            EventSession.id == RosterEntry.inside_session_id,
            EventSession.ends_at <= now - ASK_AFTER,
            EventSession.rehearsal.is_(False),
            Event.state.in_(("open", "closed")),
        )
    )
    asked = select(Attendance.entry_id).where(
        Attendance.entry_id == RosterEntry.id, Attendance.asked_at.is_not(None)
    )
    entries = session.scalars(
        select(RosterEntry)
        .where(ended.exists(), ~asked.exists(), RosterEntry.person_id.is_not(None))
        .order_by(RosterEntry.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    held = [entry.id for entry in entries]
    compute(Actor.system("ask-leaving"), held, now=now, today=today)
    session.execute(
        update(Attendance)
        .where(Attendance.entry_id.in_(held))
        .values(asked_at=now)
        .execution_options(synchronize_session=False)
    )
    tell_leaving(entries, now=now)
    return len(held)


def compute(actor: Actor, entry_ids: Collection[int], *, now: datetime, today: date) -> int:
    """Compute the attendance of some entries, and write what became of it into records.

    Entries that were joined to another one are computed with it. Returns how many were asked for.
    """
    if not entry_ids:
        return 0
    entries = _held(families_of(_standing(entry_ids)))
    by_event: dict[int, list[RosterEntry]] = {}
    for entry in entries:
        by_event.setdefault(entry.event_id, []).append(entry)
    for event_id, of_event in sorted(by_event.items()):
        event = session.get_one(Event, event_id)
        _compute(actor, facts_of_event(event, now=now), of_event, now=now, today=today)
    return len(entry_ids)


def attended_of(facts: EventFacts, of_entry: EntryFacts, entry: RosterEntry) -> Attended:
    """What the scans and corrections of one entry come to at this moment; nothing is written."""
    return attended(
        facts.rooms,
        of_entry.seen,
        of_entry.amended,
        missing_out=facts.policy,
        lectures=facts.lectures.get(entry.person_id or 0, ()),
    )


def given_for(facts: EventFacts, found: Attended, rules: Rules) -> Given:
    """The hours of presence by the owner's rule set on the last credited day (domain.md §6)."""
    days = found.days(facts.plan.zone)
    if days is None or found.minutes < 1:
        return Given(held="nothing")
    try:
        rule_set = rules.on(days[1]).rule_set
        flat = record_of(facts.plan, rule_set, found.minutes, days)
        made = convert(rule_set, flat)
    except Rejected as refusal:
        return Given(held=refusal.code)
    minutes = flat[minutes_field(rule_set.kinds[facts.plan.kind])]
    own = {name: value for name, value in flat.items() if name not in FRAME}
    record = _record(facts, found, days, own)
    return Given(minutes, made.hours, tuple(made.trace), record)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Stale, and nothing is to be expected that would change it at once: out, or all is over."""
    over = select(EventSession.id).where(
        EventSession.id == RosterEntry.inside_session_id, EventSession.closes_at <= now
    )
    ended = select(Event.id).where(Event.id == RosterEntry.event_id, Event.state.in_(OVER))
    complete = or_(RosterEntry.inside_session_id.is_(None), over.exists(), ended.exists())
    return and_(RosterEntry.stale_at.is_not(None), complete)


def _standing(entry_ids: Collection[int]) -> set[int]:
    """The entries themselves, and those that stand for them."""
    wanted = set(entry_ids)
    newest = wanted
    while newest:
        rows = session.scalars(
            select(RosterEntry.joined_id).where(
                RosterEntry.id.in_(newest), RosterEntry.joined_id.is_not(None)
            )
        )
        newest = {root for root in rows if root is not None} - wanted
        wanted |= newest
    return wanted


def _held(entry_ids: Collection[int]) -> Sequence[RosterEntry]:
    """Entries held against scans until the transaction ends, always in one order."""
    return session.scalars(
        select(RosterEntry)
        .where(RosterEntry.id.in_(entry_ids))
        .order_by(RosterEntry.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _compute(
    actor: Actor,
    facts: EventFacts,
    entries: Sequence[RosterEntry],
    *,
    now: datetime,
    today: date,
) -> None:
    own = [e for e in entries if e.joined_id is None]
    people = {e.id: e.person_id for e in entries}
    scanned = facts_of_entries(families_of([e.id for e in own]))
    near = around(facts.event, scanned, people)
    rules = Rules(facts.event.society_id)
    known = _attendances(list(people))
    registered_ = registered([p for p in people.values() if p is not None])
    unapproved = needs_approval(facts.event)
    rows: list[Attendance] = []
    wanted: list[Wanted] = []
    flagged: list[tuple[int | None, list[Any]]] = []
    inside: set[int] = set()
    for entry in entries:
        of_entry = scanned.get(entry.id, EntryFacts())
        found = attended_of(facts, of_entry, entry)
        given = given_for(facts, found, rules)
        row = known.get(entry.id) or Attendance(entry_id=entry.id, event_id=entry.event_id)
        flags = flags_for(entry.id, entry.person_id, of_entry, found, near)
        held = _reason(facts.event, entry, registered_) or given.held
        if unapproved and held is None:
            held = "plan_changed"
        record = None if held or given.record is None else _marked(given.record, flags)
        if entry.person_id is not None and held != "plan_changed":
            since = row.computed_at if entry.id in known else None
            cause = _newer(of_entry.newest, since)
            wanted.append(_wanted(facts.event, entry.person_id, row, cause, record))
        _write(row, found, given, flags, held, now=now)
        rows.append(row)
        flagged.append((entry.person_id, flags))
        if found.inside is None:
            entry.stale_at = None
        else:
            inside.add(entry.id)
    ids = keep_records(actor, facts.event, wanted, now=now, today=today)
    _point_to(rows, {w.person_id: i for w, i in zip(wanted, ids, strict=True)}, people)
    look_again(near, flagged, now)
    tell_hours(facts.event, rows, people, inside=inside, now=now)
    asked = {row.entry_id for row in rows if row.asked_at is not None}
    left = [e.person_id for e in own if e.id in asked and e.inside_session_id is None]
    untell_leaving(facts.event.id, [p for p in left if p is not None], now=now)


def _point_to(
    rows: Sequence[Attendance],
    of_person: Mapping[int, int | None],
    people: Mapping[int, int | None],
) -> None:
    """Let each attendance know its record; a record has one, so the former lets go of it first."""
    pointed: dict[int, int | None] = {}
    for row in rows:
        if row.held == "plan_changed":
            continue
        pointed[row.entry_id] = of_person.get(people[row.entry_id] or 0) if not row.held else None
        if row.activity_id != pointed[row.entry_id]:
            row.activity_id = None
    session.add_all(rows)
    session.flush()
    for row in rows:
        row.activity_id = pointed.get(row.entry_id, row.activity_id)
    session.flush()


def _attendances(entry_ids: list[int]) -> dict[int, Attendance]:
    rows = select(Attendance).where(Attendance.entry_id.in_(entry_ids))
    found = session.scalars(rows.execution_options(populate_existing=True))
    return {row.entry_id: row for row in found}


def _reason(event: Event, entry: RosterEntry, registered_: Collection[int]) -> str | None:
    """Why an entry gets no record, however long its person was there."""
    if entry.joined_id is not None:
        return "joined"
    if event.state == "cancelled":
        return "cancelled"
    if entry.state != "listed":
        return "pending" if entry.state == "waiting" else entry.state
    if entry.person_id is None:
        return "guest"
    return None if entry.person_id in registered_ else "no_registration"


def _record(
    facts: EventFacts, found: Attended, days: tuple[date, date], own: Mapping[str, Any]
) -> EventRecord:
    zone = ZoneInfo(facts.plan.zone)
    local = [(first.astimezone(zone), last.astimezone(zone)) for first, last in found.spans]
    return EventRecord(
        kind=facts.plan.kind,
        title=facts.event.title,
        fields=own,
        started_on=days[0],
        ended_on=days[1],
        starts_at_time=local[0][0].time(),
        ends_at_time=local[-1][1].time(),
        attended=[[_naive(first), _naive(last)] for first, last in local],
        presence=None if found.proof is None else int(found.proof),
        marks=sorted(found.marks),
    )


def _naive(moment: datetime) -> str:
    """A local time as typed records have it."""
    return moment.replace(tzinfo=None).isoformat()


def _marked(record: EventRecord, flags: Iterable[Mapping[str, Any]]) -> EventRecord:
    if not any(flag["code"] in SUSPICIONS for flag in flags):
        return record
    return replace(record, marks=sorted({*record.marks, "flagged"}))


def _newer(correction: Correction | None, since: datetime | None) -> Correction | None:
    """The newest correction, when it came after what was computed before."""
    if correction is None or (since is not None and correction.at < since):
        return None
    return correction


def _wanted(
    event: Event,
    person_id: int,
    row: Attendance,
    cause: Correction | None,
    record: EventRecord | None,
) -> Wanted:
    return Wanted(
        person_id=person_id,
        key=event.uid,
        record=record,
        activity_id=row.activity_id,
        by_id=cause.by_id if cause else None,
        reason=cause.reason if cause else None,
    )


def _write(
    row: Attendance,
    found: Attended,
    given: Given,
    flags: list[Any],
    held: str | None,
    *,
    now: datetime,
) -> None:
    row.presence = [stay_as_json(stay) for stay in found.stays]
    row.first_in_at = min((s.in_at for s in found.stays), default=None)
    row.last_out_at = max((s.out_at for s in found.stays if s.out_at), default=None)
    row.minutes, row.hours, row.trace = given.minutes, given.hours, list(given.trace)
    row.proof = None if found.proof is None else int(found.proof)
    row.marks = sorted(found.marks)
    row.flags = flags
    row.missing_out = found.missing_out
    row.held = held
    row.computed_at = now


def stay_as_json(stay: Stay) -> dict[str, Any]:
    """One stay, with what of it counted and what was taken off."""
    return {
        "session": stay.session,
        "in": stay.in_at.isoformat(),
        "out": stay.out_at.isoformat() if stay.out_at else None,
        "open": stay.open,
        "inside": stay.inside,
        "assumed": stay.assumed,
        "corrected": stay.corrected,
        "proof": int(stay.proof),
        "seconds": stay.seconds,
        "breaks": stay.breaks,
        "lectures": stay.lectures,
    }


def stay_from(kept: Mapping[str, Any]) -> Stay:
    """A stay as `stay_as_json` kept it."""
    return Stay(
        session=kept["session"],
        in_at=datetime.fromisoformat(kept["in"]),
        out_at=datetime.fromisoformat(kept["out"]) if kept["out"] else None,
        proof=Proof(kept["proof"]),
        open=kept["open"],
        inside=kept.get("inside", False),
        assumed=kept["assumed"],
        corrected=kept["corrected"],
        seconds=kept["seconds"],
        breaks=kept["breaks"],
        lectures=kept["lectures"],
    )
