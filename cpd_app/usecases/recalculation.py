"""Computing records again by the rules in force, when staff order it (domain.md §4).

A new version never changes what was computed before. A registrar may order that records from a
day on are computed again; it is tried first, and every record that is computed again is journalled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from cpd_app.db import session
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.models import Activity, ActivityChange, Credit, Job, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.allocation import allocate_many
from cpd_app.usecases.credits import flat_of, lock, ruling_for
from cpd_app.usecases.jobs import JobState
from cpd_app.usecases.rule_messages import Year, hours_by_year, tell_rule_change
from cpd_app.usecases.rules_effect import Question, members_touched
from cpd_app.usecases.rules_in_force import RuleInForce, Rules
from cpd_app.usecases.rules_trial import Trial, newest_job, order_next, trial_from

#: names of the tasks: the trial, and the work itself
TRIAL = "recalculation_trial"
TASK = "recalculation"
#: registrations computed again together
AT_ONCE = 50


@dataclass(frozen=True)
class Extent:
    """What a recalculation from a day on would look at."""

    #: records that another version than theirs now applies to, and all from that day on
    records: int
    of_records: int


@dataclass(frozen=True)
class Run:
    """A recalculation that was ordered: how far it is and what it came to."""

    job_id: int
    from_on: date
    state: str
    done: int
    total: int
    ordered_at: datetime
    finished_at: datetime | None
    records: int
    members: int

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in {JobState.DUE, JobState.RUNNING}


def extent_of(actor: Actor, society_id: int, from_on: date) -> Extent:
    """How many records a recalculation from a finishing day on would compute again."""
    require(actor, Permission.PUBLISH_RULES, _target(society_id))
    rules = Rules(society_id)
    rows = session.execute(
        _credits(society_id, from_on, Credit.rule_version_id, Activity.ended_on, func.count())
        .group_by(Credit.rule_version_id, Activity.ended_on)
    ).all()  # fmt: skip
    other = [n for version, day, n in rows if rules.on(day).version_id != version]
    return Extent(sum(other), sum(n for _version, _day, n in rows))


def order_recalculation_trial(
    actor: Actor, society_id: int, from_on: date, *, now: datetime
) -> Job:
    """Ask what computing again from a day on would change; nothing is kept of it."""
    require(actor, Permission.PUBLISH_RULES, _target(society_id))
    return order_next(actor, TRIAL, _subject(from_on), _payload(society_id, from_on), now=now)


def recalculation_trial(actor: Actor, society_id: int, from_on: date) -> Trial | None:
    """The newest trial for that day."""
    require(actor, Permission.PUBLISH_RULES, _target(society_id))
    job = newest_job(TRIAL, _subject(from_on), society_id)
    return trial_from(job, outdated=False) if job else None


def order_recalculation(actor: Actor, society_id: int, from_on: date, *, now: datetime) -> Job:
    """Order that records from a finishing day on are computed again by the version in force.

    Raises Rejected `not_tried_yet` unless it was tried before, `nothing_to_recalculate` when
    every record was computed by the version in force.
    """
    require(actor, Permission.PUBLISH_RULES, _target(society_id))
    trial = recalculation_trial(actor, society_id, from_on)
    if trial is None or trial.result is None:
        raise Rejected("not_tried_yet")
    if not extent_of(actor, society_id, from_on).records:
        raise Rejected("nothing_to_recalculate")
    payload = _payload(society_id, from_on)
    job = order_next(actor, TASK, _subject(from_on), payload, now=now)
    journal.record(
        actor,
        "recalculation.ordered",
        "job",
        job.id,
        now=now,
        society_id=society_id,
        data={"from_on": from_on.isoformat()},
    )
    return job


def last_run(actor: Actor, society_id: int) -> Run | None:
    """The newest recalculation of a society, whatever its day."""
    require(actor, Permission.READ_COUNTS, _target(society_id))
    jobs = session.scalars(select(Job).where(Job.kind == TASK).order_by(Job.id.desc()))
    job = next((j for j in jobs if j.payload["society_id"] == society_id), None)
    if job is None:
        return None
    result = job.result or {}
    return Run(
        job.id,
        date.fromisoformat(job.payload["from_on"]),
        job.state,
        job.done,
        job.total,
        job.created_at,
        job.finished_at,
        result.get("records", 0),
        result.get("members", 0),
    )


def recalculation_question(
    actor: Actor, payload: dict[str, Any], *, today: date
) -> tuple[list[int], Question]:
    """For the worker: the registrations, and what would be computed again of them."""
    society_id = payload["society_id"]
    from_on = date.fromisoformat(payload["from_on"])
    require(actor, Permission.PUBLISH_RULES, _target(society_id))
    rules = Rules(society_id)

    def rules_for(row: Any) -> Any:
        if row.ended_on < from_on:
            return None
        rule = rules.on(row.ended_on)
        return None if rule.version_id == row.rule_version_id else rule.rule_set

    return members_touched(society_id, today), Question(rules_for, from_on, today)


def registrations_from(society_id: int, from_on: date) -> list[int]:
    """For the worker: every registration with a record from that day on."""
    query = _credits(society_id, from_on, Registration.id).distinct().order_by(Registration.id)
    return list(session.scalars(query))


def recalculate(
    actor: Actor,
    job_id: int,
    registration_ids: Sequence[int],
    *,
    society_id: int,
    from_on: date,
    now: datetime,
) -> int:
    """For the worker: compute the records of some registrations again; returns how many.

    A record keeps what a ruling fixed. One that the version does not take gives nothing, with
    the reason. Doing it twice changes nothing.
    """
    require(actor, Permission.PUBLISH_RULES, _target(society_id))
    for registration_id in registration_ids:
        lock(registration_id)
    rules = Rules(society_id)
    rows = session.execute(
        _credits(society_id, from_on, Credit, Activity).where(Registration.id.in_(registration_ids))
    ).all()
    before = hours_by_year(registration_ids)
    changes = []
    versions: dict[Year, int] = {}
    for credit, activity in rows:
        rule = rules.on(activity.ended_on)
        if rule.version_id != credit.rule_version_id:
            changes.append((credit, activity, _computed(credit, activity, rule)))
            year = (credit.registration_id, credit.term_id, credit.year_index)
            versions[year] = max(rule.number, versions.get(year, 0))
    session.flush()
    _write_down(actor, changes, society_id, now)
    members = {credit.registration_id for credit, _activity, _change in changes}
    allocate_many(actor, sorted(members), now=now)
    tell_rule_change(job_id, before, hours_by_year(registration_ids), versions, now=now)
    _count(job_id, len(changes), len(members))
    return len(changes)


def _computed(credit: Credit, activity: Activity, rule: RuleInForce) -> dict[str, list[int]]:
    """Compute a credit by another version; before and after of what changed."""
    before = (credit.rule_version_id, credit.conversion, credit.claimed)
    credit.rule_version_id = rule.version_id
    ruled = ruling_for(rule, activity.kind, credit.ruled)
    try:
        made = convert(rule.rule_set, flat_of(activity), ruled)
    except Rejected as refusal:
        credit.conversion = credit.claimed = 0
        credit.needs_ruling, credit.trace = False, []
        credit.reasons = [{"code": "not_in_table", "refusal": refusal.code}]
    else:
        credit.conversion, credit.claimed = made.hours, made.claimed
        credit.needs_ruling, credit.trace = made.needs_ruling, made.trace
        credit.reasons = []
    after = (credit.rule_version_id, credit.conversion, credit.claimed)
    names = ("rule_version", "conversion", "claimed")
    pairs = zip(names, before, after, strict=True)
    return {name: [old, new] for name, old, new in pairs if old != new}


def _write_down(
    actor: Actor, changes: list[tuple[Credit, Activity, dict[str, list[int]]]],
    society_id: int, now: datetime,
) -> None:  # fmt: skip
    """Each record's own history, and the journal."""
    if not changes:
        return
    session.execute(
        insert(ActivityChange),
        [
            {
                "activity_id": activity.id,
                "at": now,
                "by_id": actor.person_id,
                "verb": "recalculated",
                "changed": {k: v for k, v in changed.items() if k != "rule_version"},
            }
            for _credit, activity, changed in changes
        ],
    )
    session.execute(
        update(Activity)
        .where(Activity.id.in_([activity.id for _credit, activity, _changed in changes]))
        .values(version=Activity.version + 1)
        .execution_options(synchronize_session=False)
    )
    journal.record_many(
        actor,
        "credit.recalculated",
        "activity",
        [
            (activity.id, society_id, {"registration": credit.registration_id, **changed})
            for credit, activity, changed in changes
        ],
        now=now,
    )


def _count(job_id: int, records: int, members: int) -> None:
    job = session.get_one(Job, job_id)
    known = job.result or {"records": 0, "members": 0}
    job.result = {"records": known["records"] + records, "members": known["members"] + members}


def _credits(society_id: int, from_on: date, *what: Any) -> Any:
    return (
        select(*what)
        .select_from(Credit)
        .join(Activity, Activity.id == Credit.activity_id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(
            Registration.society_id == society_id,
            Activity.state == "recorded",
            Activity.ended_on >= from_on,
        )
    )


def _payload(society_id: int, from_on: date) -> dict[str, Any]:
    return {"society_id": society_id, "from_on": from_on.isoformat()}


def _subject(from_on: date) -> int:
    """The day as a number: what is asked again about the same day has the same subject."""
    return from_on.toordinal()


def _target(society_id: int) -> Target:
    return Target(societies=frozenset({society_id}))
