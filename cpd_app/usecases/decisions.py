"""Deciding on a filing: proposed by one, in force when another confirms; appeals set it aside.

A decision, its hours (学会认定), the next term and the journal are one transaction (domain.md §8).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from cpd_app.db import session
from cpd_app.domain.audits import FilingState, check_move
from cpd_app.domain.decisions import (
    STATES,
    DecisionSetting,
    DecisionState,
    Outcome,
    Shortfall,
    check_outcome,
    check_two_people,
    letter_number,
)
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Decision, Filing, Judgement, Reader
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.appealed import Appealed
from cpd_app.usecases.confirmed_hours import confirm_hours, release_hours
from cpd_app.usecases.deadlines import (
    APPEAL_DAYS,
    DeadlineKind,
    close_deadline,
    deadline_of,
    set_deadline,
)
from cpd_app.usecases.decision_sums import Sums, decision_in_force, sums_of
from cpd_app.usecases.filing_case import Case, case_for_act, case_of, move, note, somebody_of
from cpd_app.usecases.filing_messages import decided
from cpd_app.usecases.make_up import release_bindings
from cpd_app.usecases.make_up_windows import MAKE_UP
from cpd_app.usecases.messages import Draft, tell
from cpd_app.usecases.registrations import NextTerm, give_next_term
from cpd_app.usecases.returns import close_returns, text_of

MOST_REASONS = 4000
#: can be appealed: the member got less than they asked for
APPEALABLE = frozenset({Outcome.REFUSED, Outcome.CONDITIONAL})


@dataclass(frozen=True)
class NewDecision:
    """What somebody proposes."""

    outcome: Outcome
    reasons: str
    make_up: tuple[Shortfall, ...] = ()
    until_on: date | None = None


def propose_decision(
    actor: Actor,
    filing_id: int,
    new: NewDecision,
    *,
    seen: int | None = None,
    now: datetime,
    today: date,
) -> Decision:
    """Propose a decision; one that needs no second person is in force at once.

    Raises Rejected `missing` (reasons), what `check_outcome` says, `more_readers_needed`,
    `conditional_once`; Conflict `filing_state`, `changed_meanwhile`; NotAllowed `own_file`,
    `same_employer`, `decided_before`.
    """
    case = case_for_act(actor, filing_id, Permission.DECIDE_FILING, seen=seen, today=today)
    setting = DecisionSetting.of(case.society.settings)
    reasons = text_of(new.reasons, "reasons", MOST_REASONS)
    check_move(case.state, FilingState.PROPOSED)
    if case.state is FilingState.CONDITIONAL and new.outcome is Outcome.CONDITIONAL:
        raise Rejected("conditional_once", "outcome")
    _check_new_people(actor, case)
    sums = sums_of(case)
    check_outcome(new.outcome, sums.years, make_up=new.make_up, until_on=new.until_on, today=today)
    _check_readers(actor, sums, setting)
    move(case, FilingState.PROPOSED)
    decision = add_proposal(actor, sums, new, reasons, now=now)
    if new.outcome not in setting.countersigned:
        tell(bring_into_force(actor, sums, decision, now=now, today=today), now=now)
    return decision


def add_proposal(
    actor: Actor, sums: Sums, new: NewDecision, reasons: str, *,
    now: datetime, bulk_id: int | None = None,
) -> Decision:  # fmt: skip
    """The row of a proposal; the caller has checked it and moved the filing."""
    decision = Decision(
        filing_id=sums.case.filing.id,
        outcome=new.outcome.value,
        reasons=reasons,
        make_up=[{"year": m.year, "hours": m.hours} for m in new.make_up],
        make_up_until_on=new.until_on,
        state=DecisionState.PROPOSED.value,
        proposed_at=now,
        proposed_by_id=actor.person_id,
        results=sums.as_kept,
        bulk_id=bulk_id,
        version=1,
    )
    session.add(decision)
    session.flush()
    note(
        actor, sums.case, "decision.proposed", now=now,
        data={"decision": decision.id, "outcome": decision.outcome, "bulk": bulk_id},
        values={"reasons": reasons},
    )  # fmt: skip
    return decision


def confirm_decision(
    actor: Actor, decision_id: int, *, seen: int | None = None, now: datetime, today: date
) -> Decision:
    """Confirm somebody else's proposal: it is in force, with its hours and the next term.

    `seen` is the filing's version. Raises Conflict `decided_already`, `changed_meanwhile` (also
    when the years came to something else meanwhile); NotAllowed `second_person`, `own_file`,
    `same_employer`, `decided_before`; Rejected as the outcome and the register say.
    """
    case, decision = held_decision(actor, decision_id, seen=seen, today=today)
    if decision.state != DecisionState.PROPOSED:
        raise Conflict("decided_already")
    check_two_people(decision.proposed_by_id, somebody_of(actor, today), case.member)
    _check_new_people(actor, case)
    sums = sums_of(case)
    if sums.as_kept != decision.results:
        raise Conflict("changed_meanwhile")
    tell(bring_into_force(actor, sums, decision, now=now, today=today), now=now)
    return decision


def send_back(
    actor: Actor,
    decision_id: int,
    words: str,
    *,
    seen: int | None = None,
    now: datetime,
    today: date,
) -> Decision:
    """Send a proposal back to its readers with words; its proposer may take it back so too.

    Raises Rejected `missing`, `too_long`; Conflict `decided_already`, `changed_meanwhile`.
    """
    case, decision = held_decision(actor, decision_id, seen=seen, today=today)
    if decision.state != DecisionState.PROPOSED:
        raise Conflict("decided_already")
    drop_proposal(actor, case, decision, text_of(words, "words", MOST_REASONS), now=now)
    return decision


def drop_proposal(
    actor: Actor, case: Case, decision: Decision, words: str, *, now: datetime
) -> None:
    """A proposal does not stand; the filing is where it was before."""
    decision.state, decision.answer = DecisionState.SENT_BACK.value, words
    decision.answered_at, decision.answered_by_id = now, actor.person_id
    decision.version += 1
    before = decision_in_force(case.filing.id)
    conditional = before is not None and before.outcome == Outcome.CONDITIONAL
    move(case, FilingState.CONDITIONAL if conditional else FilingState.READING)
    note(
        actor, case, "decision.sent_back", now=now,
        data={"decision": decision.id}, values={"words": words},
    )  # fmt: skip


def bring_into_force(
    actor: Actor, sums: Sums, decision: Decision, *, now: datetime, today: date
) -> Draft:
    """A decision takes effect: number, hours, next term or appeal, deadlines, journal.

    Returns what the member is to be told; whoever calls tells it.
    """
    case, outcome = sums.case, Outcome(decision.outcome)
    check_outcome(
        outcome,
        sums.years,
        make_up=[Shortfall(int(m["year"]), int(m["hours"])) for m in decision.make_up],
        until_on=decision.make_up_until_on,
        today=today,
    )
    decision.number = letter_number(case.society.code, "D", today.year, decision.id)
    decision.state = DecisionState.IN_FORCE.value
    decision.confirmed_at = now
    alone = actor.person_id == decision.proposed_by_id
    decision.confirmed_by_id = None if alone else actor.person_id
    decision.version += 1
    move(case, STATES[outcome])
    case.filing.decided_at = now
    close_returns(case, now=now)
    close_deadline(deadline_of(DeadlineKind.COMPLETENESS, case.filing.id), now=now)
    confirm_hours(actor, sums, decision, now=now)
    if outcome is Outcome.PASSED:
        _renew(actor, case, decision, now=now, today=today)
    appeal_until_on = None
    if outcome in APPEALABLE:
        appeal_until_on = set_deadline(
            DeadlineKind.APPEAL_DECISION,
            decision.id,
            delivered_on=today,
            work_days=APPEAL_DAYS,
            society_id=case.filing.society_id,
            registration_id=case.registration.id,
            person_id=case.filing.person_id,
        ).due_on
    note(
        actor, case, "decision.in_force", now=now,
        data={"decision": decision.id, "outcome": decision.outcome, "term": decision.term_id,
              "proposed_by": decision.proposed_by_id},
        values={"number": decision.number},
    )  # fmt: skip
    return decided(case, decision, appeal_until_on=appeal_until_on)


def appealed(subject_id: int) -> Appealed:
    """What an appeal against a decision must know; NotFound when none can be made."""
    decision = session.get(Decision, subject_id)
    if decision is None or decision.outcome not in APPEALABLE:
        raise NotFound
    filing = session.get_one(Filing, decision.filing_id)
    return Appealed(
        filing.society_id,
        filing.registration_id,
        filing.person_id,
        _took_part(decision),
        DeadlineKind.APPEAL_DECISION,
        page_id=filing.id,
    )


def uphold(actor: Actor, subject_id: int, *, reason: str, now: datetime, today: date) -> Decision:
    """Set a decision aside after an appeal: the filing goes to readers who did not decide it.

    Raises NotFound; NotAllowed `decided_before`; Conflict `filing_state`.
    """
    decided_by = appealed(subject_id).decided_by
    case, decision = held_decision(actor, subject_id, seen=None, today=today)
    if actor.person_id in decided_by:
        raise NotAllowed("decided_before")
    if decision.state != DecisionState.IN_FORCE:
        raise NotFound
    decision.state = DecisionState.SET_ASIDE.value
    decision.answer = text_of(reason, "reason", MOST_REASONS)
    decision.answered_at, decision.answered_by_id = now, actor.person_id
    decision.version += 1
    move(case, FilingState.READING)
    case.filing.decided_at = None
    close_deadline(deadline_of(DeadlineKind.APPEAL_DECISION, decision.id), now=now)
    session.execute(
        update(Reader)
        .where(
            Reader.filing_id == case.filing.id,
            Reader.person_id.in_(decided_by),
            Reader.ended_at.is_(None),
        )
        .values(ended_at=now, end_reason="replaced")
    )
    release_hours(actor, case, decision, now=now)
    session.flush()
    release_bindings(actor, MAKE_UP, decision.id, now=now)
    note(
        actor, case, "decision.set_aside", now=now,
        data={"decision": decision.id}, values={"reason": decision.answer},
    )  # fmt: skip
    return decision


def decisions_of(filing_id: int) -> list[Decision]:
    """Every decision and proposal on a filing, newest first; permission was asked before."""
    rows = session.scalars(
        select(Decision).where(Decision.filing_id == filing_id).order_by(Decision.id.desc())
    )
    return list(rows)


def decision_for(actor: Actor, decision_id: int) -> tuple[Case, Decision]:
    """A decision for whoever follows the filing; members see those that are or were in force."""
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise NotFound
    case = case_of(actor, decision.filing_id, Permission.READ_PROCESS)
    if actor.person_id == case.filing.person_id and decision.number is None:
        raise NotFound
    return case, decision


def held_decision(
    actor: Actor, decision_id: int, *, seen: int | None, today: date
) -> tuple[Case, Decision]:
    """A decision with its filing, both held; the filing's version is what was seen."""
    found = session.get(Decision, decision_id)
    if found is None:
        raise NotFound
    case = case_for_act(actor, found.filing_id, Permission.DECIDE_FILING, seen=seen, today=today)
    session.refresh(found, with_for_update=True)
    return case, found


