"""What a member does with a record: log, correct, withdraw, restore, accept, tell two apart."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.competences import check_competences
from cpd_app.domain.conversion import check_finished
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.keys import normal_key
from cpd_app.models import Activity, ActivityChange, Credit, Registration
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases import journal
from cpd_app.usecases.allocation import allocate
from cpd_app.usecases.credits import lock, settle

MOST_TITLE = 200
MOST_REFLECTION = 4000


class ActivityState(StrEnum):
    """Where a record stands; only `recorded` counts."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class NewActivity:
    """A record as it comes in; `fields` are the kind's own, JSON numbers, not strings."""

    kind: str
    title: str
    started_on: date | None
    ended_on: date
    fields: Mapping[str, Any] = field(default_factory=dict)
    organiser: str | None = None
    place: str | None = None
    starts_at_time: time | None = None
    ends_at_time: time | None = None
    achievement_key: str | None = None
    competences: tuple[str, ...] = ()
    reflection: str | None = None
    #: UUID made by the client once per record
    key: str | None = None

    @property
    def flat(self) -> dict[str, Any]:
        """What the conversion reads."""
        return {
            "kind": self.kind,
            "started_on": self.started_on,
            "ended_on": self.ended_on,
            **self.fields,
        }

    def body_hash(self) -> str:
        """A hash of everything but the key, to tell a repeat from another record."""
        body = {k: v for k, v in asdict(self).items() if k != "key"}
        text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Logged:
    """The record, and whether this call made it (False: a repeat of an earlier one)."""

    activity: Activity
    created: bool


@dataclass(frozen=True)
class Source:
    """Who entered a record when it was not the member."""

    name: str = "self"
    shown_as: str | None = None
    import_id: int | None = None


#: columns that a correction may change, besides `fields`
PLAIN = (
    "kind",
    "title",
    "started_on",
    "ended_on",
    "organiser",
    "place",
    "starts_at_time",
    "ends_at_time",
    "achievement_key",
    "reflection",
)


def log_activity(
    actor: Actor,
    new: NewActivity,
    *,
    now: datetime,
    today: date,
    person_id: int | None = None,
    state: ActivityState = ActivityState.RECORDED,
    source: Source = Source(),
) -> Logged:
    """Keep a record of something the member did; a repeated key gives the first record back.

    Raises Conflict `key_reused` when the key came with another body, and the refusals of
    `domain.conversion.convert` (domain.md §4) unless it is a draft.
    """
    owner_id = person_id or actor.person_id
    if owner_id is None:
        raise NotFound
    _may_log(actor, owner_id)
    repeated = _repeated(owner_id, new)
    if repeated is not None:
        return Logged(repeated, created=False)
    check_text(new, state)
    activity = Activity(
        person_id=owner_id,
        state=state,
        fields=dict(new.fields),
        competences=list(new.competences),
        key=new.key,
        key_body_hash=new.body_hash() if new.key else None,
        source=source.name,
        source_name=source.shown_as,
        import_id=source.import_id,
        different_from={},
        created_at=now,
        created_by_id=actor.person_id,
        updated_at=now,
        entered_on=today,
        version=1,
    )
    _take_over(activity, new)
    session.add(activity)
    session.flush()
    if state is ActivityState.RECORDED:
        check_finished(activity.ended_on, today)
        settle(actor, activity, now=now)
    _write_down(actor, activity, "logged", {}, now=now)
    return Logged(activity, created=True)


def correct_activity(
    actor: Actor,
    activity_id: int,
    new: NewActivity,
    *,
    version: int | None,
    now: datetime,
    today: date,
) -> Activity:
    """Change a record; a draft that is complete becomes a record by this.

    `version` is the one the person saw; None skips the check (single-user tools only).
    Raises Conflict `changed_meanwhile` when it was changed elsewhere.
    """
    activity = own_activity(actor, activity_id)
    _check_version(activity, version)
    if activity.state == ActivityState.WITHDRAWN:
        raise Rejected("withdrawn")
    check_text(new, ActivityState.RECORDED)
    check_finished(new.ended_on, today)
    before = _seen(activity)
    if activity.state == ActivityState.DRAFT:
        activity.entered_on = today
    activity.state = ActivityState.RECORDED
    activity.fields = dict(new.fields)
    activity.competences = list(new.competences)
    _take_over(activity, new)
    _touch(activity, now)
    session.flush()
    changed = _differences(before, _seen(activity))
    settle(actor, activity, now=now, changed=frozenset(changed))
    _write_down(actor, activity, "corrected", changed, now=now)
    return activity


