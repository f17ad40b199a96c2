"""Completeness check of a filing (完整性检查): ready to be read, within 10 working days (§8)."""

from datetime import date, datetime

from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict
from cpd_app.models import Filing
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.deadlines import DeadlineKind, close_deadline, deadline_of
from cpd_app.usecases.filing_case import Case, case_for_act, move, note

#: a reader may have opened it before the check was done
CHECKED_IN = frozenset({FilingState.FILED, FilingState.READING, FilingState.UNANSWERED})


def complete_filing(
    actor: Actor, filing_id: int, *, seen: int | None = None, now: datetime, today: date
) -> Filing:
    """Say that a filing has everything it needs; readers may begin.

    Raises Conflict `complete_already`, `filing_state`, `changed_meanwhile`; NotAllowed `own_file`,
    `same_employer`.
    """
    case = case_for_act(actor, filing_id, Permission.PROCESS_FILING, seen=seen, today=today)
    filing = case.filing
    if filing.complete_at is not None:
        raise Conflict("complete_already")
    if case.state not in CHECKED_IN:
        raise Conflict("filing_state", state=case.state.value, wanted=FilingState.READING.value)
    if case.state is FilingState.FILED:
        move(case, FilingState.READING)
    else:
        filing.version += 1
    check_done(actor, case, now=now)
    note(actor, case, "filing.complete", now=now)
    return filing


def check_done(actor: Actor, case: Case, *, now: datetime) -> None:
    """The check is over, whatever it came to; its deadline is closed."""
    case.filing.complete_at, case.filing.complete_by_id = now, actor.person_id
    close_deadline(deadline_of(DeadlineKind.COMPLETENESS, case.filing.id), now=now)
