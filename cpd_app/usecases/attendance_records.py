"""Records that an event writes: of who was there, and of who spoke; kept, changed, taken back.

Nobody edits them: they follow from scans and corrections, and each change says what it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, or_, select

from cpd_app.db import session
from cpd_app.domain.assurance import BY_PRESENCE
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.keys import normal_key
from cpd_app.models import Activity, ActivityChange, Event, Registration, Society
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.activities import EVENT
from cpd_app.usecases.activity_changes import differences_of, seen
from cpd_app.usecases.credits import settle_many

RECORDED, WITHDRAWN = "recorded", "withdrawn"


@dataclass(frozen=True)
class EventRecord:
    """What a record of an event says."""

    kind: str
    title: str
    fields: Mapping[str, Any]
    started_on: date
    ended_on: date
    starts_at_time: time
    ends_at_time: time
    #: stretches that counted, in the event's local time
    attended: list[list[str]]
    presence: int | None
    marks: list[str]
    achievement_key: str | None = None


@dataclass(frozen=True)
class Wanted:
    """The record that a person should have of an event; None = none any more."""

    person_id: int
    #: the same for ever, so that nobody has two
    key: str
    record: EventRecord | None
    #: the one they have
    activity_id: int | None = None
    #: who caused the change and why, for the history
    by_id: int | None = None
    reason: str | None = None


@dataclass
class _Kept:
    """What was done to the records of one call."""

    new: list[Activity] = field(default_factory=list)
    changed: list[Activity] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    #: (record, verb, what changed, who)
    notes: list[tuple[Activity, str, dict[str, Any], int | None]] = field(default_factory=list)


def registered(person_ids: Sequence[int]) -> set[int]:
    """Who of them has a registration, so that a record of theirs is credited somewhere."""
    rows = select(Registration.person_id).where(Registration.person_id.in_(person_ids))
    return set(session.scalars(rows.distinct()))


def keep_records(
    actor: Actor, event: Event, wanted: Sequence[Wanted], *, now: datetime, today: date
) -> list[int | None]:
    """Make the records of an event what they should be; ids in the order of `wanted`.

    A record that counts no more is withdrawn and stays readable; one that counts again is restored.
    """
    known = _known(wanted)
    kept = _Kept()
    shown_as = _shown_as(event)
    theirs = [known.get(w.activity_id or 0) or known.get((w.person_id, w.key)) for w in wanted]
    needed = {a.id for a, w in zip(theirs, wanted, strict=True) if a is not None and w.record}
    activities: list[Activity | None] = []
    for want, had in zip(wanted, theirs, strict=True):
        activity = had
        if want.record is None:
            if activity is not None and activity.id not in needed:
                _withdraw(activity, want, kept, now=now)
        elif activity is None:
            activity = _made(event, want, want.record, shown_as, now=now, today=today)
            kept.new.append(activity)
            kept.notes.append((activity, "attended", {}, want.by_id))
        else:
            _change(activity, event, want, want.record, kept, now=now)
        activities.append(activity)
    session.add_all(kept.new)
    session.flush()
    touched = [*kept.new, *kept.changed]
    if touched:
        new = {a.id for a in kept.new}
        settle_many(actor, touched, now=now, new=new, moved=kept.moved)
    _note(actor, event, kept, now=now)
    return [None if a is None or a.state != RECORDED else a.id for a in activities]


def _known(wanted: Sequence[Wanted]) -> dict[Any, Activity]:
    """Records that are there, held until the transaction ends, by id and by person and key."""
    ids = {w.activity_id for w in wanted if w.activity_id is not None}
    keys, people = {w.key for w in wanted}, {w.person_id for w in wanted}
    of_key = and_(Activity.key.in_(keys), Activity.person_id.in_(people), Activity.source == EVENT)
    rows = session.scalars(
        select(Activity)
        .where(or_(Activity.id.in_(ids), of_key))
        .order_by(Activity.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found: dict[Any, Activity] = {}
    for activity in rows:
        found[activity.id] = found[activity.person_id, activity.key] = activity
    return found


def _shown_as(event: Event) -> str | None:
    if event.society_id is not None:
        return session.get_one(Society, event.society_id).name
    return event.organiser


def _made(
    event: Event,
    want: Wanted,
    record: EventRecord,
    shown_as: str | None,
    *,
    now: datetime,
    today: date,
) -> Activity:
    activity = Activity(
        person_id=want.person_id,
        state=RECORDED,
        competences=[],
        key=want.key,
        source=EVENT,
        source_name=shown_as,
        event_id=event.id,
        different_from={},
        created_at=now,
        created_by_id=None,
        updated_at=now,
        entered_on=today,
        version=1,
    )
    _take_over(activity, event, record)
    return activity


def _change(
    activity: Activity,
    event: Event,
    want: Wanted,
    record: EventRecord,
    kept: _Kept,
    *,
    now: datetime,
) -> None:
    before, attended = _seen(activity), activity.attended
    was, ended_on = activity.state, activity.ended_on
    _take_over(activity, event, record)
    activity.state = RECORDED
    changed = differences_of(before, _seen(activity))
    if changed or was != RECORDED:
        verb = "attendance_changed" if was == RECORDED else "restored"
        _changed(activity, want, verb, changed, kept, now=now)
    elif activity.attended != attended:
        kept.changed.append(activity)  # as long as before, at another time of day
    if activity.ended_on != ended_on:
        kept.moved.add(activity.id)


def _withdraw(activity: Activity, want: Wanted, kept: _Kept, *, now: datetime) -> None:
    if activity.state == WITHDRAWN:
        return
    changed = {"state": [activity.state, WITHDRAWN]}
    activity.state = WITHDRAWN
    _changed(activity, want, "withdrawn", changed, kept, now=now)


def _changed(
    activity: Activity,
    want: Wanted,
    verb: str,
    changed: dict[str, Any],
    kept: _Kept,
    *,
    now: datetime,
) -> None:
    if want.reason:
        changed = {**changed, "reason": [None, want.reason]}
    activity.version += 1
    activity.updated_at = now
    kept.changed.append(activity)
    kept.notes.append((activity, verb, changed, want.by_id))


def _take_over(activity: Activity, event: Event, record: EventRecord) -> None:
    activity.kind = record.kind
    activity.title = record.title
    activity.organiser = event.organiser
    activity.place = event.place
    activity.started_on, activity.ended_on = record.started_on, record.ended_on
    activity.starts_at_time, activity.ends_at_time = record.starts_at_time, record.ends_at_time
    activity.fields = dict(record.fields)
    activity.achievement_key = record.achievement_key
    activity.achievement_norm = normal_key(record.achievement_key)
    activity.attended = record.attended
    activity.presence = record.presence
    activity.presence_marks = record.marks


def _seen(activity: Activity) -> dict[str, Any]:
    """What a person sees, with the letter and what stands beside it."""
    letter = BY_PRESENCE[Proof(activity.presence)].value if activity.presence else None
    return {**seen(activity), "assurance": letter, "marks": activity.presence_marks}


def _note(actor: Actor, event: Event, kept: _Kept, *, now: datetime) -> None:
    """The history of each record for its owner, and the journal: ids and names of fields only."""
    session.add_all(
        ActivityChange(activity_id=a.id, at=now, by_id=by_id, verb=verb, changed=changed)
        for a, verb, changed, by_id in kept.notes
    )
    for verb in sorted({verb for _a, verb, _changed, _by in kept.notes}):
        journal.record_many(
            actor,
            f"activity.{verb}",
            "activity",
            [
                (a.id, event.society_id, {"person": a.person_id, "event": event.id,
                                          "version": a.version, "fields": [*changed]})
                for a, done, changed, _by in kept.notes
                if done == verb
            ],
            now=now,
        )  # fmt: skip