def save_draft(
    actor: Actor, activity_id: int, new: NewActivity, *, version: int | None, now: datetime
) -> Activity:
    """Keep what was typed into a draft so far; a draft never counts."""
    activity = own_activity(actor, activity_id)
    _check_version(activity, version)
    if activity.state != ActivityState.DRAFT:
        raise Rejected("not_a_draft")
    check_text(new, ActivityState.DRAFT)
    activity.fields = dict(new.fields)
    activity.competences = list(new.competences)
    _take_over(activity, new)
    _touch(activity, now)
    return activity


def withdraw_activity(
    actor: Actor, activity_id: int, *, version: int | None = None, now: datetime
) -> Activity:
    """Take a record back: it counts no more, and stays readable in the history."""
    activity = own_activity(actor, activity_id)
    _check_version(activity, version)
    if activity.state == ActivityState.WITHDRAWN:
        return activity
    before = activity.state
    activity.state = ActivityState.WITHDRAWN
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    _write_down(actor, activity, "withdrawn", {"state": [before, activity.state]}, now=now)
    return activity


def restore_activity(actor: Actor, activity_id: int, *, now: datetime, today: date) -> Activity:
    """Undo a withdrawal."""
    activity = own_activity(actor, activity_id)
    if activity.state != ActivityState.WITHDRAWN:
        return activity
    activity.state = ActivityState.RECORDED if activity.kind else ActivityState.DRAFT
    if activity.state == ActivityState.RECORDED:
        check_finished(activity.ended_on, today)
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    changed = {"state": [ActivityState.WITHDRAWN, activity.state]}
    _write_down(actor, activity, "restored", changed, now=now)
    return activity


def accept_activity(actor: Actor, activity_id: int, *, now: datetime, today: date) -> Activity:
    """The member accepts what an organiser or employer proposed; from now on it counts."""
    activity = own_activity(actor, activity_id)
    if activity.state != ActivityState.PROPOSED:
        raise Rejected("not_proposed")
    check_finished(activity.ended_on, today)
    activity.state = ActivityState.RECORDED
    activity.entered_on = today
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    changed = {"state": [ActivityState.PROPOSED, activity.state]}
    _write_down(actor, activity, "accepted", changed, now=now)
    return activity


def tell_apart(
    actor: Actor, activity_id: int, other_id: int, word: str, *, now: datetime
) -> Activity:
    """Answer 同一活动？ with "different" and a word why; both count from now on (domain.md §4)."""
    activity, other = own_activity(actor, activity_id), own_activity(actor, other_id)
    if not word.strip():
        raise Rejected("missing", "word")
    activity.different_from = {**activity.different_from, str(other.id): word.strip()[:200]}
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    _write_down(actor, activity, "told_apart", {"different_from": [None, other.id]}, now=now)
    return activity


def leave_out(
    actor: Actor, activity_id: int, registration_id: int, *, left_out: bool, now: datetime
) -> Credit:
    """Take a record out of one registration, or put it back (domain.md §1, 学时认定)."""
    activity = own_activity(actor, activity_id)
    credit = session.scalar(
        select(Credit).where(
            Credit.activity_id == activity.id, Credit.registration_id == registration_id
        )
    )
    if credit is None:
        raise NotFound
    lock(registration_id)
    credit.left_out = left_out
    if left_out:
        credit.recognised, credit.reasons = 0, [{"code": "left_out"}]
    _touch(activity, now)
    session.flush()
    allocate(actor, registration_id, now=now, cause_id=activity.id)
    changed = {"left_out": [not left_out, left_out], "registration": [None, registration_id]}
    _write_down(actor, activity, "left_out", changed, now=now)
    return credit


def patched(activity: Activity, patch: Mapping[str, Any]) -> NewActivity:
    """The record with some parts replaced; null takes a part away, another kind its old fields."""
    present = {name: getattr(activity, name) for name in PLAIN}
    frame = {name: patch.get(name, value) for name, value in present.items()}
    kept = activity.fields if frame["kind"] == activity.kind else {}
    own = {**kept, **{k: v for k, v in patch.items() if k not in {*PLAIN, "competences"}}}
    return NewActivity(
        **{**frame, "title": frame["title"] or ""},
        fields={name: value for name, value in own.items() if value is not None},
        competences=tuple(patch.get("competences", activity.competences) or ()),
    )


