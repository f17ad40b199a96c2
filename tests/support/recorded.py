"""Records logged through the use case, rule versions, and the worker run at once."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Activity, RuleVersion
from cpd_app.usecases import jobs, rules
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from scheduler import runner
from scheduler.tasks import TASKS
from tests.support.people import Someone

Do = Callable[..., Any]


def logged(
    do: Do, someone: Someone, kind: str, day: date, *, now: datetime, title: str = "", **fields: Any
) -> Activity:
    """A recorded activity of one day with its credits."""
    new = NewActivity(kind, title or f"测试{kind}", None, day, fields=fields)
    activity: Activity = do(log_activity, someone.actor, new, now=now, today=now.date()).activity
    return activity


def a_draft(
    do: Do,
    someone: Someone,
    body: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    from_on: date = date(2027, 1, 1),
) -> RuleVersion:
    """A draft of the registrar's society (of the federation: of the baseline) with this body."""
    society_id = someone.society.id if someone.society else None
    version: RuleVersion = do(
        rules.draft_version, someone.actor, society_id, title="办法", in_force_on=from_on, now=now
    )
    if body is not None:
        do(rules.change_body, someone.actor, version.id, body=body, now=now)
    return version


def published(
    do: Do,
    someone: Someone,
    body: Mapping[str, Any],
    *,
    now: datetime,
    from_on: date = date(2027, 1, 1),
) -> RuleVersion:
    """The same, published."""
    version = a_draft(do, someone, body, now=now, from_on=from_on)
    made: RuleVersion = do(rules.publish_version, someone.actor, version.id, now=now)
    return made


def run_jobs(app: Flask) -> None:
    """Do every job that is due, as the worker does."""
    with app.app_context(), transaction():
        handed = jobs.hand_out(clock.now(), 50)
    for job_id in handed:
        runner.work(app, job_id, TASKS)
