"""Which rows hold words of a person that may go today, by clock, and emptying them.

What columns are emptied is said in `erasure_fields`; here stands whose rows they are and whether
their clock has run out. A society empties what was said to it, never what another one keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    CursorResult,
    Table,
    Text,
    and_,
    cast,
    func,
    null,
    or_,
    select,
    update,
)

from cpd_app.db import session
from cpd_app.domain.audits import OPEN
from cpd_app.domain.relief import ReliefState
from cpd_app.domain.retention import KEPT_MONTHS, reason_to_keep
from cpd_app.domain.years import months_after
from cpd_app.models import (
    Appeal,
    Base,
    CallNote,
    Event,
    FileReturn,
    Filing,
    Import,
    ImportRow,
    Judgement,
    Message,
    Nudge,
    Reader,
    Registration,
    Relief,
    ReturnItem,
    RosterEntry,
    Snapshot,
    SnapshotRecord,
    Statement,
    Summary,
    Term,
    Verification,
)
from cpd_app.usecases.accounts import belongs_elsewhere
from cpd_app.usecases.erasure_fields import Goes, columns_going

#: of a message's data this much stays: what was told, on what and when, without a word about it
MESSAGE_CODES = frozenset(
    {"variant", "about", "act", "zone", "number", "year", "months", "days", "work_days", "points",
     "count", "version"}
)  # fmt: skip
MESSAGE_ENDINGS = ("_id", "_on", "_at", "_hours")

#: table -> which of its rows
Rows = dict[str, ColumnElement[bool]]


@dataclass
class Pile:
    """What one clock comes to for a person."""

    #: rows with words that go today
    going: int = 0
    #: things whose words stay for now: open, under appeal, or too young
    staying: int = 0
    rows: Rows = field(default_factory=dict)


def old_before(registration: Registration, today: date) -> datetime:
    """What is older than this moment has been kept long enough."""
    midnight = datetime.min.time()
    zone = ZoneInfo(registration.society.zone)
    return datetime.combine(months_after(today, -KEPT_MONTHS), midnight, zone)


def piles_of(registration: Registration, filing_ids: list[int], *, today: date) -> dict[Goes, Pile]:
    """What goes by each clock but the journal's; `filing_ids`: those that may be emptied."""
    old = old_before(registration, today)
    found = {
        Goes.FILING: Pile(rows=_of_filings(registration, filing_ids)),
        Goes.RELIEF: _reliefs(registration, today),
        Goes.APPEAL: _appeals(registration, today),
        Goes.STATEMENT: _statements(registration, today),
        Goes.CONTACT: Pile(rows=_contacts(registration, old)),
        Goes.ATTENDANCE: Pile(rows=_attendance(registration, old)),
        Goes.IMPORT: Pile(rows=_import_rows(registration, old)),
    }
    for clock, pile in found.items():
        pile.going = sum(_count(clock, table, which) for table, which in pile.rows.items())
    found[Goes.CONTACT].going += len(_wordy_messages(registration, old))
    return found


def empty_piles(
    registration: Registration, piles: Mapping[Goes, Pile], *, today: date
) -> dict[str, int]:
    """Empty them for good; how many rows of each clock."""
    done: dict[str, int] = {}
    for clock, pile in piles.items():
        count = sum(_empty(clock, table, which) for table, which in pile.rows.items())
        if clock is Goes.CONTACT:
            count += _empty_messages(registration, old_before(registration, today))
        if count:
            done[clock.value] = count
    return done


def _of_filings(registration: Registration, ids: list[int]) -> Rows:
    returns = select(FileReturn.id).where(FileReturn.filing_id.in_(ids))
    # the summary of a term that was decided on; of a withdrawn one the member still writes it
    decided = select(Filing.term_id).where(Filing.id.in_(ids), Filing.decided_at.is_not(None))
    still = select(Filing.term_id).where(
        Filing.registration_id == registration.id, Filing.id.not_in(ids), Filing.state.in_(OPEN)
    )
    return {
        "filings": Filing.id.in_(ids),
        "snapshots": Snapshot.filing_id.in_(ids),
        "snapshot_records": SnapshotRecord.filing_id.in_(ids),
        "summaries": and_(Summary.term_id.in_(decided), Summary.term_id.not_in(still)),
        "judgements": Judgement.filing_id.in_(ids),
        "readers": Reader.filing_id.in_(ids),
        "file_returns": FileReturn.filing_id.in_(ids),
        "return_items": ReturnItem.return_id.in_(returns),
        "verifications": Verification.filing_id.in_(ids),
    }


def _reliefs(registration: Registration, today: date) -> Pile:
    """Requests, counted from the decision or from the end of the days that they change."""
    reliefs = session.scalars(
        select(Relief).where(
            Relief.person_id == registration.person_id,
            Relief.society_id == registration.society_id,
            Relief.words != "",
        )
    ).all()
    appealed = set(
        session.scalars(
            select(Appeal.subject_id).where(
                Appeal.subject == "relief",
                Appeal.state == "open",
                Appeal.subject_id.in_([r.id for r in reliefs]),
            )
        )
    )
    in_hand = session.scalar(
        select(Filing.id).where(
            Filing.person_id == registration.person_id,
            Filing.society_id == registration.society_id,
            Filing.state.in_(OPEN),
        )
    )
    terms = select(Term.id, Term.ends_on).where(Term.id.in_([r.term_id for r in reliefs]))
    ends = {row.id: row.ends_on for row in session.execute(terms)}
    going: list[int] = []
    for relief in reliefs:
        is_open = relief.state == ReliefState.SUBMITTED or (
            relief.state == ReliefState.GRANTED and in_hand is not None
        )
        decided_on = _day(registration, relief.decided_at or relief.asked_at)
        changed = [relief.granted_to_on, relief.granted_until_on, ends.get(relief.term_id or 0)]
        if relief.state != ReliefState.GRANTED:
            changed = []
        kept = reason_to_keep(
            is_open=is_open,
            appealed=relief.id in appealed,
            closed_on=max([decided_on, *(day for day in changed if day is not None)]),
            today=today,
        )
        if kept is None:
            going.append(relief.id)
    return Pile(staying=len(reliefs) - len(going), rows={"reliefs": Relief.id.in_(going)})


