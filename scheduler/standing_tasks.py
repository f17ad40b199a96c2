"""The job of a range of standings: judge what is old in it, a part a transaction."""

from datetime import datetime

from cpd_app.clock import BEIJING
from cpd_app.usecases import standing_jobs
from cpd_app.usecases.jobs import Step
from scheduler.work import Work


def judge_standings(work: Work) -> None:
    """Judge a range; after an interruption only what is old still. Midnight may come meanwhile."""
    society_id, last = work.payload["society_id"], work.payload["last"]
    after = work.payload["first"] - 1

    def act(now: datetime) -> Step | None:
        nonlocal after
        on = now.astimezone(BEIJING).date()
        judged = standing_jobs.judge_some(work.job_id, society_id, after, last, on=on)
        if judged is None:
            return None
        step, after = judged
        return step

    while work.keep(act) is not None:
        pass
