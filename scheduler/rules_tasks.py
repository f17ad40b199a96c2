"""Jobs of the rules: try a version on members, try a recalculation, compute records again."""

from collections.abc import Callable
from datetime import date, datetime

from cpd_app.usecases import recalculation, rules_trial
from cpd_app.usecases.jobs import Step
from cpd_app.usecases.rules_effect import Effect, Question
from scheduler.work import Work

Act = Callable[[datetime], Step]


def try_version(work: Work) -> None:
    """Count what a version would change; an interrupted count begins anew."""
    job = rules_trial.job_of_work(work.job_id)
    ids, question = rules_trial.trial_question(work.actor, job, today=work.today)
    _count(work, ids, question)


def try_recalculation(work: Work) -> None:
    """Count what computing again would change."""
    ids, question = recalculation.recalculation_question(work.actor, work.payload, today=work.today)
    _count(work, ids, question)


def recalculate(work: Work) -> None:
    """Compute records again; after an interruption what was done is passed over."""
    society_id = work.payload["society_id"]
    from_on = date.fromisoformat(work.payload["from_on"])
    ids = recalculation.registrations_from(society_id, from_on)
    for first in range(0, len(ids), recalculation.AT_ONCE):
        part = ids[first : first + recalculation.AT_ONCE]
        work.keep(_recalculated(work, part, from_on, Step(first + len(part), len(ids))))


def _recalculated(work: Work, part: list[int], from_on: date, step: Step) -> Act:
    def act(now: datetime) -> Step:
        recalculation.recalculate(
            work.actor,
            work.job_id,
            part,
            society_id=work.payload["society_id"],
            from_on=from_on,
            now=now,
        )
        return step

    return act


def _count(work: Work, ids: list[int], question: Question) -> None:
    """Reading holds no lock; only how far it is, and at the end the answer, are written."""
    effect = Effect()
    for first in range(0, len(ids), rules_trial.AT_ONCE):
        part = ids[first : first + rules_trial.AT_ONCE]
        rules_trial.add_part(effect, part, question)
        work.keep(_counted(Step(first + len(part), len(ids))))

    def keep_result(_now: datetime) -> Step:
        rules_trial.keep_result(work.job_id, effect)
        return Step(len(ids), len(ids))

    work.keep(keep_result)


def _counted(step: Step) -> Act:
    return lambda _now: step
