"""Passing together: files whose every counted hour is A–D, by two people (domain.md §8)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.decisions import (
    DecisionState,
    LeftOut,
    Outcome,
    Somebody,
    bulk_obstacle,
    same_employer,
)
from cpd_app.domain.errors import Conflict, DomainError, NotAllowed, NotFound, Rejected
from cpd_app.models import BulkPass, Decision, Filing, Registration, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.credits import lock_many
from cpd_app.usecases.decision_sums import Sums, sums_of_many
from cpd_app.usecases.decisions import (
    MOST_REASONS,
    NewDecision,
    add_proposal,
    bring_into_force,
    drop_proposal,
)
from cpd_app.usecases.filing_case import Case, move, somebody_of
from cpd_app.usecases.messages import Draft, tell_all
from cpd_app.usecases.returns import text_of

#: files that are passed in one act
MOST_FILES = 100
#: files in these may be passed together
PASSABLE = (FilingState.FILED.value, FilingState.READING.value)


class BulkState(StrEnum):
    """Where a bulk pass stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Candidate:
    """A file that could be passed with others, or why it cannot."""

    sums: Sums
    left_out: LeftOut | None

    @property
    def case(self) -> Case:
        """The file."""
        return self.sums.case

    @property
    def hours(self) -> int:
        """All its hours that count."""
        return sum(year.judged for year in self.sums.years)


def candidates_of(actor: Actor, society_id: int, *, today: date) -> list[Candidate]:
    """Files of a society that wait, those that can be passed together first; a few statements.

    Own files and those of the same employer are among those left out, with the reason.
    """
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    filings = session.scalars(
        select(Filing)
        .where(Filing.society_id == society_id, Filing.state.in_(PASSABLE))
        .order_by(Filing.filed_at, Filing.id)
        .limit(MOST_FILES * 3)
    ).all()
    found = _candidates(actor, filings, today=today)
    return sorted(found, key=lambda c: c.left_out is not None)


def propose_bulk(
    actor: Actor,
    society_id: int,
    filing_ids: Collection[int],
    reasons: str,
    *,
    now: datetime,
    today: date,
) -> BulkPass:
    """Propose to pass files together; each is checked again, and one that fails is left out.

    Raises Rejected `missing`, `nothing_chosen`, `too_many_chosen`; NotFound for files of others.
    """
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    reasons = text_of(reasons, "reasons", MOST_REASONS)
    if not filing_ids:
        raise Rejected("nothing_chosen", "files")
    if len(set(filing_ids)) > MOST_FILES:
        raise Rejected("too_many_chosen", "files", most=MOST_FILES)
    candidates = _candidates(actor, _held(society_id, filing_ids), today=today)
    bulk = BulkPass(
        society_id=society_id,
        state=BulkState.PROPOSED.value,
        proposed_at=now,
        proposed_by_id=actor.person_id,
        left_out=[_left(c.case, c.left_out) for c in candidates if c.left_out is not None],
        version=1,
    )
    taken = [c for c in candidates if c.left_out is None]
    if not taken:
        raise Rejected("nothing_passable", "files")
    session.add(bulk)
    session.flush()
    for candidate in taken:
        require(actor, Permission.DECIDE_FILING, _target(candidate.case))
        move(candidate.case, FilingState.PROPOSED)
        add_proposal(
            actor, candidate.sums, NewDecision(Outcome.PASSED, reasons), reasons,
            now=now, bulk_id=bulk.id,
        )  # fmt: skip
    _note(actor, bulk, "bulk.proposed", now=now, files=len(taken))
    return bulk


def confirm_bulk(
    actor: Actor, bulk_id: int, *, seen: int | None = None, now: datetime, today: date
) -> BulkPass:
    """Confirm somebody else's bulk pass: every file is checked again and decided by itself.

    A file that cannot be passed any more, or that this person may not decide on, goes back to
    its readers and is listed. Raises Conflict `decided_already`, `changed_meanwhile`; NotAllowed
    `second_person`.
    """
    bulk = _held_bulk(actor, bulk_id, seen)
    if actor.person_id in {None, bulk.proposed_by_id}:
        raise NotAllowed("second_person")
    proposals = _proposals(bulk)
    filings = _held(bulk.society_id, [d.filing_id for d in proposals])
    candidates = {c.case.filing.id: c for c in _candidates(actor, filings, today=today)}
    passed: list[Draft] = []
    left = list(bulk.left_out)
    for decision in proposals:
        candidate = candidates[decision.filing_id]
        said = candidate.left_out or _pass(actor, candidate, decision, now=now, today=today)
        if isinstance(said, Draft):
            passed.append(said)
            continue
        drop_proposal(actor, candidate.case, decision, str(said), now=now)
        left.append(_left(candidate.case, said))
    tell_all(passed, now=now)
    bulk.state, bulk.left_out = BulkState.CONFIRMED.value, left
    bulk.confirmed_at, bulk.confirmed_by_id = now, actor.person_id
    bulk.version += 1
    _note(actor, bulk, "bulk.confirmed", now=now, files=len(passed))
    return bulk


def withdraw_bulk(
    actor: Actor, bulk_id: int, words: str, *, seen: int | None = None, now: datetime
) -> BulkPass:
    """Take a bulk pass back, or refuse to confirm it: its files go back to their readers.

    Raises Rejected `missing`; Conflict `decided_already`, `changed_meanwhile`.
    """
    bulk = _held_bulk(actor, bulk_id, seen)
    words = text_of(words, "words", MOST_REASONS)
    proposals = _proposals(bulk)
    cases = {c.filing.id: c for c in _cases(_held(
        bulk.society_id, [d.filing_id for d in proposals]
    ))}  # fmt: skip
    for decision in proposals:
        drop_proposal(actor, cases[decision.filing_id], decision, words, now=now)
    bulk.state = BulkState.WITHDRAWN.value
    bulk.confirmed_at, bulk.confirmed_by_id = now, actor.person_id
    bulk.version += 1
    _note(actor, bulk, "bulk.withdrawn", now=now, files=len(proposals))
    return bulk


