"""Who reads which file: assigned by hand or balanced, taken, handed on, given back (§8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date as DateType
from sqlalchemy import and_, func, literal, select

from cpd_app.db import session
from cpd_app.domain.assignment import Candidate, ToRead, balanced, employer_key, may_read
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.review import JUDGED_IN, AuditSettings
from cpd_app.models import Employment, Filing, Reader, Role, Society
from cpd_app.policy import Actor, Permission, RoleName, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.actors import holds
from cpd_app.usecases.audit_access import held_filing, reads_on, settings_of, target_of
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.filing_messages import tell_assigned

READER, COUNTERSIGNER = "reader", "countersigner"
PARTS = (READER, COUNTERSIGNER)
#: reasons for which somebody no longer reads a file
CONFLICT, REPLACED, LEFT = "conflict", "replaced", "left"
OPEN_STATES = tuple(state.value for state in JUDGED_IN)
#: who reads by profession; a registrar is asked by hand only
BY_TURNS = (RoleName.AUDITOR, RoleName.EXPERT)


@dataclass(frozen=True)
class ReaderChoice:
    """Somebody who could read, as the assignment page lists them."""

    person_id: int
    name: str
    is_expert: bool
    load: int


@dataclass(frozen=True)
class Assigned:
    """What a balanced assignment did."""

    files: int
    #: files for which nobody was left who may read them
    left_over: int


def reader_choices(actor: Actor, society_id: int, *, today: date) -> list[ReaderChoice]:
    """Readers of a society with what they have to read, the least first."""
    require(actor, Permission.LIST_AUDITS, Target(societies=frozenset({society_id})))
    experts = _people_with(society_id, (RoleName.EXPERT,), today)
    everybody = _people_with(society_id, (*BY_TURNS, RoleName.REGISTRAR), today)
    loads, names = _loads(society_id, today), names_of(everybody)
    made = [
        ReaderChoice(p, names.get(p, ""), p in experts, loads.get(p, 0)) for p in sorted(everybody)
    ]
    return sorted(made, key=lambda c: (c.load, c.name))


def assign_balanced(actor: Actor, society_id: int, *, now: datetime, today: date) -> Assigned:
    """Give every file that lacks readers to those with the least to read; earliest first."""
    require(actor, Permission.ASSIGN_READER, Target(societies=frozenset({society_id})))
    settings = settings_of(society_id)
    filings = session.scalars(
        select(Filing)
        .where(Filing.society_id == society_id, Filing.state.in_(OPEN_STATES))
        .order_by(Filing.filed_at, Filing.id)
    ).all()
    held = _held([f.id for f in filings])
    files = [
        file
        for filing in filings
        if (file := _to_read(filing, held.get(filing.id, []), settings, today)).wanted > 0
    ]
    people = _candidates(society_id, BY_TURNS, today)
    given, left_over = balanced(files, people)
    by_id = {f.id: f for f in filings}
    experts = _people_with(society_id, (RoleName.EXPERT,), today)
    made = []
    for filing_id, person_id in given:
        until = today + timedelta(days=settings.expert_days) if person_id in experts else None
        made.append(_give(actor, by_id[filing_id], person_id, READER, until, by_turn=True, now=now))
    tell_assigned(made, society_id, now=now)
    return Assigned(len({f for f, _p in given}), len(left_over))


def assign_reader(
    actor: Actor,
    filing_id: int,
    person_id: int,
    *,
    now: datetime,
    today: date,
    part: str = READER,
    until_on: date | None = None,
) -> Reader:
    """Give a file to somebody by hand.

    Raises Rejected `reader_unfit` (no reader of the society), `reader_conflict` (the member
    themselves, the same employer, or a declared conflict), `reader_until_past`; Conflict
    `reader_already`.
    """
    filing = held_filing(actor, filing_id, Permission.ASSIGN_READER, today=today)
    if until_on is not None and until_on < today:
        raise Rejected("reader_until_past", "until_on")
    return _assign(actor, filing, person_id, part, until_on, now=now, today=today)


def take_file(actor: Actor, filing_id: int, *, now: datetime, today: date) -> Reader:
    """Staff take a file that nobody reads; the same exclusions as by hand.

    Raises Conflict `reader_already` when a colleague was faster.
    """
    filing = held_filing(actor, filing_id, Permission.READ_AUDIT, today=today)
    if filing.society_id not in actor.staff_of or actor.person_id is None:
        raise NotFound
    session.refresh(filing, with_for_update=True)
    if target_of(filing, today=today).readers:
        raise Conflict("reader_already")
    return _assign(actor, filing, actor.person_id, READER, None, now=now, today=today)


def replace_reader(
    actor: Actor, filing_id: int, reader_id: int, person_id: int, *, now: datetime, today: date
) -> Reader:
    """Take a file from one reader and give it to another; what was judged stays."""
    filing = held_filing(actor, filing_id, Permission.ASSIGN_READER, today=today)
    row = _running(filing_id, reader_id)
    _end(actor, filing, row, REPLACED, None, now=now)
    return _assign(actor, filing, person_id, row.part, None, now=now, today=today)


def end_reader(actor: Actor, filing_id: int, reader_id: int, *, now: datetime, today: date) -> None:
    """Take a file from a reader without giving it to another."""
    filing = held_filing(actor, filing_id, Permission.ASSIGN_READER, today=today)
    _end(actor, filing, _running(filing_id, reader_id), REPLACED, None, now=now)


def declare_conflict(
    actor: Actor, filing_id: int, words: str, *, now: datetime, today: date
) -> Reader | None:
    """A reader steps back from a file; it goes to whoever has the least to read and may.

    Returns the new reader, None when nobody is left (then it is unassigned). Raises Rejected
    `reason_needed`.
    """
    filing = held_filing(actor, filing_id, Permission.JUDGE_RECORD, today=today)
    if not words.strip():
        raise Rejected("reason_needed", "words")
    own = session.scalars(
        select(Reader).where(
            Reader.filing_id == filing_id, Reader.person_id == actor.person_id, reads_on(today)
        )
    ).all()
    for row in own:
        _end(actor, filing, row, CONFLICT, words.strip(), now=now)
    session.flush()
    settings = settings_of(filing.society_id)
    file = _to_read(filing, _held([filing_id]).get(filing_id, []), settings, today)
    if file.wanted <= 0:
        return None
    given, _none = balanced([file], _candidates(filing.society_id, BY_TURNS, today))
    if not given:
        return None
    person_id = given[0][1]
    experts = _people_with(filing.society_id, (RoleName.EXPERT,), today)
    until = today + timedelta(days=settings.expert_days) if person_id in experts else None
    made = _give(actor, filing, person_id, READER, until, by_turn=True, now=now)
    tell_assigned([made], filing.society_id, now=now)
    return made


def change_audit_settings(
    actor: Actor, society_id: int, told: AuditSettings, *, now: datetime
) -> None:
    """Readers for each file, what is countersigned, margin and days of experts (domain.md §8).

    Raises Rejected `bad_value` for figures that make no sense.
    """
    require(actor, Permission.ASSIGN_READER, Target(societies=frozenset({society_id})))
    for name, value, most in (
        ("readers", told.readers, 5),
        ("margin", told.margin, 100),
        ("expert_days", told.expert_days, 365),
    ):
        if not (0 if name == "margin" else 1) <= value <= most:
            raise Rejected("bad_value", name)
    society = session.get_one(Society, society_id)
    audits = {
        "readers": told.readers,
        "countersigned": sorted(told.countersigned),
        "margin": told.margin,
        "expert_days": told.expert_days,
    }
    if society.settings.get("audits") == audits:
        return
    society.settings = {**society.settings, "audits": audits}
    journal.record(
        actor, "audit_settings.changed", "society", society_id, now=now, society_id=society_id,
        data=audits,
    )  # fmt: skip


def _assign(
    actor: Actor,
    filing: Filing,
    person_id: int,
    part: str,
    until_on: date | None,
    *,
    now: datetime,
    today: date,
) -> Reader:
    if part not in PARTS:
        raise Rejected("unknown_value", "part")
    people = _candidates(filing.society_id, (*BY_TURNS, RoleName.REGISTRAR), today)
    candidate = next((c for c in people if c.person_id == person_id), None)
    if candidate is None:
        raise Rejected("reader_unfit", "person")
    held = _held([filing.id]).get(filing.id, [])
    if any(r.person_id == person_id and _reads(r, today) for r in held):
        raise Conflict("reader_already")
    settings = settings_of(filing.society_id)
    # Who was replaced may be asked again by hand; who declared a conflict may not.
    excluded = frozenset(r.person_id for r in held if r.end_reason == CONFLICT)
    file = ToRead(filing.id, filing.person_id, _employers_of(filing), 1, excluded)
    if not may_read(candidate, file):
        raise Rejected("reader_conflict", "person")
    experts = _people_with(filing.society_id, (RoleName.EXPERT,), today)
    if until_on is None and person_id in experts:
        until_on = today + timedelta(days=settings.expert_days)
    made = _give(actor, filing, person_id, part, until_on, by_turn=False, now=now)
    if person_id != actor.person_id:
        tell_assigned([made], filing.society_id, now=now)
    return made


def _give(
    actor: Actor,
    filing: Filing,
    person_id: int,
    part: str,
    until_on: date | None,
    *,
    by_turn: bool,
    now: datetime,
) -> Reader:
    row = Reader(
        filing_id=filing.id,
        person_id=person_id,
        part=part,
        assigned_at=now,
        assigned_by_id=None if by_turn else actor.person_id,
        until_on=until_on,
    )
    session.add(row)
    filing.version += 1
    session.flush()
    journal.record(
        actor, "reader.assigned", "filing", filing.id, now=now, society_id=filing.society_id,
        data={"person": person_id, "part": part, "by_turn": by_turn,
              "until_on": until_on.isoformat() if until_on else None},
    )  # fmt: skip
    return row


def _end(
    actor: Actor, filing: Filing, row: Reader, reason: str, words: str | None, *, now: datetime
) -> None:
    row.ended_at, row.end_reason, row.end_words = now, reason, words
    filing.version += 1
    journal.record(
        actor, "reader.ended", "filing", filing.id, now=now, society_id=filing.society_id,
        data={"person": row.person_id, "reason": reason},
        values={"words": words} if words else None,
    )  # fmt: skip


def _running(filing_id: int, reader_id: int) -> Reader:
    row = session.get(Reader, reader_id)
    if row is None or row.filing_id != filing_id or row.ended_at is not None:
        raise NotFound
    return row


def _to_read(filing: Filing, held: list[Reader], settings: AuditSettings, today: date) -> ToRead:
    reading = [r for r in held if r.part == READER and _reads(r, today)]
    return ToRead(
        filing_id=filing.id,
        person_id=filing.person_id,
        employers=_employers_of(filing),
        wanted=settings.readers - len(reading),
        excluded=frozenset(r.person_id for r in held),
    )


def _employers_of(filing: Filing) -> frozenset[str]:
    return frozenset({key} if (key := employer_key(filing.employer)) else ())


def _reads(row: Reader, today: date) -> bool:
    return row.ended_at is None and (row.until_on is None or row.until_on >= today)


def _held(filing_ids: list[int]) -> dict[int, list[Reader]]:
    """Everybody who has or had a part in these files."""
    found: dict[int, list[Reader]] = {}
    for row in session.scalars(select(Reader).where(Reader.filing_id.in_(filing_ids))):
        found.setdefault(row.filing_id, []).append(row)
    return found


def _candidates(society_id: int, roles: Iterable[RoleName], today: date) -> list[Candidate]:
    people = _people_with(society_id, roles, today)
    employers = _employers_now(people, today)
    loads = _loads(society_id, today)
    return [Candidate(p, employers.get(p, frozenset()), loads.get(p, 0)) for p in sorted(people)]


def _people_with(society_id: int, roles: Iterable[RoleName], today: date) -> frozenset[int]:
    whose = and_(Role.society_id == society_id, Role.role.in_([str(r) for r in roles]))
    return frozenset(
        session.scalars(select(Role.person_id).where(holds(Role, whose, literal(today, DateType))))
    )


def _employers_now(people: Iterable[int], today: date) -> dict[int, frozenset[str]]:
    """Where these people work today."""
    rows = session.execute(
        select(Employment.person_id, Employment.employer)
        .where(Employment.person_id.in_(list(people)), Employment.from_on <= today)
        .order_by(Employment.from_on, Employment.id)
    )
    return {row.person_id: frozenset({employer_key(row.employer)} - {""}) for row in rows}


def _loads(society_id: int, today: date) -> dict[int, int]:
    """Files that each reader has open, in this society."""
    rows = session.execute(
        select(Reader.person_id, func.count())
        .join(Filing, Filing.id == Reader.filing_id)
        .where(
            Filing.society_id == society_id,
            Filing.state.in_(OPEN_STATES),
            Reader.finished_at.is_(None),
            Reader.part == READER,
            reads_on(today),
        )
        .group_by(Reader.person_id)
    )
    return {row[0]: row[1] for row in rows}
