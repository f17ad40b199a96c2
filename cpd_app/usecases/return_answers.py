"""The member answers a return point by point: words and files kept as they come, then sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import AnswerFile, Deadline, FileReturn, Filing, ReturnItem, SnapshotRecord
from cpd_app.policy import Actor, Permission
from cpd_app.storage import LocalFiles
from cpd_app.usecases.deadlines import DeadlineKind, close_deadline, deadline_of, is_past
from cpd_app.usecases.evidence import MOST_FILES, Outcome
from cpd_app.usecases.files import Upload, receive_file
from cpd_app.usecases.filing_case import Case, case_for_act, case_of, move, note
from cpd_app.usecases.filing_messages import untell_returned
from cpd_app.usecases.returns import ANSWERABLE, MOST_WORDS, ReturnState, held_return, returns_of
from cpd_app.usecases.work_calendar import calendar_around

#: an answer is taken in these; while a decision is proposed or a unit asked it changes no state
UNDECIDED = frozenset(
    {
        FilingState.RETURNED,
        FilingState.UNANSWERED,
        FilingState.READING,
        FilingState.VERIFYING,
        FilingState.PROPOSED,
    }
)


@dataclass(frozen=True)
class DaysLeft:
    """A deadline as people count it: 第 3 个工作日，共 10."""

    due_on: date
    #: which working day today is; 0 before the first
    day: int
    of: int
    #: working days left after today, the last one included
    left: int
    provisional: bool
    paused: bool
    over: bool
    extended: bool


@dataclass(frozen=True)
class AnswerPage:
    """A return as its member sees it."""

    filing: Filing
    made: FileReturn
    deadline: DaysLeft | None
    records: dict[int, SnapshotRecord]

    @property
    def answered(self) -> int:
        """Points that have words or files."""
        return sum(item.is_answered for item in self.made.items)

    @property
    def can_answer(self) -> bool:
        """Whether it can still be answered."""
        return self.made.state in ANSWERABLE and FilingState(self.filing.state) in UNDECIDED


def days_left(row: Deadline | None, today: date) -> DaysLeft | None:
    """The count of a deadline on a day."""
    if row is None or row.closed_at is not None:
        return None
    calendar = calendar_around(row.delivered_on, row.due_on)
    until = row.paused_on or today
    past = calendar.past(row.delivered_on, until)
    return DaysLeft(
        due_on=row.due_on,
        day=max(0, min(past - row.paused_days, row.work_days)),
        of=row.work_days,
        left=calendar.left(until, row.due_on),
        provisional=row.provisional,
        paused=row.paused_on is not None,
        over=is_past(row, today),
        extended=row.extended_at is not None,
    )


def filing_to_answer(actor: Actor) -> int | None:
    """The filing of one's own whose return waits longest; None when there is none."""
    return session.scalar(
        select(Filing.id)
        .join(FileReturn, FileReturn.filing_id == Filing.id)
        .where(
            Filing.person_id == actor.person_id,
            Filing.state.in_([state.value for state in UNDECIDED]),
            FileReturn.state.in_(ANSWERABLE),
        )
        .order_by(FileReturn.id)
        .limit(1)
    )


def return_to_answer(actor: Actor, filing_id: int, *, today: date) -> AnswerPage:
    """The newest return of one's filing; NotFound when there is none."""
    case = case_of(actor, filing_id, Permission.ANSWER_RETURN)
    found = returns_of(case.filing.id)
    if not found:
        raise NotFound
    made = found[0]
    ids = [item.record_id for item in made.items if item.record_id is not None]
    rows = session.scalars(select(SnapshotRecord).where(SnapshotRecord.id.in_(ids)))
    return AnswerPage(
        filing=case.filing,
        made=made,
        deadline=days_left(deadline_of(DeadlineKind.RETURN, made.id), today),
        records={row.id: row for row in rows},
    )


def save_answer(
    actor: Actor,
    filing_id: int,
    item_id: int,
    words: str,
    uploads: Sequence[Upload | Outcome] = (),
    *,
    store: LocalFiles | None = None,
    now: datetime,
) -> list[Outcome]:
    """Keep what was written and attached for one point; nothing is sent yet.

    One file that cannot be taken stops no other. Raises Rejected `too_long`; Conflict
    `return_closed`.
    """
    _case, made = _open_return(actor, filing_id)
    item = _item(made, item_id)
    if len(words) > MOST_WORDS:
        raise Rejected("too_long", f"answer_{item.id}", most=MOST_WORDS)
    item.answer = words.strip() or None
    item.answered_at = now
    outcomes = [_taken(actor, item, upload, store, now=now) for upload in uploads]
    session.flush()
    return outcomes


