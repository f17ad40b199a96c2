"""The demo's reminders: members nobody reaches, a call or two, and a nudge of last week."""

from datetime import date, datetime, timedelta

from cpd_app import clock
from cpd_app.cli.people import person_id_of
from cpd_app.db import transaction
from cpd_app.domain.nudges import Way
from cpd_app.usecases import call_notes, demo, nudge_list, nudges, societies, standings
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.jobs import claim_job, finish_job, report_job
from cpd_app.usecases.nudge_list import Chosen, NudgeFilter

#: outcome and words of calls, for the first of those due
CALLS = (
    ("will_file", "示范：本人说这周交总结，下周申请。"),
    ("no_answer", ""),
    ("wrong_number", "示范：号码已换人，待查新的。"),
)
#: of those due: reminded in the demo, and reached by nothing
REMINDED, UNREACHED = 6, 5
WORKER = "demo"


def make_nudges() -> None:
    """By the registrar: some addresses broken, a nudge three days ago, what calls came to."""
    now, today = clock.now(), clock.today()
    registrar = actor_for(person_id_of("registrar@demo.test"), origin="cli", today=today)
    society_id = societies.society_of_code("demo-elec").id
    with transaction():
        standings.catch_up(society_id, on=today, limit=1000)
    everybody = Chosen(NudgeFilter(months=3))
    plan = nudge_list.plan_of(registrar, society_id, everybody, Way.MESSAGE, on=today, now=now)
    with transaction():
        demo.break_addresses(plan.ids[-UNREACHED:], society_id, now=now)
    when = now - timedelta(days=3)
    chosen = Chosen(everybody.wanted, plan.ids[:REMINDED])
    with transaction():
        job = nudges.order_nudges(
            registrar, society_id, chosen, Way.MESSAGE, "示范：有问题请打学会电话。",
            key="demo", on=today, now=when,
        )  # fmt: skip
    _done(registrar.person_id or 0, job.id, when, today)
    for registration_id, (outcome, words) in zip(plan.ids, CALLS, strict=False):
        with transaction():
            call_notes.note_call(
                registrar, registration_id, outcome, words, now=now - timedelta(days=1)
            )


def _done(registrar_id: int, job_id: int, when: datetime, today: date) -> None:
    """What the worker would have done three days ago."""
    registrar = actor_for(registrar_id, origin="cli", today=today)
    with transaction():
        job = claim_job(job_id, worker=WORKER, now=when)
    if job is None:
        return
    for part in nudges.parts_to_nudge(job.id, job.payload):
        with transaction():
            step = nudges.nudge_part(registrar, job.id, part, job.payload, now=when, on=today)
            report_job(job.id, worker=WORKER, done=step.done, total=step.total, now=when)
    with transaction():
        finish_job(job.id, worker=WORKER, now=when)
