"""我在场: what members say about their presence, and what the organiser or staff answer.

An answer that accepts is a correction, so it is as traceable as any other; an answer that declines
says why. Staff of the owner may answer again, and then theirs stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.presence import Verb
from cpd_app.domain.room_codes import bucket_at, direction_of_short_code, read_short_code
from cpd_app.domain.roster import EntryState, PendingReason, Source
from cpd_app.models import Event, File, RosterEntry, Statement
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import journal
from cpd_app.usecases.attendance_flags import have_looked_at
from cpd_app.usecases.attendance_messages import untell_leaving
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.usecases.corrections import (
    correct_attendance,
    correctable_event,
    may_overrule,
)
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_messages import tell_answered
from cpd_app.usecases.event_visibility import entry_of, readable_event
from cpd_app.usecases.files import Opened, Upload, opened, receive_file
from cpd_app.usecases.roster_entries import new_entry

MOST_WORDS = 2000
MOST_ANSWER = 500
#: of one person about one event
MOST_STATEMENTS = 20
#: statements confirmed in one transaction
AT_ONCE = 100
#: how far the noted time of a code may be off: it is read from a watch, to the minute
CODE_SLACK = timedelta(minutes=3)


class StatementKind(StrEnum):
    """What somebody says."""

    #: I was there
    PRESENCE = "presence"
    #: the answer to 您几点离开？
    LEAVING = "leaving"
    #: my record is wrong
    DISPUTE = "dispute"


class StatementState(StrEnum):
    """Where a statement stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True)
class NewStatement:
    """What a member says; instants, whose day is the event's."""

    kind: StatementKind
    words: str = ""
    session_id: int | None = None
    in_at: datetime | None = None
    out_at: datetime | None = None
    #: six characters noted from the screen, and when
    code: str | None = None
    code_at: datetime | None = None
    #: UUID made by the client once per statement
    key: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the organiser or staff say to a statement; times that differ from the member's."""

    accept: bool
    words: str = ""
    in_at: datetime | None = None
    out_at: datetime | None = None


def make_statement(
    actor: Actor,
    event_id: int,
    new: NewStatement,
    *,
    upload: Upload | None = None,
    store: LocalFiles | None = None,
    now: datetime,
) -> Statement:
    """State one's own presence at an event; a repeated key gives the first statement back.

    Somebody who is not on the roster comes onto it, pending. Raises Rejected `not_yet`,
    `event_cancelled`, `missing_field`, `too_long`, `ends_before_start`, `wrong_code`,
    `too_many_statements`, `already_said`.
    """
    require(actor, Permission.ENROL, Target(owner_id=actor.person_id))
    if actor.person_id is None:
        raise NotAllowed
    known = _of_key(actor.person_id, new.key)
    if known is not None:
        return known
    event = event_to_state(actor, event_id, code=new.code, noted_at=new.code_at, now=now)
    _check(event, new, now=now)
    entry = entry_of(event.id, actor.person_id) or new_entry(
        event, actor.person_id, Source.CHECKIN, EntryState.PENDING,
        now=now, by_id=actor.person_id, reason=PendingReason.NOT_ON_LIST,
    )  # fmt: skip
    _check_others(entry, new)
    file = None
    if upload is not None and store is not None:
        file = receive_file(actor, actor.person_id, upload, store=store, now=now)
    made = Statement(
        event_id=event.id,
        session_id=new.session_id,
        entry_id=entry.id,
        person_id=actor.person_id,
        kind=new.kind,
        in_at=new.in_at,
        out_at=new.out_at,
        words=new.words.strip(),
        code=read_short_code(new.code) if new.code else None,
        code_at=new.code_at,
        code_fits=code_fits(event, new.code, new.code_at) if new.code else None,
        file_id=file.id if file is not None else None,
        state=StatementState.OPEN,
        created_at=now,
        key=new.key,
    )
    session.add(made)
    session.flush()
    if made.file_id is not None:
        have_looked_at(made, now=now)
    _note(actor, event, made, "statement.made", now=now)
    if new.kind is not StatementKind.DISPUTE:
        untell_leaving(event.id, [made.person_id], now=now)
    return made