def remove_answer_file(actor: Actor, filing_id: int, item_id: int, file_id: int) -> None:
    """Take a file off a point before the answer is sent."""
    _case, made = _open_return(actor, filing_id)
    item = _item(made, item_id)
    row = next((row for row in item.attached if row.file_id == file_id), None)
    if row is None:
        raise NotFound
    item.attached.remove(row)
    session.delete(row)
    session.flush()


def send_answer(
    actor: Actor, filing_id: int, *, seen: int | None = None, now: datetime, today: date
) -> FileReturn:
    """Hand the answer in; the filing goes back to its readers.

    After the last day it is taken too while nothing is decided, and marked late. Raises Rejected
    `nothing_answered`; Conflict `return_closed`, `changed_meanwhile`.
    """
    case, made = _open_return(actor, filing_id)
    if seen is not None and seen != made.version:
        raise Conflict("changed_meanwhile")
    if not any(item.is_answered for item in made.items):
        raise Rejected("nothing_answered", "answer")
    row = deadline_of(DeadlineKind.RETURN, made.id)
    made.late = made.state == ReturnState.UNANSWERED or (row is not None and is_past(row, today))
    made.state, made.answered_at = ReturnState.ANSWERED.value, now
    made.version += 1
    close_deadline(row, now=now)
    if case.state in {FilingState.RETURNED, FilingState.UNANSWERED}:
        move(case, FilingState.READING)
    else:
        # Whoever is about to confirm a proposal is told that something changed.
        case.filing.version += 1
    note(
        actor, case, "return.answered", now=now,
        data={"return": made.id, "late": made.late,
              "answered": sum(i.is_answered for i in made.items), "points": len(made.items)},
    )  # fmt: skip
    untell_returned(case.filing, made, now=now)
    return made


def ask_more_time(actor: Actor, filing_id: int, words: str, *, now: datetime) -> FileReturn:
    """Ask the society for more time, with a reason; the society answers.

    Raises Rejected `missing`, `too_long`; Conflict `extended_already`, `asked_already`.
    """
    case, made = _open_return(actor, filing_id)
    words = words.strip()
    if not words:
        raise Rejected("missing", "words")
    if len(words) > MOST_WORDS:
        raise Rejected("too_long", "words", most=MOST_WORDS)
    row = deadline_of(DeadlineKind.RETURN, made.id)
    if row is not None and row.extended_at is not None:
        raise Conflict("extended_already")
    if made.extension_asked_at is not None:
        raise Conflict("asked_already")
    made.extension_asked_at, made.extension_words = now, words
    note(
        actor, case, "return.extension_asked", now=now,
        data={"return": made.id}, values={"words": words},
    )  # fmt: skip
    return made


def _taken(
    actor: Actor,
    item: ReturnItem,
    upload: Upload | Outcome,
    store: LocalFiles | None,
    *,
    now: datetime,
) -> Outcome:
    if isinstance(upload, Outcome):
        return upload
    if len(item.attached) >= MOST_FILES or store is None or actor.person_id is None:
        return Outcome(upload.name, refusal=Rejected("too_many_files", "file", most=MOST_FILES))
    try:
        file = receive_file(actor, actor.person_id, upload, store=store, now=now)
    except Rejected as refusal:
        return Outcome(upload.name, refusal=refusal)
    known = file.id in item.files
    if not known:
        item.attached.append(AnswerFile(item_id=item.id, file_id=file.id, file=file))
        session.flush()
    return Outcome(upload.name, repeated=known)


def _open_return(actor: Actor, filing_id: int) -> tuple[Case, FileReturn]:
    case = case_for_act(actor, filing_id, Permission.ANSWER_RETURN)
    newest: Iterable[FileReturn] = returns_of(case.filing.id)[:1]
    for found in newest:
        made = held_return(found.id)
        if made.state in ANSWERABLE and case.state in UNDECIDED:
            return case, made
    raise Conflict("return_closed")


def _item(made: FileReturn, item_id: int) -> ReturnItem:
    for item in made.items:
        if item.id == item_id:
            return item
    raise NotFound
