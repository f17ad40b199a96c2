"""One member entered by a program: the columns of the members file, the same rules as its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.models import Registration, Society, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.guests import attach_guests
from cpd_app.usecases.import_checks import member_applier
from cpd_app.usecases.import_columns import Findings, Row
from cpd_app.usecases.import_saving import journal_members, place_anew
from cpd_app.usecases.member_rows import read_member

#: refusals that say "somebody else has it"; the others say "this is not right"
TAKEN = frozenset({"number_taken", "email_taken", "phone_taken", "login_differs"})


@dataclass(frozen=True)
class Entered:
    """What entering a member came to."""

    registration: Registration
    term: Term
    #: False: a known number was corrected, or nothing new was said
    created: bool
    warnings: list[dict[str, Any]]


def enter_member(
    actor: Actor, columns: Mapping[str, str], *, now: datetime, today: date
) -> Entered:
    """Register a member, or correct what a known number's row says otherwise now.

    Raises Rejected or Conflict with the first thing that is wrong and its column.
    """
    row = Row(1, {name: text for name, text in columns.items() if text})
    applying = member_applier(actor, None, [row], now=now, today=today)
    society = applying.known.society(columns.get("society", ""))
    require(actor, Permission.IMPORT_MEMBERS, Target(societies=frozenset({society.id})))
    found = Findings()
    new = read_member(row, found)
    applied = applying.apply(new, found) if new else None
    if applied is None or new is None:
        _refuse(found.problems[0])
    was_known = applied.held.member.person.id is not None
    created = applied.held.registration.id is None
    applying.register.write()
    if not applied.trail.is_empty:
        journal_members(actor, [applied], import_id=None, now=now)
        if was_known:
            place_anew(actor, [applied], now=now)
        attach_guests(int(applied.held.member.person.id or 0), now=now)
    registration = session.get_one(
        Registration, applied.held.registration.id, populate_existing=True
    )
    term = next(t for t in registration.terms if t.starts_on == new.starts_on)
    return Entered(registration, term, created, found.warnings)


def enter_at_desk(
    actor: Actor, society_id: int, columns: Mapping[str, str], *, now: datetime, today: date
) -> Entered:
    """The same for the form of a society's desk, which enters new numbers only.

    Nothing shows there beforehand what would be corrected; Conflict `already_registered`.
    """
    require(actor, Permission.IMPORT_MEMBERS, Target(societies=frozenset({society_id})))
    number = columns.get("registration_no", "")
    known = select(Registration.id).where(Registration.number_key == number_key(number))
    if session.scalar(known) is not None:
        raise Conflict("already_registered", "registration_no", number=number)
    society = session.get_one(Society, society_id)
    return enter_member(actor, {**columns, "society": society.code}, now=now, today=today)


def _refuse(problem: dict[str, Any]) -> NoReturn:
    values = {k: v for k, v in problem.items() if k not in {"code", "field"}}
    error = Conflict if problem["code"] in TAKEN else Rejected
    raise error(problem["code"], problem["field"], **values)
