"""What came of an order to remind (催办): how far it is, who was left out, the file for an SMS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.nudges import LeftOut, Way
from cpd_app.models import Job, Nudge, Person, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.jobs import JobState, job_of
from cpd_app.usecases.members import latest_names
from cpd_app.usecases.nudges import TASK, Said

#: rows of a file read together
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class NotTold:
    """Somebody who was chosen and is left out."""

    registration_id: int
    number: str
    name: str
    why: LeftOut


@dataclass(frozen=True)
class Run:
    """A nudge that was ordered: how far it is and what came of it."""

    job: Job
    way: Way
    words: str
    told: int
    left_out: dict[LeftOut, int]
    named: tuple[NotTold, ...]

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.job.state in {JobState.DUE, JobState.RUNNING}


def run_of(actor: Actor, job_id: int) -> Run:
    """How far an order is and what came of it; for colleagues who may remind."""
    job = job_of(actor, job_id)
    if job.kind != TASK or job.society_id is None:
        raise NotFound
    require(actor, Permission.NUDGE, Target(societies=frozenset({job.society_id})))
    result = job.result or {}
    counts = {LeftOut(k): n for k, n in job.payload["left_out"].items()}
    for code, count in result.get("left_out", {}).items():
        counts[LeftOut(code)] = counts.get(LeftOut(code), 0) + count
    return Run(
        job=job,
        way=Way(job.payload["way"]),
        words=job.payload["words"],
        told=result.get("told", 0),
        left_out=counts,
        named=_named(result.get("who", [])),
    )


def rows_for_sms(actor: Actor, job_id: int, *, now: datetime) -> Iterator[Said]:
    """What a file for an SMS platform holds; that it was taken out is journalled."""
    run = run_of(actor, job_id)
    if run.way is not Way.CSV:
        raise NotFound
    journal.record(
        actor,
        "nudge.exported",
        "job",
        job_id,
        now=now,
        society_id=run.job.society_id,
        data={"count": run.told},
    )
    found = session.execute(
        select(Nudge.registration_id, Nudge.data, Person.id, Person.phone, Person.locale)
        .join(Registration, Registration.id == Nudge.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Nudge.job_id == job_id)
        .order_by(Nudge.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for part in found.partitions():
        names = latest_names([row.id for row in part])
        for row in part:
            name = names.get(row.id, ("", None))[0]
            yield Said(row.registration_id, name, row.phone, row.locale or "zh", row.data)


def _named(who: Sequence[Sequence[Any]]) -> tuple[NotTold, ...]:
    ids = [row[0] for row in who]
    found = {
        r.id: r
        for r in session.execute(
            select(Registration.id, Registration.person_id, Registration.number).where(
                Registration.id.in_(ids)
            )
        )
    }
    names = latest_names([r.person_id for r in found.values()])
    return tuple(
        NotTold(i, found[i].number, names.get(found[i].person_id, ("", None))[0], LeftOut(why))
        for i, why in who
        if i in found
    )