def answer_statement(
    actor: Actor,
    event_id: int,
    statement_id: int,
    answer: Answer,
    *,
    now: datetime,
    today: date,
) -> Statement:
    """Accept a statement, which corrects the attendance, or decline it with a reason.

    The organiser answers an open one; staff of the owner answer any, also against an answer that
    was given. Nobody answers their own. Raises Rejected `missing` (a reason), `too_long`, what a
    correction refuses, Conflict `answered_already`.
    """
    event = correctable_event(actor, event_id, to_answer=True, now=now)
    statement = _held(event, statement_id)
    if statement.person_id == actor.person_id:
        raise NotAllowed
    again = statement.state != StatementState.OPEN
    if again and not may_overrule(actor, event, now=now):
        raise Conflict("answered_already")
    words = answer.words.strip()
    if len(words) > MOST_ANSWER:
        raise Rejected("too_long", "answer", most=MOST_ANSWER)
    if not words and (again or not answer.accept):
        raise Rejected("missing", "answer")
    was_accepted = statement.state == StatementState.ACCEPTED
    if answer.accept:
        _accept(actor, event, statement, answer, words, now=now, today=today)
    elif was_accepted:
        _undo(actor, event, statement, words, now=now, today=today)
    statement.state = StatementState.ACCEPTED if answer.accept else StatementState.DECLINED
    statement.answer = words or None
    statement.answered_by_id, statement.answered_at = actor.person_id, now
    statement.overruled = statement.overruled or again
    _note(actor, event, statement, f"statement.{statement.state}", now=now)
    tell_answered(event, statement, now=now)
    return statement


def statements_of(
    actor: Actor, event_id: int, *, entry_id: int | None = None, now: datetime
) -> Sequence[Statement]:
    """Statements about an event, the open ones first, then the newest; of one person or all."""
    event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    rows = select(Statement).where(Statement.event_id == event_id)
    if entry_id is not None:
        rows = rows.where(Statement.entry_id == entry_id)
    found = session.scalars(rows.order_by(Statement.id.desc())).all()
    return sorted(found, key=lambda s: s.state != StatementState.OPEN)


def own_statements(person_id: int, event_id: int) -> Sequence[Statement]:
    """What somebody said about an event, the newest first."""
    return session.scalars(
        select(Statement)
        .where(Statement.event_id == event_id, Statement.person_id == person_id)
        .order_by(Statement.id.desc())
    ).all()