def _appeals(registration: Registration, today: date) -> Pile:
    appeals = session.scalars(
        select(Appeal).where(
            Appeal.person_id == registration.person_id,
            Appeal.society_id == registration.society_id,
            Appeal.words != "",
        )
    ).all()
    going = [
        a.id
        for a in appeals
        if _is_over(registration, a.decided_at or a.filed_at, today, is_open=a.state == "open")
    ]
    return Pile(staying=len(appeals) - len(going), rows={"appeals": Appeal.id.in_(going)})


def _statements(registration: Registration, today: date) -> Pile:
    statements = session.scalars(
        select(Statement).where(
            Statement.person_id == registration.person_id,
            Statement.event_id.in_(_events(registration)),
            Statement.words != "",
        )
    ).all()
    going = [
        s.id
        for s in statements
        if _is_over(registration, s.answered_at or s.created_at, today, is_open=s.state == "open")
    ]
    return Pile(staying=len(statements) - len(going), rows={"statements": Statement.id.in_(going)})


def _contacts(registration: Registration, old: datetime) -> Rows:
    own = select(Registration.id).where(
        Registration.person_id == registration.person_id,
        Registration.society_id == registration.society_id,
    )
    return {
        "call_notes": and_(CallNote.registration_id.in_(own), CallNote.at < old),
        "nudges": and_(Nudge.registration_id.in_(own), Nudge.at < old),
    }


def _attendance(registration: Registration, old: datetime) -> Rows:
    over = _events(registration).where(Event.ends_at < old)
    theirs = RosterEntry.person_id == registration.person_id
    return {"roster_entries": and_(theirs, RosterEntry.event_id.in_(over))}


def _import_rows(registration: Registration, old: datetime) -> Rows:
    """Lines that became this registration or records of the person; what they became stays."""
    society = Import.society_id == registration.society_id
    saved = and_(Import.state == "done", Import.confirmed_at < old)
    members = select(Import.id).where(
        saved, Import.kind == "members", or_(society, Import.society_id.is_(None))
    )
    records = select(Import.id).where(saved, Import.kind == "activities", society)
    return {
        "import_rows": and_(
            ImportRow.state == "saved",
            or_(
                and_(ImportRow.import_id.in_(members), ImportRow.object_id == registration.id),
                and_(
                    ImportRow.import_id.in_(records),
                    ImportRow.person_id == registration.person_id,
                ),
            ),
        )
    }


def _events(registration: Registration) -> Any:
    return select(Event.id).where(Event.society_id == registration.society_id)


def _is_over(
    registration: Registration, closed_at: datetime, today: date, *, is_open: bool
) -> bool:
    kept = reason_to_keep(
        is_open=is_open, appealed=False, closed_on=_day(registration, closed_at), today=today
    )
    return kept is None


def _day(registration: Registration, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(registration.society.zone)).date()


# --- emptying, the same for every column


def _count(clock: Goes, name: str, which: ColumnElement[bool]) -> int:
    table = Base.metadata.tables[name]
    return session.scalar(
        select(func.count()).select_from(table).where(which, _wordy(table, _columns(clock, name)))
    ) or 0  # fmt: skip


def _empty(clock: Goes, name: str, which: ColumnElement[bool]) -> int:
    table, columns = Base.metadata.tables[name], _columns(clock, name)
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(table)
        .where(which, _wordy(table, columns))
        .values({column: _nothing(table.columns[column]) for column in columns})
    )
    return done.rowcount


def _columns(clock: Goes, name: str) -> tuple[str, ...]:
    return dict(columns_going(clock))[name]


def _wordy(table: Table, columns: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether one of the columns still says something."""
    return or_(*(_says_something(table.columns[name]) for name in columns))


def _says_something(column: Column[Any]) -> ColumnElement[bool]:
    if column.nullable:
        return column.is_not(null())
    if isinstance(column.type, JSON):
        return cast(column, Text).not_in(("{}", "[]"))
    return column != ""


#: lists among the JSON columns that are emptied; the others hold objects
LISTS = frozenset({"warnings"})


def _nothing(column: Column[Any]) -> Any:
    if column.nullable:
        return null()
    if isinstance(column.type, JSON):
        return [] if column.name in LISTS else {}
    return ""


# --- messages keep their codes


def _stripped(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in data.items()
        if name in MESSAGE_CODES or name.endswith(MESSAGE_ENDINGS)
    }


def _wordy_messages(registration: Registration, old: datetime) -> dict[int, dict[str, Any]]:
    """The society's old messages that say more than codes: id and what stays of each."""
    own = Message.society_id == registration.society_id
    alone = not belongs_elsewhere(registration.person_id, registration.society_id)
    rows = session.execute(
        select(Message.id, Message.data).where(
            Message.person_id == registration.person_id,
            or_(own, Message.society_id.is_(None)) if alone else own,
            Message.created_at < old,
        )
    )
    return {row.id: kept for row in rows if (kept := _stripped(row.data)) != row.data}


def _empty_messages(registration: Registration, old: datetime) -> int:
    wordy = _wordy_messages(registration, old)
    if wordy:
        session.execute(update(Message), [{"id": i, "data": kept} for i, kept in wordy.items()])
    return len(wordy)
