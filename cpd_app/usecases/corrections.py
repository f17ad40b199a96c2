"""Corrections of attendance: who was there from when to when, with a reason; nothing is erased.

A correction is a row that stands before the scans of its session. What it does to minutes, hours
and the letter can be seen before it is made, and the record says afterwards what changed and why.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.assurance import BY_PRESENCE
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.presence import Amended, Attended, Verb
from cpd_app.models import Correction, Event, File, RosterEntry
from cpd_app.policy import Actor, Permission, may, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import journal
from cpd_app.usecases.attendance import attended_of, compute, given_for
from cpd_app.usecases.attendance_facts import (
    EntryFacts,
    EventFacts,
    as_json,
    facts_of_entries,
    facts_of_event,
    families_of,
)
from cpd_app.usecases.correction_input import NewCorrection, rows_of
from cpd_app.usecases.event_access import event_for, event_target
from cpd_app.usecases.files import Opened, opened, readable_file
from cpd_app.usecases.position import position_now
from cpd_app.usecases.rules_in_force import Rules

MOST_REASON = 500
#: entries corrected by one act
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Sum:
    """What attendance comes to: whole minutes, hundredths of 学时, the letter."""

    minutes: int
    hours: int
    letter: str | None


@dataclass(frozen=True)
class Effect:
    """What a correction does to one person; with a problem it does nothing."""

    entry: RosterEntry
    before: Sum
    after: Sum
    problem: Rejected | None = None


def preview_corrections(
    actor: Actor, event_id: int, entry_ids: Collection[int], new: NewCorrection, *, now: datetime
) -> list[Effect]:
    """What a correction would do to each of these people; nothing is written."""
    event = correctable_event(actor, event_id, now=now)
    facts, entries = facts_of_event(event, now=now), _entries(event, entry_ids)
    found = facts_of_entries(families_of([e.id for e in entries]))
    rules = Rules(event.society_id)
    return [_effect(actor, facts, found[e.id], e, new, rules, now=now) for e in entries]


def correct_attendance(
    actor: Actor,
    event_id: int,
    entry_ids: Collection[int],
    new: NewCorrection,
    *,
    now: datetime,
    today: date,
) -> list[Effect]:
    """Correct one person or many at once; the records follow at once and say what changed.

    Whoever cannot be corrected so is left as they were, with the problem; for one person it is
    raised. Repeats of a key change nothing. Rejected `attendance_settled` (staff correct then),
    `event_cancelled`, `own_attendance` (nobody gives presence to themselves), `missing` (reason),
    `too_long`, `too_many_people`, and of times `times_missing`, `ends_before_start`,
    `outside_session`, `not_yet`.
    """
    answers = new.statement_id is not None
    event = correctable_event(actor, event_id, to_answer=answers, now=now)
    if new.file_id is not None and not answers:
        readable_file(actor, new.file_id)
    check_reason(new.reason)
    if len(entry_ids) > MOST_AT_ONCE:
        raise Rejected("too_many_people", "entry_ids", most=MOST_AT_ONCE)
    entries = _entries(event, entry_ids, held=True)
    facts = facts_of_event(event, now=now)
    found = facts_of_entries(families_of([e.id for e in entries]))
    rules, batch = Rules(event.society_id), str(uuid.uuid4()) if len(entries) > 1 else None
    effects = [_effect(actor, facts, found[e.id], e, new, rules, now=now) for e in entries]
    known = _keys(event, new, entries)
    if len(effects) == 1 and not known and effects[0].problem is not None:
        raise effects[0].problem
    for effect in effects:
        if effect.problem is None and effect.entry.id not in known:
            _write(actor, facts, found[effect.entry.id], effect.entry, new, batch, now=now)
            _move(effect.entry, new)
    session.flush()
    compute(actor, [e.entry.id for e in effects if e.problem is None], now=now, today=today)
    return effects


def correctable_event(
    actor: Actor, event_id: int, *, to_answer: bool = False, now: datetime
) -> Event:
    """An event whose attendance the actor corrects; once it is settled, the owner's staff only.

    `to_answer`: to answer a statement, which auditors of the owner may too.
    """
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    if not (to_answer and may_overrule(actor, event, now=now)):
        require(actor, Permission.CORRECT_ATTENDANCE, event_target(event, now=now))
    if event.state == "cancelled":
        raise Rejected("event_cancelled")
    if event.state == "settled" and not may_overrule(actor, event, now=now):
        raise Rejected("attendance_settled")
    return event


def open_sheet(
    actor: Actor, event_id: int, correction_id: int, *, store: LocalFiles, now: datetime
) -> Opened:
    """The photo of the signed sheet behind a correction, for those who run the event."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    row = session.get(Correction, correction_id)
    if row is None or row.event_id != event.id or row.file_id is None:
        raise NotFound
    file = session.get_one(File, row.file_id)
    return opened(actor, file, preview=False, store=store, now=now)


