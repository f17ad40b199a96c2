"""Demo of the audit queue: filings in every state, some days old, as use cases leave them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.demo import audits, renewals
from cpd_app.domain.decisions import Outcome
from cpd_app.domain.matches import Answer
from cpd_app.domain.review import Verdict
from cpd_app.policy import Actor
from cpd_app.texts.filing import DECLARATION_VERSION
from cpd_app.usecases import (
    appeals,
    audit_file,
    audit_queue,
    audit_readers,
    completeness,
    decisions,
    filings,
    judgements,
    match_answers,
    matches,
    progress,
    return_answers,
    returns,
    summaries,
)
from cpd_app.usecases.audit_access import settings_of
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.filed_records import Reading, reading_of
from cpd_app.usecases.judgements import NewJudgement
from cpd_app.usecases.registrations_shown import registrations_of
from cpd_app.usecases.returns import NewReturn, Point


@dataclass(frozen=True)
class Then:
    """Some days ago, as use cases want it."""

    now: datetime
    today: date

    @classmethod
    def ago(cls, days: int) -> "Then":
        """The same hour, so many days before now."""
        return cls(clock.now() - timedelta(days=days), clock.today() - timedelta(days=days))


@dataclass(frozen=True)
class Desk:
    """Who works on the files: the one who reads and proposes, and the one who confirms."""

    auditor: Actor
    second: Actor


@dataclass(frozen=True)
class Filed:
    """A member's filing."""

    id: int
    member: Actor


def make_audits(
    members: Iterable[Actor], desk: Desk, cases: Iterable[audits.Case] = audits.CASES
) -> list[str]:
    """A filing for each case, of members who can file; the names of the cases that were made.

    Where a case ends with a certificate it is of somebody who has met the fifth year.
    """
    waiting = list(members)
    made = []
    for case in cases:
        member = _next(waiting, case)
        if member is None:
            continue
        filed = Filed(_file(member, Then.ago(case.filed)), member)
        for step, days in case.steps:
            STEPS[step](filed, desk, Then.ago(days))
        made.append(case.name)
    return made


def _next(members: list[Actor], case: audits.Case) -> Actor | None:
    """Take the next member who needs only a summary to file on the day of the case.

    Whoever cannot file is looked at once only; who is short in the fifth year serves another case.
    """
    on = Then.ago(case.filed).today
    for member in tuple(members):
        registration = registrations_of(member.person_id or 0)[0]
        standing = progress.standing_of(member, registration, on=on)
        may_file = set(standing.readiness.filing_obstacles) <= {"summary"}
        last = standing.years[-1]
        fits = last.recognised >= last.required or not case.needs_five_years
        if fits or not may_file:
            members.remove(member)
        if fits and may_file:
            return member
    return None


def _file(member: Actor, then: Then) -> int:
    registration = registrations_of(member.person_id or 0)[0]
    with transaction():
        summaries.save_summary(
            member, registration.id, renewals.SUMMARY, version=0, now=then.now, today=then.today
        )
    with transaction():
        new = filings.NewFiling(registration.id, DECLARATION_VERSION)
        filed = filings.file_renewal(member, new, now=then.now, today=then.today).filing
    with transaction():
        audit_queue.rate_files(Actor.system("cli"), [filed.id], now=then.now)
    return filed.id


def _complete(filed: Filed, desk: Desk, then: Then) -> None:
    with transaction():
        completeness.complete_filing(desk.auditor, filed.id, now=then.now, today=then.today)


def _open(filed: Filed, desk: Desk, then: Then) -> None:
    with transaction():
        audit_readers.take_file(desk.auditor, filed.id, now=then.now, today=then.today)
        audit_file.open_filing(desk.auditor, filed.id, now=then.now, today=then.today)


def _reading(filed: Filed, desk: Desk, then: Then) -> Reading:
    society_id = audit_file.society_of(desk.auditor, filed.id, today=then.today)
    return reading_of(filed.id, settings_of(society_id))


def _chosen(filed: Filed, desk: Desk, then: Then) -> list[int]:
    return sorted(_reading(filed, desk, then).chosen)


def _judge(filed: Filed, desk: Desk, then: Then, said: NewJudgement, ids: list[int]) -> None:
    with transaction():
        for record_id in ids:
            judgements.judge_record(
                desk.auditor, filed.id, record_id, said, now=then.now, today=then.today
            )


