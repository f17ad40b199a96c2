"""What has happened to a filing so far, for its member and for staff: one list, oldest first."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cpd_app.domain.decisions import DecisionState
from cpd_app.models import Decision, FileReturn, Filing, Verification
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.deadlines import DeadlineKind, deadline_of
from cpd_app.usecases.decisions import decisions_of
from cpd_app.usecases.filing_case import Case, case_of
from cpd_app.usecases.return_answers import UNDECIDED, DaysLeft, days_left
from cpd_app.usecases.returns import ANSWERABLE, returns_of
from cpd_app.usecases.verifications import verifications_of


@dataclass(frozen=True)
class Happened:
    """One thing that happened.

    filed, opened, complete, withdrawn, returned, answered, asked_unit, unit_answered, proposed,
    sent_back, decided, set_aside.
    """

    code: str
    at: datetime
    #: who did it, for staff; members are not told names of readers
    by_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FilingProcess:
    """A filing with everything around it."""

    case: Case
    happened: tuple[Happened, ...]
    #: the return that waits for the member, with its days
    open_return: FileReturn | None
    deadline: DaysLeft | None
    completeness: DaysLeft | None
    verifications: tuple[Verification, ...]
    #: newest first; members see those that are or were in force
    decisions: tuple[Decision, ...]
    #: last day to appeal against the decision in force; None where there is none
    appeal: DaysLeft | None

    @property
    def filing(self) -> Filing:
        """The filing."""
        return self.case.filing

    @property
    def decision(self) -> Decision | None:
        """What stands now."""
        return next((d for d in self.decisions if d.state == DecisionState.IN_FORCE), None)

    @property
    def proposal(self) -> Decision | None:
        """What waits for a second person."""
        return next((d for d in self.decisions if d.state == DecisionState.PROPOSED), None)


def filing_process_of(actor: Actor, filing_id: int, *, today: date) -> FilingProcess:
    """Everything around a filing, for its member and the society's staff.

    The member learns of proposals only when they are in force.
    """
    case = case_of(actor, filing_id, Permission.READ_PROCESS)
    own = actor.person_id == case.filing.person_id
    returns, letters = returns_of(filing_id), verifications_of(filing_id)
    decisions = [d for d in decisions_of(filing_id) if not own or d.number is not None]
    waits = next((r for r in returns if r.state in ANSWERABLE and case.state in UNDECIDED), None)
    in_force = next((d for d in decisions if d.state == DecisionState.IN_FORCE), None)
    return FilingProcess(
        case=case,
        happened=tuple(_happened(case.filing, returns, letters, decisions)),
        open_return=waits,
        deadline=_days(DeadlineKind.RETURN, waits, today),
        completeness=_days(DeadlineKind.COMPLETENESS, case.filing, today),
        verifications=tuple(letters),
        decisions=tuple(decisions),
        appeal=_days(DeadlineKind.APPEAL_DECISION, in_force, today),
    )


def _days(
    kind: DeadlineKind, subject: FileReturn | Filing | Decision | None, today: date
) -> DaysLeft | None:
    return days_left(deadline_of(kind, subject.id), today) if subject is not None else None


def _happened(
    filing: Filing,
    returns: list[FileReturn],
    letters: list[Verification],
    decisions: list[Decision],
) -> list[Happened]:
    found = [Happened("filed", filing.filed_at, filing.person_id, {"number": filing.number})]
    if filing.opened_at is not None:
        found.append(Happened("opened", filing.opened_at))
    if filing.complete_at is not None:
        found.append(Happened("complete", filing.complete_at, filing.complete_by_id))
    if filing.withdrawn_at is not None:
        found.append(Happened("withdrawn", filing.withdrawn_at, filing.person_id))
    for made in returns:
        points = len(made.items)
        found.append(Happened("returned", made.at, made.by_id, {"points": points}))
        if made.answered_at is not None:
            found.append(
                Happened("answered", made.answered_at, filing.person_id, {"late": made.late})
            )
    for letter in letters:
        found.append(
            Happened("asked_unit", letter.at, letter.by_id, {"records": len(letter.records)})
        )
        if letter.answered_at is not None:
            told = {"outcome": letter.outcome, "on": letter.answered_on}
            by_id = letter.answered_by_id
            found.append(Happened("unit_answered", letter.answered_at, by_id, told))
    for decision in decisions:
        found.extend(_of_decision(decision))
    return sorted(found, key=lambda happened: happened.at)


def _of_decision(decision: Decision) -> list[Happened]:
    told = {"outcome": decision.outcome, "number": decision.number, "decision": decision.id}
    found = []
    if decision.number is None:
        found.append(Happened("proposed", decision.proposed_at, decision.proposed_by_id, told))
    if decision.state == DecisionState.SENT_BACK and decision.answered_at is not None:
        found.append(Happened("sent_back", decision.answered_at, decision.answered_by_id, told))
    if decision.confirmed_at is not None:
        by_id = decision.confirmed_by_id or decision.proposed_by_id
        found.append(Happened("decided", decision.confirmed_at, by_id, told))
    if decision.state == DecisionState.SET_ASIDE and decision.answered_at is not None:
        found.append(Happened("set_aside", decision.answered_at, decision.answered_by_id, told))
    return found
