"""Kept standings through the queue: the clock orders ranges of registrations, workers judge them.

A range is one job, and its row is used again and again: a society of a hundred thousand has a
hundred rows, not a hundred each day. What is left undone, by a killed worker or by a failure, is
old still, and so is ordered again; what was judged is not old, and so is judged by nobody twice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.models import Job, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.jobs import UNDER_WAY, JobState, Step, order_anew
from cpd_app.usecases.standings import (
    judge_range,
    ranges_of_old,
    societies_to_catch_up,
    waiting_in,
)

#: name of the task
TASK = "standings"
#: registrations of one range: a second or two of work
RANGE = 1000
#: ranges that wait or run; the clock's next look orders what comes after them
MOST_OPEN = 200


@dataclass(frozen=True)
class Progress:
    """How far the standings of a society are today."""

    registrations: int
    #: of those, the ones whose standing is old or missing
    waiting: int
    #: ranges that were given up
    failed: int

    @property
    def done(self) -> int:
        """Those that wait for nothing."""
        return max(0, self.registrations - self.waiting)


def order_standings(*, now: datetime, on: date) -> int:
    """Order what is old and not ordered yet, in ranges by id; returns how many registrations.

    Each society goes on behind its last open range: what became old before it is ordered when
    that is done.
    """
    clock = Actor.system("judge-standings")
    open_slots, behind = _open_ranges()
    room = MOST_OPEN - len(open_slots)
    ordered = 0
    for society_id in societies_to_catch_up(on=on) if room > 0 else ():
        ranges = ranges_of_old(
            society_id, on=on, after=behind.get(society_id, 0), size=RANGE, limit=room
        )
        free = (key for n in count() if (key := f"{TASK}:{society_id}:{n}") not in open_slots)
        for first, last, number in ranges:
            payload = {"society_id": society_id, "first": first, "last": last}
            if order_anew(clock, TASK, key=next(free), now=now, payload=payload, total=number):
                ordered += number
        room -= len(ranges)
        if room <= 0:
            break
    return ordered


def judge_some(
    job_id: int, society_id: int, after: int, last: int, *, on: date
) -> tuple[Step, int] | None:
    """For the worker: judge the next of a range; how far it is, and the last id that was judged.

    None when nothing of the range is left.
    """
    ids = judge_range(society_id, after + 1, last, on=on)
    if not ids:
        return None
    job = session.get_one(Job, job_id, populate_existing=True)
    done = job.done + len(ids)
    return Step(done, max(done, job.total)), ids[-1]


def progress_of(actor: Actor, society_id: int, *, on: date) -> Progress:
    """How far a society's standings are on a day, ordered or not, and what failed."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    failed = session.scalar(
        select(func.count()).where(
            Job.kind == TASK, Job.society_id == society_id, Job.state == JobState.FAILED
        )
    )
    registrations = session.scalar(
        select(func.count()).select_from(Registration).where(Registration.society_id == society_id)
    )
    return Progress(registrations or 0, waiting_in(society_id, on=on), failed or 0)


def _open_ranges() -> tuple[set[str], dict[int, int]]:
    """Keys of the ranges that wait or run, and by society the last id among them."""
    rows = session.execute(
        select(Job.key, Job.payload).where(Job.kind == TASK, Job.state.in_(UNDER_WAY))
    ).all()
    behind: dict[int, int] = {}
    for _key, payload in rows:
        society_id = payload["society_id"]
        behind[society_id] = max(payload["last"], behind.get(society_id, 0))
    return {key for key, _payload in rows}, behind
