"""What a member does with a record: log, correct, withdraw, restore, accept, tell two apart."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cpd_app.db import session
from cpd_app.domain.conversion import check_finished
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.keys import normal_key
from cpd_app.models import Activity, ActivityChange, Credit, Registration
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases.activity_changes import differences_of, seen, write_down
from cpd_app.usecases.activity_input import PLAIN, ActivityState, NewActivity, check_text
from cpd_app.usecases.allocation import allocate
from cpd_app.usecases.credits import lock, settle
from cpd_app.usecases.under_filing import check_not_filed

#: the source of records that attendance writes
EVENT = "event"


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
    first = _first_with_key(activity, new)
    if first is not None:
        return Logged(first, created=False)
    if state is ActivityState.RECORDED:
        check_finished(activity.ended_on, today)
        settle(actor, activity, now=now, is_new=True)
    write_down(actor, activity, "logged", {}, now=now)
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
    activity = held_activity(actor, activity_id)
    _check_version(activity, version)
    _check_own(activity)
    if activity.state == ActivityState.WITHDRAWN:
        raise Rejected("withdrawn")
    check_not_filed(activity)
    check_text(new, ActivityState.RECORDED)
    check_finished(new.ended_on, today)
    before = seen(activity)
    if activity.state != ActivityState.RECORDED:
        activity.entered_on = today
    activity.state = ActivityState.RECORDED
    activity.fields = dict(new.fields)
    activity.competences = list(new.competences)
    _take_over(activity, new)
    _touch(activity, now)
    session.flush()
    changed = differences_of(before, seen(activity))
    settle(actor, activity, now=now, changed=frozenset(changed))
    write_down(actor, activity, "corrected", changed, now=now)
    return activity


def save_draft(
    actor: Actor, activity_id: int, new: NewActivity, *, version: int | None, now: datetime
) -> Activity:
    """Keep what was typed into a draft so far; a draft never counts."""
    activity = held_activity(actor, activity_id)
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
    activity = held_activity(actor, activity_id)
    _check_version(activity, version)
    _check_own(activity)
    if activity.state == ActivityState.WITHDRAWN:
        return activity
    check_not_filed(activity)
    before = activity.state
    activity.state = ActivityState.WITHDRAWN
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    write_down(actor, activity, "withdrawn", {"state": [before, activity.state]}, now=now)
    return activity


def restore_activity(actor: Actor, activity_id: int, *, now: datetime, today: date) -> Activity:
    """Undo a withdrawal: the record is again what it was before, also a draft or a proposal."""
    activity = held_activity(actor, activity_id)
    _check_own(activity)
    if activity.state != ActivityState.WITHDRAWN:
        return activity
    activity.state = _before_withdrawal(activity)
    if activity.state == ActivityState.RECORDED:
        check_finished(activity.ended_on, today)
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    changed = {"state": [ActivityState.WITHDRAWN, activity.state]}
    write_down(actor, activity, "restored", changed, now=now)
    return activity


def accept_activity(actor: Actor, activity_id: int, *, now: datetime, today: date) -> Activity:
    """The member accepts what an organiser or employer proposed; from now on it counts."""
    activity = held_activity(actor, activity_id)
    if activity.state != ActivityState.PROPOSED:
        raise Rejected("not_proposed")
    check_finished(activity.ended_on, today)
    activity.state = ActivityState.RECORDED
    activity.entered_on = today
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    changed = {"state": [ActivityState.PROPOSED, activity.state]}
    write_down(actor, activity, "accepted", changed, now=now)
    return activity


def tell_apart(
    actor: Actor, activity_id: int, other_id: int, word: str, *, now: datetime
) -> Activity:
    """Answer 同一活动？ with "different" and a word why; both count from now on (domain.md §4)."""
    activity, other = held_activity(actor, activity_id), own_activity(actor, other_id)
    if not word.strip():
        raise Rejected("missing", "word")
    check_not_filed(activity)
    activity.different_from = {**activity.different_from, str(other.id): word.strip()[:200]}
    _touch(activity, now)
    session.flush()
    settle(actor, activity, now=now)
    write_down(actor, activity, "told_apart", {"different_from": [None, other.id]}, now=now)
    return activity


def leave_out(
    actor: Actor, activity_id: int, registration_id: int, *, left_out: bool, now: datetime
) -> Credit:
    """Take a record out of one registration, or put it back (domain.md §1, 学时认定)."""
    activity = held_activity(actor, activity_id)
    credit = session.scalar(
        select(Credit).where(
            Credit.activity_id == activity.id, Credit.registration_id == registration_id
        )
    )
    if credit is None:
        raise NotFound
    check_not_filed(activity)
    lock(registration_id)
    session.refresh(credit)
    credit.left_out = left_out
    if left_out:
        credit.recognised, credit.reasons = 0, [{"code": "left_out"}]
    _touch(activity, now)
    session.flush()
    allocate(actor, registration_id, now=now, cause_id=activity.id)
    changed = {"left_out": [not left_out, left_out], "registration": [None, registration_id]}
    write_down(actor, activity, "left_out", changed, now=now)
    return credit


def own_activity(actor: Actor, activity_id: int) -> Activity:
    """A record that the actor may change; NotFound for everybody else's."""
    return _changeable(actor, session.get(Activity, activity_id))


def held_activity(actor: Actor, activity_id: int) -> Activity:
    """The same, held until the transaction ends: of two changes at once the second sees the first.

    It is held before any registration is locked, everywhere, so that nobody waits in a circle.
    """
    held = session.get(
        Activity, activity_id, populate_existing=True, with_for_update={"key_share": True}
    )
    return _changeable(actor, held)


def _changeable(actor: Actor, activity: Activity | None) -> Activity:
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


def _first_with_key(activity: Activity, new: NewActivity) -> Activity | None:
    """Keep the record; or the one that another request kept with its key at that moment."""
    if new.key is None:
        session.add(activity)
        session.flush()
        return None
    try:
        with session.begin_nested():
            session.add(activity)
    except IntegrityError:
        first = _repeated(activity.person_id, new)
        if first is None:
            raise
        return first
    return None


def _before_withdrawal(activity: Activity) -> str:
    """The state that a withdrawal ended, as the record's history has it."""
    changed = session.scalar(
        select(ActivityChange.changed)
        .where(ActivityChange.activity_id == activity.id, ActivityChange.verb == "withdrawn")
        .order_by(ActivityChange.id.desc())
        .limit(1)
    )
    before: list[str] = (changed or {}).get("state", [ActivityState.RECORDED])
    return before[0]


def _check_version(activity: Activity, version: int | None) -> None:
    if version is not None and version != activity.version:
        raise Conflict("changed_meanwhile")


def _check_own(activity: Activity) -> None:
    """What an event's scans say is disputed with the organiser, not edited (domain.md §6)."""
    if activity.source == EVENT:
        raise Rejected("event_record")


def _take_over(activity: Activity, new: NewActivity) -> None:
    for name in PLAIN:
        setattr(activity, name, getattr(new, name))
    activity.title = new.title.strip()
    activity.started_on = new.started_on or new.ended_on
    activity.achievement_norm = normal_key(new.achievement_key)


def _touch(activity: Activity, now: datetime) -> None:
    activity.version += 1
    activity.updated_at = now
