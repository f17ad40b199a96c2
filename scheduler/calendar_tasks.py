"""The job of a year's notice: compute open deadlines anew, a part a transaction."""

from datetime import datetime

from cpd_app.clock import BEIJING
from cpd_app.usecases import deadline_moves
from cpd_app.usecases.jobs import Step
from scheduler.work import Work


def move_deadlines(work: Work) -> None:
    """Move what the notice moves; a second attempt finds that most are moved already."""
    year = work.subject_id
    total, done, after = deadline_moves.number_of(year), 0, 0

    def act(now: datetime) -> Step | None:
        nonlocal after, done
        today = now.astimezone(BEIJING).date()
        moved = deadline_moves.move_some(year, after, now=now, today=today)
        if moved is None:
            return None
        done, after = done + moved[0], moved[1]
        return Step(done, max(done, total))

    while work.keep(act) is not None:
        pass