def open_bulks(actor: Actor, society_id: int) -> list[BulkPass]:
    """Bulk passes that wait for a second person, and the last ten that were closed."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    rows = session.scalars(
        select(BulkPass)
        .where(BulkPass.society_id == society_id)
        .order_by(BulkPass.id.desc())
        .limit(10)
    )
    return list(rows)


@dataclass(frozen=True)
class BulkShown:
    """A bulk pass with every file of it."""

    bulk: BulkPass
    #: decision and the file's numbers
    rows: Sequence[tuple[Decision, Case]]
    #: file and why it was left out
    left_out: Sequence[tuple[Case, str]]


def bulk_of(actor: Actor, bulk_id: int) -> BulkShown:
    """One bulk pass for the staff of its society."""
    bulk = _readable(actor, bulk_id)
    decisions = session.scalars(
        select(Decision).where(Decision.bulk_id == bulk.id).order_by(Decision.id)
    ).all()
    left = {int(entry["filing"]): str(entry["reason"]) for entry in bulk.left_out}
    ids = [*(d.filing_id for d in decisions), *left]
    filings = session.scalars(select(Filing).where(Filing.id.in_(ids))).all()
    cases = {case.filing.id: case for case in _cases(filings)}
    return BulkShown(
        bulk,
        [(d, cases[d.filing_id]) for d in decisions if d.filing_id not in left],
        [(cases[filing_id], why) for filing_id, why in left.items() if filing_id in cases],
    )


def _pass(
    actor: Actor, candidate: Candidate, decision: Decision, *, now: datetime, today: date
) -> Draft | str:
    """Decide one file of several: what its member is told, or why the register refuses it."""
    try:
        with session.begin_nested():
            return bring_into_force(actor, candidate.sums, decision, now=now, today=today)
    except DomainError as refusal:
        session.refresh(decision)
        session.refresh(candidate.case.filing)
        return refusal.code


def _candidates(actor: Actor, filings: Sequence[Filing], *, today: date) -> list[Candidate]:
    cases = _cases(filings)
    sums = sums_of_many(cases)
    me = somebody_of(actor, today)
    return [Candidate(sums[c.filing.id], _obstacle(me, c, sums[c.filing.id])) for c in cases]


def _obstacle(me: Somebody, case: Case, sums: Sums) -> LeftOut | None:
    if me.person_id == case.filing.person_id:
        return LeftOut.OWN
    if same_employer(me.employer, case.filing.employer):
        return LeftOut.SAME_EMPLOYER
    if case.filing.state not in {*PASSABLE, FilingState.PROPOSED.value}:
        return LeftOut.STATE
    return bulk_obstacle(
        (r.assurance for r in sums.counted),
        (j.verdict for j in sums.judgements.values()),
        sums.checks,
        sums.years,
    )


def _cases(filings: Sequence[Filing]) -> list[Case]:
    """The files with whose they are; two statements."""
    registrations = {
        r.id: r
        for r in session.scalars(
            select(Registration)
            .where(Registration.id.in_([f.registration_id for f in filings]))
            .options(selectinload(Registration.person), selectinload(Registration.society))
        )
    }
    terms = {
        t.id: t
        for t in session.scalars(select(Term).where(Term.id.in_([f.term_id for f in filings])))
    }
    return [Case(f, registrations[f.registration_id], terms[f.term_id]) for f in filings]


def _held(society_id: int, filing_ids: Collection[int]) -> Sequence[Filing]:
    """Files of a society, held with their registrations; NotFound for those of others."""
    ids = set(filing_ids)
    where = (Filing.id.in_(ids), Filing.society_id == society_id)
    registrations = session.scalars(select(Filing.registration_id).where(*where)).all()
    if len(registrations) != len(ids):
        raise NotFound
    lock_many(sorted(registrations))
    return session.scalars(
        select(Filing)
        .where(*where)
        .order_by(Filing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _proposals(bulk: BulkPass) -> Sequence[Decision]:
    return session.scalars(
        select(Decision)
        .where(Decision.bulk_id == bulk.id, Decision.state == DecisionState.PROPOSED.value)
        .order_by(Decision.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _readable(actor: Actor, bulk_id: int) -> BulkPass:
    bulk = session.get(BulkPass, bulk_id)
    if bulk is None:
        raise NotFound
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({bulk.society_id})))
    return bulk


def _held_bulk(actor: Actor, bulk_id: int, seen: int | None) -> BulkPass:
    bulk = _readable(actor, bulk_id)
    session.refresh(bulk, with_for_update=True)
    if bulk.state != BulkState.PROPOSED:
        raise Conflict("decided_already")
    if seen is not None and seen != bulk.version:
        raise Conflict("changed_meanwhile")
    return bulk


def _target(case: Case) -> Target:
    return Target(owner_id=case.filing.person_id, societies=frozenset({case.filing.society_id}))


def _left(case: Case, why: str | None) -> dict[str, object]:
    return {"filing": case.filing.id, "reason": str(why)}


def _note(actor: Actor, bulk: BulkPass, verb: str, *, now: datetime, files: int) -> None:
    journal.record(
        actor, verb, "bulk_pass", bulk.id, now=now, society_id=bulk.society_id,
        data={"files": files, "left_out": len(bulk.left_out)},
    )  # fmt: skip
