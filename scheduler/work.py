"""What a task is given: a claimed job, and how to keep a step of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from cpd_app.policy import Actor
from cpd_app.usecases.jobs import Step


class Stopped(Exception):
    """The job was cancelled, or another worker has it; what this step did is undone."""


class Keep(Protocol):
    """Runs one use case in a transaction of its own, together with the report of its progress."""

    def __call__(self, act: Callable[[datetime], Step | None]) -> Step | None:
        """What `act` returned; None means that nothing was left to do.

        Raises `Stopped` when the job was cancelled or given to another worker.
        """


@dataclass(frozen=True)
class Work:
    """A claimed job: who ordered it, on what, and how to keep a step of it."""

    job_id: int
    actor: Actor
    subject_id: int
    payload: dict[str, Any]
    today: date
    keep: Keep
    #: steps that earlier attempts reported
    done: int = 0


def far(done: int, total: int) -> Callable[[datetime], Step]:
    """For `keep`: nothing is written but how far it is."""
    return lambda _now: Step(done, total)


Task = Callable[[Work], None]