def may_overrule(actor: Actor, event: Event, *, now: datetime) -> bool:
    """Whether the actor is staff of the owner, and not who planned it."""
    return may(actor, Permission.OVERRULE_STATEMENT, event_target(event, now=now))


def is_repeat(actor: Actor, event_id: int, key: str | None, *, now: datetime) -> bool:
    """Whether an act with this key was kept before."""
    event = correctable_event(actor, event_id, now=now)
    if key is None:
        return False
    kept = select(Correction.id).where(
        Correction.event_id == event.id, Correction.key.startswith(f"{key}:")
    )
    return session.scalar(kept.limit(1)) is not None


def check_reason(reason: str) -> None:
    """Refuse a correction without a reason, or with a letter instead of one."""
    if not reason.strip():
        raise Rejected("missing", "reason")
    if len(reason.strip()) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)


def _entries(
    event: Event, entry_ids: Collection[int], *, held: bool = False
) -> Sequence[RosterEntry]:
    rows = (
        select(RosterEntry)
        .where(
            RosterEntry.id.in_(entry_ids),
            RosterEntry.event_id == event.id,
            RosterEntry.joined_id.is_(None),
        )
        .order_by(RosterEntry.id)
    )
    if held:
        rows = rows.with_for_update(key_share=True)
    found = session.scalars(rows).all()
    if len(found) != len(set(entry_ids)):
        raise NotFound
    return found


def _keys(event: Event, new: NewCorrection, entries: Iterable[RosterEntry]) -> set[int]:
    """Entries that this very act corrected before."""
    if new.key is None:
        return set()
    repeats = session.scalars(
        select(Correction.entry_id).where(
            Correction.event_id == event.id,
            Correction.entry_id.in_([e.id for e in entries]),
            Correction.key.startswith(f"{new.key}:"),
        )
    )
    return set(repeats)


def _effect(
    actor: Actor,
    facts: EventFacts,
    of_entry: EntryFacts,
    entry: RosterEntry,
    new: NewCorrection,
    rules: Rules,
    *,
    now: datetime,
) -> Effect:
    was = attended_of(facts, of_entry, entry)
    before = sum_of(facts, was, rules)
    if (
        new.verb is Verb.PRESENCE
        and actor.person_id is not None
        and actor.person_id == entry.person_id
    ):
        return Effect(entry, before, before, Rejected("own_attendance"))
    try:
        made = rows_of(facts, of_entry, was, new, now=now)
    except Rejected as problem:
        return Effect(entry, before, before, problem)
    last = max((a.id for a in of_entry.amended), default=0)
    amended = [
        Amended(new.verb, now, m.session_id, m.after, new.scan_id, id=last + number)
        for number, m in enumerate(made, start=1)
    ]
    after = EntryFacts(of_entry.seen, [*of_entry.amended, *amended])
    return Effect(entry, before, sum_of(facts, attended_of(facts, after, entry), rules))


def _move(entry: RosterEntry, new: NewCorrection) -> None:
    """Where the person is, after the correction: it said when they left, or voided a scan."""
    session.flush()
    if new.verb in {Verb.REVERSAL, Verb.AS_SCANNED}:
        entry.inside_session_id = position_now(entry.id)
        return
    only_arrival = new.verb is Verb.PRESENCE and new.out_at is None
    if not only_arrival and new.session_id in {None, entry.inside_session_id}:
        entry.inside_session_id = None


def sum_of(facts: EventFacts, found: Attended, rules: Rules) -> Sum:
    """Minutes, hours and letter of presence."""
    given = given_for(facts, found, rules)
    letter = BY_PRESENCE[found.proof].value if found.proof is not None and given.minutes else None
    return Sum(given.minutes, given.hours, letter)


def _write(
    actor: Actor,
    facts: EventFacts,
    of_entry: EntryFacts,
    entry: RosterEntry,
    new: NewCorrection,
    batch: str | None,
    *,
    now: datetime,
) -> None:
    event = facts.event
    role = "staff" if may_overrule(actor, event, now=now) else "organiser"
    made = rows_of(facts, of_entry, attended_of(facts, of_entry, entry), new, now=now)
    for row in made:
        session.add(
            Correction(
                event_id=event.id,
                session_id=row.session_id,
                entry_id=entry.id,
                verb=new.verb,
                scan_id=new.scan_id if new.verb is Verb.REVERSAL else None,
                in_at=new.in_at,
                out_at=new.out_at,
                before=as_json(row.before),
                after=as_json(row.after),
                reason=new.reason.strip(),
                by_role=role,
                by_id=actor.person_id,
                at=now,
                statement_id=new.statement_id,
                batch=batch,
                file_id=new.file_id,
                key=f"{new.key}:{entry.id}:{row.session_id}" if new.key else None,
            )
        )
    journal.record(
        actor,
        "attendance.corrected",
        "roster_entry",
        entry.id,
        now=now,
        society_id=event.society_id,
        data={"event": event.id, "verb": str(new.verb), "sessions": [m.session_id for m in made]},
        values={"reason": new.reason.strip()},
    )
