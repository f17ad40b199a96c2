"""退回补正: a filing goes back to its member with a list; the clock turns what is not answered.

Ten Chinese working days (handbook Q19), extended once by ten. The program never decides: what is
not answered in time is marked and goes back to the queue, and a late answer is still taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.work_days import WorkCalendar
from cpd_app.models import (
    Deadline,
    FileReturn,
    Filing,
    Judgement,
    ReturnItem,
    SnapshotRecord,
)
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.deadlines import (
    RETURN_DAYS,
    DeadlineKind,
    close_deadline,
    deadline_of,
    extend_deadline,
    is_past,
    recompute,
    set_deadline,
)
from cpd_app.usecases.filing_case import Case, case_for_act, case_of, move, note
from cpd_app.usecases.filing_messages import tell_return_moved, tell_returned, untell_returned

MOST_WORDS = 2000
MOST_ASKS = 500
MOST_ITEMS = 100
#: returns that the clock turns in one transaction
AT_ONCE = 100


class ReturnState(StrEnum):
    """Where a return stands."""

    OPEN = "open"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """Not answered by its last day; a late answer makes it answered."""
    WITHDRAWN = "withdrawn"
    """Decided, or taken back by the society, before it was answered."""


#: the member may still answer it
ANSWERABLE = (ReturnState.OPEN.value, ReturnState.UNANSWERED.value)


@dataclass(frozen=True)
class Point:
    """One thing that is asked; without a record it is about the file as a whole."""

    asks: str
    record_id: int | None = None


@dataclass(frozen=True)
class NewReturn:
    """What a filing goes back with."""

    words: str
    points: tuple[Point, ...]


def proposed_points(actor: Actor, filing_id: int) -> list[tuple[Point, SnapshotRecord]]:
    """Records for which a reader wants evidence, with the words the member will read."""
    case_of(actor, filing_id, Permission.PROCESS_FILING)
    rows = session.execute(
        select(Judgement, SnapshotRecord)
        .join(SnapshotRecord, SnapshotRecord.id == Judgement.record_id)
        .where(
            Judgement.filing_id == filing_id,
            Judgement.replaced_at.is_(None),
            Judgement.verdict == "evidence_wanted",
        )
        .order_by(SnapshotRecord.ended_on, SnapshotRecord.id)
    )
    return [(Point(judgement.reason, record.id), record) for judgement, record in rows]


def return_filing(
    actor: Actor,
    filing_id: int,
    new: NewReturn,
    *,
    seen: int | None = None,
    now: datetime,
    today: date,
) -> FileReturn:
    """Send a filing back to its member with a list (退回补正).

    Raises Rejected `missing`, `too_long`, `nothing_asked`; Conflict `filing_state`,
    `changed_meanwhile`; NotAllowed `own_file`, `same_employer`.
    """
    case = case_for_act(actor, filing_id, Permission.PROCESS_FILING, seen=seen, today=today)
    points = _checked(case, new)
    move(case, FilingState.RETURNED)
    _withdraw_open(case, now=now)
    made = FileReturn(
        filing_id=case.filing.id,
        words=new.words.strip(),
        by_id=actor.person_id,
        at=now,
        state=ReturnState.OPEN.value,
        late=False,
        version=1,
        items=[ReturnItem(record_id=p.record_id, asks=p.asks.strip(), attached=[]) for p in points],
    )
    session.add(made)
    session.flush()
    # Sent back is checked too; what comes of it is judged by readers.
    close_deadline(deadline_of(DeadlineKind.COMPLETENESS, case.filing.id), now=now)
    deadline = set_deadline(
        DeadlineKind.RETURN,
        made.id,
        delivered_on=today,
        work_days=RETURN_DAYS,
        society_id=case.filing.society_id,
        registration_id=case.registration.id,
        person_id=case.filing.person_id,
    )
    note(
        actor, case, "filing.returned", now=now,
        data={"return": made.id, "points": len(points)}, values={"words": made.words},
    )  # fmt: skip
    tell_returned(case, made, due_on=deadline.due_on, now=now)
    return made


def extend_return(
    actor: Actor, return_id: int, reason: str, *, seen: int | None = None,
    now: datetime, today: date,
) -> FileReturn:  # fmt: skip
    """Give a return ten more working days, once, with a reason; also when its last day is over.

    Raises Rejected `missing`, `too_long`; Conflict `extended_already`, `return_closed`.
    """
    filing_id = filing_of_return(return_id)
    case = case_for_act(actor, filing_id, Permission.PROCESS_FILING, seen=seen, today=today)
    made = held_return(return_id)
    if made.state not in ANSWERABLE:
        raise Conflict("return_closed")
    reason = text_of(reason, "reason", MOST_ASKS)
    row = deadline_of(DeadlineKind.RETURN, made.id)
    if row is None:
        raise Conflict("return_closed")
    extend_deadline(row, now=now)
    made.extended_by_id, made.extension_reason = actor.person_id, reason
    made.version += 1
    if made.state == ReturnState.UNANSWERED and not is_past(row, today):
        _open_again(case, made)
    else:
        case.filing.version += 1
    note(
        actor, case, "return.extended", now=now,
        data={"return": made.id, "due_on": row.due_on.isoformat()}, values={"reason": reason},
    )  # fmt: skip
    untell_returned(case.filing, made, now=now)  # another last day now
    tell_returned(case, made, due_on=row.due_on, variant="extended", now=now)
    return made


def move_return(return_id: int, calendar: WorkCalendar, *, now: datetime, today: date) -> None:
    """Compute the last day of a return by a calendar that was announced, and tell old and new day.

    Nothing is told while its clock stands still, or when the new day is over too.
    """
    system = Actor.system("calendar-moves")
    case = case_for_act(system, filing_of_return(return_id), Permission.PROCESS_FILING)
    made = held_return(return_id)
    row = deadline_of(DeadlineKind.RETURN, made.id)
    if row is None or row.closed_at is not None or made.state not in ANSWERABLE:
        return
    before_on = row.due_on
    recompute(row, calendar)
    if row.due_on == before_on:
        return
    case.filing.version += 1
    data = {"before_on": before_on.isoformat(), "due_on": row.due_on.isoformat()}
    note(system, case, "return.moved", now=now, data={"return": made.id, **data})
    if row.paused_on is not None or is_past(row, today):
        return
    if made.state == ReturnState.UNANSWERED:
        _open_again(case, made)
    untell_returned(case.filing, made, now=now)
    tell_return_moved(case.filing, made, before_on=before_on, due_on=row.due_on, now=now)


def _open_again(case: Case, made: FileReturn) -> None:
    """The member's turn again, if nobody went on without the answer."""
    if case.state is FilingState.UNANSWERED:
        move(case, FilingState.RETURNED)
        made.state = ReturnState.OPEN.value


