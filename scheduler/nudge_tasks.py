"""The job of a nudge: remind those chosen, a part a transaction."""

from collections.abc import Callable
from datetime import datetime

from cpd_app.usecases import nudges
from cpd_app.usecases.jobs import Step
from scheduler.work import Work


def nudge(work: Work) -> None:
    """Remind everybody of an order; after an interruption it goes on where it was."""
    for part in nudges.parts_to_nudge(work.job_id, work.payload):
        work.keep(_nudged(work, part))


def _nudged(work: Work, part: list[int]) -> Callable[[datetime], Step]:
    def act(now: datetime) -> Step:
        return nudges.nudge_part(
            work.actor, work.job_id, part, work.payload, now=now, on=work.today
        )

    return act