def _renew(actor: Actor, case: Case, decision: Decision, *, now: datetime, today: date) -> None:
    if case.registration.terms[-1].id != case.term.id:
        raise Conflict("renewed_already")
    term = give_next_term(
        actor,
        case.registration,
        NextTerm(act="renewal", document_no=decision.number or ""),
        now=now,
        today=today,
    )
    decision.term_id = term.id


def _check_readers(actor: Actor, sums: Sums, setting: DecisionSetting) -> None:
    """Enough people have read the file, the proposer among them."""
    people = {j.by_id for j in sums.judgements.values()} | {actor.person_id}
    if len(people) < setting.readers:
        raise Rejected("more_readers_needed", "outcome", readers=setting.readers)


def _check_new_people(actor: Actor, case: Case) -> None:
    """After an appeal, people decide who did not decide before (domain.md §8)."""
    aside = [d for d in decisions_of(case.filing.id) if d.state == DecisionState.SET_ASIDE]
    if any(actor.person_id in {d.proposed_by_id, d.confirmed_by_id} for d in aside):
        raise NotAllowed("decided_before")


def _took_part(decision: Decision) -> frozenset[int]:
    """Who proposed, confirmed, or said of a record what the decision rests on."""
    said = [r["judgement"] for r in decision.results if r["judgement"] is not None]
    readers = session.scalars(select(Judgement.by_id).where(Judgement.id.in_(said)))
    people = {decision.proposed_by_id, decision.confirmed_by_id, *readers}
    return frozenset(p for p in people if p is not None)
