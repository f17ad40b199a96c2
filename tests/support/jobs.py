"""Does what the worker would do, in the test's own process."""

from flask import Flask

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.usecases import jobs
from scheduler import runner
from scheduler.tasks import TASKS


def work_off(app: Flask) -> int:
    """Do every job that is due until none is; returns how many."""
    done = 0
    while True:
        with app.app_context(), transaction():
            due = jobs.hand_out(clock.now(), 10) or jobs.hand_out(clock.now(), 10, unhurried=True)
        if not due:
            return done
        for job_id in due:
            runner.work(app, job_id, TASKS)
        done += len(due)