def own_activity(actor: Actor, activity_id: int) -> Activity:
    """A record that the actor may change; NotFound for everybody else's."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound
    target = target_of(activity)
    if not may(actor, Permission.READ_ACTIVITY, target):
        raise NotFound
    require(actor, Permission.WRITE_ACTIVITY, target)
    return activity


def readable_activity(actor: Actor, activity_id: int) -> Activity:
    """A record that the actor may read: its owner, or staff of a society that credits it."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound
    require(actor, Permission.READ_ACTIVITY, target_of(activity))
    return activity


def target_of(activity: Activity) -> Target:
    """Whose record it is, and which societies see it: those that credit it."""
    societies = session.scalars(
        select(Registration.society_id)
        .join(Credit, Credit.registration_id == Registration.id)
        .where(Credit.activity_id == activity.id)
    )
    return Target(owner_id=activity.person_id, societies=frozenset(societies))


def history_of(activity_id: int) -> list[ActivityChange]:
    """Every change of a record, newest first."""
    return list(
        session.scalars(
            select(ActivityChange)
            .where(ActivityChange.activity_id == activity_id)
            .order_by(ActivityChange.id.desc())
        )
    )


def note_change(
    actor: Actor, activity: Activity, verb: str, changed: dict[str, Any], *, now: datetime
) -> None:
    """Write a change of a record down from another use case (evidence, ruling, check)."""
    credits.touch(activity.id)
    _write_down(actor, activity, verb, changed, now=now)


def check_text(new: NewActivity, state: ActivityState) -> None:
    """Refuse what no rule set looks at: title, lengths, times of day, competences."""
    if state is not ActivityState.DRAFT and not new.title.strip():
        raise Rejected("missing", "title")
    for name, most in (("title", MOST_TITLE), ("organiser", 160), ("place", 160),
                       ("achievement_key", 160), ("reflection", MOST_REFLECTION)):  # fmt: skip
        if len(getattr(new, name) or "") > most:
            raise Rejected("too_long", name, most=most)
    if (new.starts_at_time is None) != (new.ends_at_time is None):
        raise Rejected("both_times", "starts_at_time")
    one_day = (new.started_on or new.ended_on) == new.ended_on
    if (
        one_day
        and new.starts_at_time
        and new.ends_at_time
        and (new.ends_at_time <= new.starts_at_time)
    ):
        raise Rejected("ends_before_start", "ends_at_time")
    check_competences(new.competences)


def _may_log(actor: Actor, owner_id: int) -> None:
    """The member, or a registrar who imports for a member of their society."""
    if owner_id == actor.person_id:
        require(actor, Permission.WRITE_ACTIVITY, Target(owner_id=owner_id))
        return
    societies = session.scalars(
        select(Registration.society_id).where(Registration.person_id == owner_id)
    )
    require(actor, Permission.IMPORT_ACTIVITIES, Target(societies=frozenset(societies)))


def _repeated(owner_id: int, new: NewActivity) -> Activity | None:
    if new.key is None:
        return None
    known = session.scalar(
        select(Activity).where(Activity.person_id == owner_id, Activity.key == new.key)
    )
    if known is not None and known.key_body_hash != new.body_hash():
        raise Conflict("key_reused", "key")
    return known


def _check_version(activity: Activity, version: int | None) -> None:
    if version is not None and version != activity.version:
        raise Conflict("changed_meanwhile")


def _take_over(activity: Activity, new: NewActivity) -> None:
    for name in PLAIN:
        setattr(activity, name, getattr(new, name))
    activity.title = new.title.strip()
    activity.started_on = new.started_on or new.ended_on
    activity.achievement_norm = normal_key(new.achievement_key)


def _touch(activity: Activity, now: datetime) -> None:
    activity.version += 1
    activity.updated_at = now


def _seen(activity: Activity) -> dict[str, Any]:
    """The values a person sees, as JSON."""
    plain = {name: _plain(getattr(activity, name)) for name in PLAIN}
    return {**plain, **activity.fields, "competences": activity.competences}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | time) else value


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    names = sorted({*before, *after})
    return {n: [before.get(n), after.get(n)] for n in names if before.get(n) != after.get(n)}


def _write_down(
    actor: Actor, activity: Activity, verb: str, changed: dict[str, Any], *, now: datetime
) -> None:
    session.add(
        ActivityChange(
            activity_id=activity.id, at=now, by_id=actor.person_id, verb=verb, changed=changed
        )
    )
    journal.record(
        actor,
        f"activity.{verb}",
        "activity",
        activity.id,
        now=now,
        data={"person": activity.person_id, "version": activity.version, "fields": [*changed]},
        values=changed or None,
    )