def open_statement_file(
    actor: Actor, event_id: int, statement_id: int, *, store: LocalFiles, now: datetime
) -> Opened:
    """The file of a statement for whoever answers it; that they opened it, the member can see."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    statement = session.get(Statement, statement_id)
    if statement is None or statement.event_id != event.id or statement.file_id is None:
        raise NotFound
    file = session.get_one(File, statement.file_id)
    return opened(actor, file, preview=False, store=store, now=now)


def event_to_state(
    actor: Actor, event_id: int, *, code: str | None, noted_at: datetime | None, now: datetime
) -> Event:
    """An event at which somebody may say they were: readable, or its code of that time is known.

    Whoever stood before the screen is not refused because the event was not announced to them.
    """
    try:
        return readable_event(actor, event_id, now=now)
    except NotFound:
        event = session.get(Event, event_id)
        if event is None or event.approved_at is None or not _known_code(event, code, noted_at):
            raise
        return event


def _known_code(event: Event, code: str | None, noted_at: datetime | None) -> bool:
    try:
        return code_fits(event, code, noted_at)
    except Rejected:
        return False


def code_fits(event: Event, code: str | None, noted_at: datetime | None) -> bool:
    """Whether six characters were on a screen of the event around that time."""
    if code is None or noted_at is None:
        return False
    typed = read_short_code(code)
    first, last = bucket_at(noted_at - CODE_SLACK), bucket_at(noted_at + CODE_SLACK)
    buckets = tuple(range(first, last + 1))
    return any(
        direction_of_short_code(typed, held.code_key, buckets) is not None
        for held in event.sessions
        if not held.rehearsal
    )


def _check(event: Event, new: NewStatement, *, now: datetime) -> None:
    if event.state == "cancelled":
        raise Rejected("event_cancelled")
    if now < event.starts_at - timedelta(minutes=event.opens_before):
        raise Rejected("not_yet")
    if len(new.words) > MOST_WORDS:
        raise Rejected("too_long", "words", most=MOST_WORDS)
    if new.kind is StatementKind.LEAVING and new.out_at is None:
        raise Rejected("missing_field", "out_at")
    if new.kind is not StatementKind.LEAVING and not (new.words.strip() or new.code):
        raise Rejected("missing_field", "words")
    if new.session_id is not None and new.session_id not in {s.id for s in event.sessions}:
        raise NotFound
    for name in ("in_at", "out_at", "code_at"):
        said = getattr(new, name)
        if said is not None and said > now:
            raise Rejected("not_yet", name)
    if new.in_at and new.out_at and new.out_at <= new.in_at:
        raise Rejected("ends_before_start", "out_at")


def _check_others(entry: RosterEntry, new: NewStatement) -> None:
    said = session.scalars(select(Statement).where(Statement.entry_id == entry.id)).all()
    if len(said) >= MOST_STATEMENTS:
        raise Rejected("too_many_statements", most=MOST_STATEMENTS)
    waiting = [s for s in said if s.state == StatementState.OPEN and s.scan is None]
    if any(s.kind == new.kind and s.session_id == new.session_id for s in waiting):
        raise Rejected("already_said")


def _accept(
    actor: Actor,
    event: Event,
    statement: Statement,
    answer: Answer,
    words: str,
    *,
    now: datetime,
    today: date,
) -> None:
    entry = session.get_one(RosterEntry, statement.entry_id)
    if entry.state != EntryState.LISTED:
        entry.state, entry.decided_at, entry.decided_by_id = EntryState.LISTED, now, actor.person_id
        session.flush()
    correction = NewCorrection(
        verb=Verb.PRESENCE,
        reason=words or statement.words[:MOST_ANSWER] or statement.kind,
        session_id=statement.session_id,
        in_at=answer.in_at or statement.in_at,
        out_at=answer.out_at or statement.out_at,
        statement_id=statement.id,
        file_id=statement.file_id,
    )
    standing = entry.joined_id or entry.id
    correct_attendance(actor, event.id, [standing], correction, now=now, today=today)


def _undo(
    actor: Actor, event: Event, statement: Statement, words: str, *, now: datetime, today: date
) -> None:
    """What an accepted statement corrected stands no more; it is again as the scans say."""
    entry = session.get_one(RosterEntry, statement.entry_id)
    back = NewCorrection(Verb.AS_SCANNED, words, statement.session_id, statement_id=statement.id)
    standing = entry.joined_id or entry.id
    correct_attendance(actor, event.id, [standing], back, now=now, today=today)


def _held(event: Event, statement_id: int) -> Statement:
    found = session.get(Statement, statement_id, populate_existing=True, with_for_update=True)
    if found is None or found.event_id != event.id:
        raise NotFound
    return found


def _of_key(person_id: int, key: str | None) -> Statement | None:
    if key is None:
        return None
    return session.scalar(
        select(Statement).where(Statement.person_id == person_id, Statement.key == key)
    )


def _note(actor: Actor, event: Event, row: Statement, verb: str, *, now: datetime) -> None:
    journal.record(
        actor, verb, "statement", row.id, now=now, society_id=event.society_id,
        data={"event": event.id, "entry": row.entry_id, "kind": str(row.kind)},
    )  # fmt: skip