def _begin(filed: Filed, desk: Desk, then: Then) -> None:
    """Half of the records are judged."""
    ids = _chosen(filed, desk, then)
    _judge(filed, desk, then, NewJudgement(Verdict.ACCEPTED), ids[: len(ids) // 2])


def _accept(filed: Filed, desk: Desk, then: Then) -> None:
    _judge(filed, desk, then, NewJudgement(Verdict.ACCEPTED), _chosen(filed, desk, then))


def _doubt(filed: Filed, desk: Desk, then: Then) -> None:
    """Two records need better papers, the others are good."""
    ids = _chosen(filed, desk, then)
    wanted = NewJudgement(Verdict.EVIDENCE_WANTED, reason=audits.WANTED)
    _judge(filed, desk, then, wanted, ids[:2])
    _judge(filed, desk, then, NewJudgement(Verdict.ACCEPTED), ids[2:])


def _reject(filed: Filed, desk: Desk, then: Then) -> None:
    """The first year's records are not proven."""
    records = _reading(filed, desk, then).records
    first = [r.id for r in records if r.year_index == 1]
    _judge(filed, desk, then, NewJudgement(Verdict.REJECTED, reason=audits.REJECTED), first)
    others = [i for i in _chosen(filed, desk, then) if i not in first]
    _judge(filed, desk, then, NewJudgement(Verdict.ACCEPTED), others)


def _return(filed: Filed, desk: Desk, then: Then) -> None:
    with transaction():
        points = tuple(p for p, _record in returns.proposed_points(desk.auditor, filed.id))
        asked = NewReturn(audits.RETURNED, (*points, Point(audits.WHOLE)))
        returns.return_filing(desk.auditor, filed.id, asked, now=then.now, today=then.today)


def _answer(filed: Filed, desk: Desk, then: Then) -> None:  # noqa: ARG001 - steps are alike
    with transaction():
        asked = returns.returns_of(filed.id)[-1]
        for item in asked.items:
            return_answers.save_answer(filed.member, filed.id, item.id, audits.ANSWER, now=then.now)
        return_answers.send_answer(filed.member, filed.id, now=then.now, today=then.today)


def _propose(filed: Filed, desk: Desk, then: Then, new: NewDecision) -> None:
    with transaction():
        decisions.propose_decision(desk.auditor, filed.id, new, now=then.now, today=then.today)


def _grant(filed: Filed, desk: Desk, then: Then) -> None:
    _propose(filed, desk, then, NewDecision(Outcome.PASSED, audits.PASSED))


def _refuse(filed: Filed, desk: Desk, then: Then) -> None:
    """Proposed; the second person confirms in a step of its own."""
    _propose(filed, desk, then, NewDecision(Outcome.REFUSED, audits.REFUSED))


def _confirm(filed: Filed, desk: Desk, then: Then) -> None:
    with transaction():
        proposed = decisions.decisions_of(filed.id)[-1]
        decisions.confirm_decision(desk.second, proposed.id, now=then.now, today=then.today)


def _appeal(filed: Filed, desk: Desk, then: Then) -> None:  # noqa: ARG001 - steps are alike
    with transaction():
        decided = decisions.decisions_of(filed.id)[-1]
        appeals.file_appeal(
            filed.member, "decision", decided.id, audits.APPEAL, now=then.now, today=then.today
        )


STEPS: dict[audits.Step, Callable[[Filed, Desk, Then], None]] = {
    audits.Step.COMPLETE: _complete,
    audits.Step.OPEN: _open,
    audits.Step.BEGIN: _begin,
    audits.Step.ACCEPT: _accept,
    audits.Step.DOUBT: _doubt,
    audits.Step.REJECT: _reject,
    audits.Step.RETURN: _return,
    audits.Step.ANSWER: _answer,
    audits.Step.GRANT: _grant,
    audits.Step.REFUSE: _refuse,
    audits.Step.CONFIRM: _confirm,
    audits.Step.APPEAL: _appeal,
}


def answer_matches(registrar: Actor, society_id: int) -> int:
    """The other society answers for its side; the first one still has to. How many."""
    waiting = matches.matches_of(registrar, society_id)
    for match in waiting:
        with transaction():
            match_answers.answer_match(
                registrar, match.id, Answer.SAME, audits.SAME, seen=match.version,
                now=clock.now(), today=clock.today(),
            )  # fmt: skip
    return len(waiting)
