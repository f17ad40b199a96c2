"""核实: a unit is asked about named records; the file's clock stands still meanwhile (§8)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.decisions import letter_number
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import FileReturn, SnapshotRecord, Verification
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.filing_case import (
    Case,
    case_for_act,
    case_of,
    move,
    note,
    pause_clocks,
    resume_clocks,
)
from cpd_app.usecases.filing_messages import tell_verifying
from cpd_app.usecases.returns import MOST_WORDS, ReturnState, text_of

MOST_UNIT = 160
MOST_RECORDS = 50


class Answer(StrEnum):
    """What a unit said."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    NO_ANSWER = "no_answer"
    """It did not answer; the file goes on without it."""


@dataclass(frozen=True)
class NewVerification:
    """What a unit is asked, about which records."""

    unit: str
    record_ids: tuple[int, ...]
    words: str


def ask_unit(
    actor: Actor,
    filing_id: int,
    new: NewVerification,
    *,
    seen: int | None = None,
    now: datetime,
    today: date,
) -> Verification:
    """Write to a unit about named records; the clocks of the file stand still from today on.

    Raises Rejected `missing`, `too_long`, `no_record_named`; Conflict `filing_state`,
    `changed_meanwhile`; NotAllowed `own_file`, `same_employer`.
    """
    case = case_for_act(actor, filing_id, Permission.PROCESS_FILING, seen=seen, today=today)
    unit = text_of(new.unit, "unit", MOST_UNIT)
    words = text_of(new.words, "words", MOST_WORDS)
    ids = list(dict.fromkeys(new.record_ids))
    if not ids or len(ids) > MOST_RECORDS:
        raise Rejected("no_record_named", "records")
    known = session.scalars(
        select(SnapshotRecord.id).where(
            SnapshotRecord.filing_id == filing_id, SnapshotRecord.id.in_(ids)
        )
    ).all()
    if len(known) != len(ids):
        raise NotFound
    if case.state is FilingState.VERIFYING:
        case.filing.version += 1  # a second unit is asked meanwhile
    else:
        move(case, FilingState.VERIFYING)
    made = Verification(
        filing_id=filing_id,
        number=f"?{filing_id}-{case.filing.version}",  # its own follows from the id
        unit=unit,
        records=ids,
        words=words,
        sent_on=today,
        by_id=actor.person_id,
        at=now,
        version=1,
    )
    session.add(made)
    session.flush()
    made.number = letter_number(case.society.code, "V", today.year, made.id)
    pause_clocks(case, today=today)
    note(
        actor, case, "verification.asked", now=now,
        data={"verification": made.id, "records": ids}, values={"unit": unit, "words": words},
    )  # fmt: skip
    tell_verifying(case, made, now=now)
    return made


def record_answer(
    actor: Actor,
    verification_id: int,
    outcome: Answer,
    words: str,
    *,
    answered_on: date,
    seen: int | None = None,
    now: datetime,
    today: date,
) -> Verification:
    """Write down what a unit answered; when none is waited for any more, the clocks run on.

    Raises Rejected `missing`, `too_long`, `bad_day`; Conflict `verification_answered`,
    `changed_meanwhile`.
    """
    case, made = _held(actor, verification_id, Permission.PROCESS_FILING, today=today)
    if seen is not None and seen != made.version:
        raise Conflict("changed_meanwhile")
    if made.outcome is not None:
        raise Conflict("verification_answered")
    if not made.sent_on <= answered_on <= today:
        raise Rejected("bad_day", "answered_on")
    if outcome is Answer.NO_ANSWER and not words.strip():
        made.answer = None
    else:
        made.answer = text_of(words, "answer", MOST_WORDS)
    made.outcome, made.answered_on = outcome.value, answered_on
    made.answered_at, made.answered_by_id = now, actor.person_id
    made.version += 1
    session.flush()
    if case.state is FilingState.VERIFYING and not _waits(case):
        resume_clocks(case, today=today)
        move(case, FilingState.UNANSWERED if _unanswered(case) else FilingState.READING)
    else:
        case.filing.version += 1
    note(
        actor, case, "verification.answered", now=now,
        data={"verification": made.id, "outcome": outcome.value},
        values={"answer": made.answer} if made.answer else None,
    )  # fmt: skip
    tell_verifying(case, made, now=now)
    return made


def say_about_verification(
    actor: Actor, verification_id: int, words: str, *, now: datetime
) -> Verification:
    """The member's own words on what a unit answered; once, while nothing is decided.

    Raises Rejected `missing`, `too_long`; Conflict `not_answered_yet`, `said_already`,
    `filing_state`.
    """
    case, made = _held(actor, verification_id, Permission.ANSWER_RETURN, today=None)
    if made.outcome is None:
        raise Conflict("not_answered_yet")
    if made.member_words is not None:
        raise Conflict("said_already")
    if case.state in {FilingState.PASSED, FilingState.REFUSED, FilingState.WITHDRAWN}:
        raise Conflict("filing_state", state=case.state.value, wanted=FilingState.READING.value)
    made.member_words = text_of(words, "words", MOST_WORDS)
    made.member_at = now
    made.version += 1
    case.filing.version += 1
    note(
        actor, case, "verification.commented", now=now,
        data={"verification": made.id}, values={"words": made.member_words},
    )  # fmt: skip
    return made


def verification_of(actor: Actor, verification_id: int) -> tuple[Case, Verification]:
    """One letter for whoever follows the filing."""
    made = session.get(Verification, verification_id)
    if made is None:
        raise NotFound
    return case_of(actor, made.filing_id, Permission.PROCESS_FILING), made


def verifications_of(filing_id: int) -> list[Verification]:
    """Every letter about a filing, newest first; whoever calls has asked for permission."""
    rows = session.scalars(
        select(Verification)
        .where(Verification.filing_id == filing_id)
        .order_by(Verification.id.desc())
    )
    return list(rows)


def _held(
    actor: Actor, verification_id: int, permission: Permission, *, today: date | None
) -> tuple[Case, Verification]:
    found = session.get(Verification, verification_id)
    if found is None:
        raise NotFound
    case = case_for_act(actor, found.filing_id, permission, today=today)
    session.refresh(found, with_for_update=True)
    return case, found


def _waits(case: Case) -> bool:
    return any(v.outcome is None for v in verifications_of(case.filing.id))


def _unanswered(case: Case) -> bool:
    open_return = session.scalar(
        select(FileReturn.id)
        .where(
            FileReturn.filing_id == case.filing.id,
            FileReturn.state == ReturnState.UNANSWERED.value,
        )
        .limit(1)
    )
    return open_return is not None
