"""Trying rules on a society's members in the background: order it, do it in parts, read it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Job, Registration, RuleVersion
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.jobs import JobState, order_job
from cpd_app.usecases.rules import problems_in, rule_set_of, version_of
from cpd_app.usecases.rules_effect import (
    Effect,
    KindEffect,
    Question,
    YearEffect,
    draft_question,
    effect_in_year,
    effect_on,
    members_touched,
    names_of,
)

#: name of the task
TASK = "rules_effect"
#: registrations tried together
AT_ONCE = 500
UNDER_WAY = frozenset({JobState.DUE, JobState.RUNNING})


@dataclass(frozen=True)
class Loser:
    """A member who would lose a year that is met; hours in hundredths."""

    registration_id: int
    name: str
    year: int
    required: int
    before: int
    after: int
    #: code of the kind that loses most
    because: str | None


@dataclass(frozen=True)
class Worked:
    """One member's year by two tables."""

    registration_id: int
    name: str
    year: YearEffect
    #: the kinds that change, the one that changes most first
    kinds: tuple[KindEffect, ...]


@dataclass(frozen=True)
class Trial:
    """A trial as a page shows it: how far it is, or what it found."""

    job_id: int
    state: str
    done: int
    total: int
    ordered_at: datetime
    finished_at: datetime | None
    #: the draft was changed since
    outdated: bool
    #: counts and histogram of `Effect.as_json`; None until it is done
    result: Mapping[str, Any] | None
    losers: tuple[Loser, ...]

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in UNDER_WAY


def order_trial(actor: Actor, society_id: int, version_id: int, *, now: datetime) -> Job:
    """Ask what a version would change for a society's members; one trial of it at a time.

    Raises Rejected `rule_set_invalid` for a draft with something wrong in it.
    """
    require(actor, Permission.DRAFT_RULES, _target(society_id))
    version = _triable(actor, society_id, version_id)
    found = problems_in(version)
    if found:
        raise Rejected("rule_set_invalid", problems=len(found))
    payload = {"society_id": society_id, "body": body_hash(version)}
    return order_next(actor, TASK, version_id, payload, now=now)


def trial_of(actor: Actor, society_id: int, version_id: int) -> Trial | None:
    """The newest trial of a version on a society's members, for its staff."""
    require(actor, Permission.FIND_MEMBER, _target(society_id))
    version = _triable(actor, society_id, version_id)
    job = newest_job(TASK, version_id, society_id)
    return trial_from(job, outdated=job.payload["body"] != body_hash(version)) if job else None


def worked_member(
    actor: Actor, society_id: int, version_id: int, registration_id: int, year: int, *, today: date
) -> Worked:
    """One member's year by the rules as they are and by the version, kind by kind."""
    require(actor, Permission.FIND_MEMBER, _target(society_id))
    version = _triable(actor, society_id, version_id)
    registration = session.get(Registration, registration_id)
    if registration is None or registration.society_id != society_id:
        raise NotFound
    found = effect_in_year(registration_id, year, draft_question(rule_set_of(version), today=today))
    if found is None:
        raise NotFound
    name = names_of([registration_id]).get(registration_id, "")
    return Worked(registration_id, name, found[0], tuple(found[1]))


def trial_question(actor: Actor, job: Job, *, today: date) -> tuple[list[int], Question]:
    """For the worker: the registrations, and what is tried on them."""
    society_id = job.payload["society_id"]
    require(actor, Permission.DRAFT_RULES, _target(society_id))
    version = _triable(actor, society_id, job.subject_id or 0)
    return members_touched(society_id, today), draft_question(rule_set_of(version), today=today)


def add_part(effect: Effect, registration_ids: list[int], question: Question) -> None:
    """For the worker: count some more registrations; nothing is written."""
    effect_on(effect, registration_ids, question)


def keep_result(job_id: int, effect: Effect) -> None:
    """For the worker: what was found stays with the job."""
    session.get_one(Job, job_id).result = effect.as_json()


def job_of_work(job_id: int) -> Job:
    """For the worker: the row it holds."""
    return session.get_one(Job, job_id)


def order_next(
    actor: Actor, kind: str, subject_id: int, payload: dict[str, Any], *, now: datetime
) -> Job:
    """Order work that may be asked for again: the one under way, else a new one."""
    society_id = payload["society_id"]
    last = newest_job(kind, subject_id, society_id)
    if last is not None and last.state in UNDER_WAY:
        return last
    # Two orders at the same moment name the same predecessor, and so are the same order.
    after = last.id if last else 0
    key = f"{kind}:{society_id}:{subject_id}:after:{after}"
    return order_job(actor, kind, subject_id, key=key, now=now, payload=payload)


def newest_job(kind: str, subject_id: int, society_id: int) -> Job | None:
    """The last order of this kind for a society."""
    jobs = session.scalars(
        select(Job).where(Job.kind == kind, Job.subject_id == subject_id).order_by(Job.id.desc())
    )
    return next((j for j in jobs if j.payload.get("society_id") == society_id), None)


def trial_from(job: Job, *, outdated: bool) -> Trial:
    """A job of a trial with the names of those it lists."""
    result = job.result if job.state == JobState.DONE else None
    listed = result["loses"] if result else []
    names = names_of({row["registration_id"] for row in listed})
    losers = tuple(Loser(name=names.get(row["registration_id"], ""), **row) for row in listed)
    return Trial(
        job.id,
        job.state,
        job.done,
        job.total,
        job.created_at,
        job.finished_at,
        outdated,
        result,
        losers,
    )


def body_hash(version: RuleVersion) -> str:
    """A word for what the version says."""
    text = json.dumps(version.body, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _triable(actor: Actor, society_id: int, version_id: int) -> RuleVersion:
    version = version_of(actor, version_id)
    if version.society_id not in {None, society_id}:
        raise NotFound
    return version


def _target(society_id: int) -> Target:
    return Target(societies=frozenset({society_id}))