def turn_filings(*, now: datetime, today: date) -> int:
    """Mark returns whose last day is over as unanswered; people decide what follows.

    Returns how many were turned; called again until nothing is due.
    """
    system = Actor.system("turn-filings")
    ids = session.execute(
        select(FileReturn.id, FileReturn.filing_id)
        .join(Deadline, Deadline.subject_id == FileReturn.id)
        .where(
            Deadline.kind == DeadlineKind.RETURN.value,
            Deadline.closed_at.is_(None),
            Deadline.paused_on.is_(None),
            Deadline.due_on < today,
            FileReturn.state == ReturnState.OPEN.value,
        )
        .order_by(Deadline.registration_id)
        .limit(AT_ONCE)
    ).all()
    for return_id, filing_id in ids:
        case = case_for_act(system, filing_id, Permission.PROCESS_FILING)
        made = held_return(return_id)
        row = deadline_of(DeadlineKind.RETURN, return_id)
        if made.state != ReturnState.OPEN or row is None or not is_past(row, today):
            continue  # answered at this very moment
        made.state = ReturnState.UNANSWERED.value
        made.version += 1
        if case.state is FilingState.RETURNED:
            move(case, FilingState.UNANSWERED)
        note(system, case, "return.unanswered", now=now, data={"return": made.id})
        untell_returned(case.filing, made, now=now)
        tell_returned(case, made, due_on=row.due_on, variant="overdue", now=now)
    return len(ids)


def close_returns(case: Case, *, now: datetime) -> None:
    """What is still open is no longer needed: the filing was decided."""
    _withdraw_open(case, now=now)


def filing_of_return(return_id: int) -> int:
    """The filing that a return belongs to."""
    found = session.get(FileReturn, return_id)
    if found is None:
        raise NotFound
    return found.filing_id


def held_return(return_id: int) -> FileReturn:
    """A return as it is under the lock of its filing."""
    return session.get_one(FileReturn, return_id, populate_existing=True, with_for_update=True)


def returns_of(filing_id: int) -> list[FileReturn]:
    """Every return of a filing, newest first; whoever calls has asked for permission."""
    rows = session.scalars(
        select(FileReturn).where(FileReturn.filing_id == filing_id).order_by(FileReturn.id.desc())
    )
    return list(rows)


def answers_of(filing: Filing) -> dict[int | None, list[ReturnItem]]:
    """What the member answered, by record (None: the file as a whole), for the page of the file."""
    found: dict[int | None, list[ReturnItem]] = {}
    for made in reversed(returns_of(filing.id)):
        for item in made.items:
            if item.is_answered and made.answered_at is not None:
                found.setdefault(item.record_id, []).append(item)
    return found


def text_of(text: str, field: str, most: int) -> str:
    """Words that must be there; Rejected `missing`, `too_long`."""
    text = text.strip()
    if not text:
        raise Rejected("missing", field)
    if len(text) > most:
        raise Rejected("too_long", field, most=most)
    return text


def _withdraw_open(case: Case, *, now: datetime) -> None:
    for old in returns_of(case.filing.id):
        if old.state in ANSWERABLE:
            old.state = ReturnState.WITHDRAWN.value
            old.version += 1
            untell_returned(case.filing, old, now=now)
            close_deadline(deadline_of(DeadlineKind.RETURN, old.id), now=now)


def _checked(case: Case, new: NewReturn) -> Sequence[Point]:
    if len(new.words) > MOST_WORDS:
        raise Rejected("too_long", "words", most=MOST_WORDS)
    points = [p for p in new.points if p.asks.strip()]
    if not points:
        raise Rejected("nothing_asked", "points")
    if len(points) > MOST_ITEMS or any(len(p.asks) > MOST_ASKS for p in points):
        raise Rejected("too_long", "points", most=MOST_ASKS)
    wanted = {p.record_id for p in points} - {None}
    known = set(
        session.scalars(
            select(SnapshotRecord.id).where(
                SnapshotRecord.filing_id == case.filing.id, SnapshotRecord.id.in_(wanted)
            )
        )
    )
    if wanted - known:
        raise NotFound
    return points
