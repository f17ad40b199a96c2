"""Telling a whole society of a relief for all, or that it was taken back: in the background.

The relief itself holds from its row on, for everybody and at once; what takes long with a hundred
thousand members is telling them. The job goes through them by id and keeps how far it is with what
it told, so it can be stopped, gone on with, and killed, and nobody is told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict
from cpd_app.domain.messages import MessageKind
from cpd_app.domain.relief import ReliefState
from cpd_app.models import Job, Message, Registration, Relief, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.act_effects import LIVING
from cpd_app.usecases.jobs import JobState, Step, job_with_key, order_job, stop_job
from cpd_app.usecases.messages import tell_all
from cpd_app.usecases.relief import held_relief
from cpd_app.usecases.relief_messages import draft_of_all

#: names of the tasks; each tells one variant
GIVEN = "relief_for_all"
TAKEN_BACK = "relief_withdrawn_all"
VARIANTS = {GIVEN: "for_all", TAKEN_BACK: "withdrawn_all"}
#: people told in one transaction
AT_ONCE = 500


@dataclass(frozen=True)
class Telling:
    """How far the telling of a relief for all is."""

    job: Job
    #: people who were told
    told: int

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.job.state in {JobState.DUE, JobState.RUNNING}

    @property
    def stopped(self) -> bool:
        """Whether it ended before everybody was told."""
        return self.job.state in {JobState.CANCELLED, JobState.FAILED}


def order_given(actor: Actor, relief: Relief, *, now: datetime) -> Job:
    """Tell whoever has a running certificate in the days of a relief for all."""
    return _order(actor, relief, GIVEN, now=now)


def order_taken_back(actor: Actor, relief: Relief, *, now: datetime) -> Job:
    """Tell those who were told of it that it was taken back; who was not told yet is not told."""
    stop_job(_key(GIVEN, relief.id), now=now)
    return _order(actor, relief, TAKEN_BACK, now=now)


def go_on_telling(actor: Actor, relief_id: int, *, now: datetime) -> Job:
    """Go on with a telling that was stopped or failed; Conflict `nothing_to_go_on_with`."""
    relief = held_relief(actor, relief_id, Permission.SET_RELIEF)
    telling = telling_of(actor, relief)
    if telling is None or not telling.stopped:
        raise Conflict("nothing_to_go_on_with")
    return _order(actor, relief, telling.job.kind, now=now)


def telling_of(actor: Actor, relief: Relief) -> Telling | None:
    """How far it is; None for a relief of one person, or to whom it is not shown."""
    require(actor, Permission.READ_RELIEF, Target(societies=frozenset({relief.society_id})))
    kind = GIVEN if relief.state == ReliefState.GRANTED else TAKEN_BACK
    job = job_with_key(_key(kind, relief.id))
    return None if job is None else Telling(job, (job.result or {}).get("told", 0))


def tell_some(actor: Actor, job_id: int, *, now: datetime) -> Step | None:
    """For the worker: tell the next people, and keep how far it is; None when all were told."""
    job = session.get_one(Job, job_id, populate_existing=True)
    relief = session.get_one(Relief, job.subject_id, populate_existing=True)
    _may(actor, relief)
    so_far = job.result or {"after": 0, "told": 0}
    people = _after(relief, job.kind, so_far["after"])
    if not people:
        return None
    reached = people if job.kind == GIVEN else _told_of(relief, people)
    told = tell_all(
        (draft_of_all(relief, one, VARIANTS[job.kind], job.payload["version"]) for one in reached),
        now=now,
    )
    job.result = {"after": people[-1], "told": so_far["told"] + told}
    done = job.done + len(people)
    return Step(done, max(done, job.total))


def _order(actor: Actor, relief: Relief, kind: str, *, now: datetime) -> Job:
    people = _people(relief, kind).subquery()
    job = order_job(
        actor,
        kind,
        relief.id,
        key=_key(kind, relief.id),
        now=now,
        payload={"society_id": relief.society_id, "version": relief.version},
        total=session.scalar(select(func.count()).select_from(people)) or 0,
    )
    job.created_by_id = actor.person_id  # who goes on with it: the first one may have left
    return job


def _after(relief: Relief, kind: str, after: int) -> list[int]:
    people = _people(relief, kind).where(Registration.person_id > after)
    return list(session.scalars(people.order_by(Registration.person_id).limit(AT_ONCE)))


def _people(relief: Relief, kind: str) -> Select[int]:
    """Whom a relief reaches; when it is taken back, whoever may have been told of it."""
    people = select(Registration.person_id).where(Registration.society_id == relief.society_id)
    if kind == GIVEN:
        people = people.join(Term, Term.registration_id == Registration.id).where(
            Term.state.in_(LIVING),
            Term.starts_on < relief.granted_to_on,
            Term.ends_on > relief.granted_from_on,
        )
    return people.distinct()


def _told_of(relief: Relief, people: Sequence[int]) -> list[int]:
    return list(
        session.scalars(
            select(Message.person_id)
            .where(
                Message.person_id.in_(people),
                Message.kind == MessageKind.RELIEF.value,
                Message.data["relief_id"].as_integer() == relief.id,
                Message.data["variant"].as_string() == VARIANTS[GIVEN],
            )
            .order_by(Message.person_id)
        )
    )


def _may(actor: Actor, relief: Relief) -> None:
    require(actor, Permission.SET_RELIEF, Target(societies=frozenset({relief.society_id})))


def _key(kind: str, relief_id: int) -> str:
    return f"{kind}:{relief_id}"
