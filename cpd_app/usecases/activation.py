"""One-time codes: made by staff or sent by mail, used once to choose a password."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, Update, insert, or_, select, union, update

from cpd_app.db import session
from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.domain.numbers import (
    CODE_ALPHABET,
    CODE_LENGTH,
    grouped_code,
    masked_name,
    normal_code,
)
from cpd_app.models import (
    OneTimeCode,
    Person,
    PersonName,
    Registration,
    Role,
    SocietyMembership,
)
from cpd_app.policy import Actor, Permission, RoleName, Target, require
from cpd_app.usecases import attempts, journal, signin
from cpd_app.usecases.guests import attach_guests
from cpd_app.usecases.passwords import ChosenPassword

#: a code on a slip or in a text message
LASTS = timedelta(days=30)
#: a code in a mail, which is asked for when it is needed
LASTS_IN_MAIL = timedelta(days=1)
#: version of the privacy text (page `me.privacy`) that is agreed to at activation
PRIVACY_TEXT = 1
#: people at once in the bulk; both engines limit the values of one statement
CHUNK = 500


class Purpose(StrEnum):
    """What a code is for; `activate` and `reset` both let a password be chosen."""

    ACTIVATE = "activate"
    RESET = "reset"
    CONTACT = "contact"


@dataclass(frozen=True)
class IssuedCode:
    """A code and whom it is for; the code itself is kept nowhere."""

    person_id: int
    name: str
    email: str | None
    phone: str | None
    #: registration number in this society
    number: str | None
    #: as written on the slip: K7M4-QX2P-D9RT
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class OpenedCode:
    """A code that can be used, with just enough to recognise oneself; or why it cannot."""

    name: str = ""
    #: names by which the person signs in; the password must be none of them
    known: tuple[str | None, ...] = ()
    #: the account has never been used: its owner agrees to the privacy text now
    first: bool = False
    refusal: str = ""
    minutes: int = 0


def people_of(society_id: int) -> Select[tuple[int]]:
    """Ids of all who belong to a society: registered, members, or with a role in it."""
    return select(
        union(
            select(Registration.person_id).where(Registration.society_id == society_id),
            select(SocietyMembership.person_id).where(SocietyMembership.society_id == society_id),
            select(Role.person_id).where(Role.society_id == society_id),
        )
        .subquery()
        .c.person_id
    )


def societies_of(person_id: int) -> frozenset[int]:
    """The societies a person belongs to, in whatever way."""
    return frozenset(
        found
        for table in (Registration, SocietyMembership, Role)
        for found in session.scalars(select(table.society_id).where(table.person_id == person_id))
        if found is not None
    )


def not_activated(actor: Actor, society_id: int) -> list[int]:
    """Ids of the society's people who have no password yet, in order of entry."""
    require(actor, Permission.ACTIVATE_MEMBER, Target(societies=frozenset({society_id})))
    return list(
        session.scalars(
            select(Person.id)
            .where(
                Person.id.in_(people_of(society_id)),
                Person.password_hash.is_(None),
                Person.merged_into_id.is_(None),
            )
            .order_by(Person.id)
        )
    )


def issue_codes(
    actor: Actor, society_id: int, person_ids: Iterable[int], *, now: datetime
) -> list[IssuedCode]:
    """Make activation codes for many of a society's people; older codes of theirs end.

    Whoever is activated already, was merged away, or is not of this society is left out.
    """
    require(actor, Permission.ACTIVATE_MEMBER, Target(societies=frozenset({society_id})))
    issued: list[IssuedCode] = []
    for chunk in _chunks(sorted(set(person_ids))):
        issued += _issue_chunk(actor, society_id, chunk, now=now)
    journal.record(
        actor,
        "codes.issued",
        "society",
        society_id,
        now=now,
        society_id=society_id,
        data={"count": len(issued), "purpose": str(Purpose.ACTIVATE)},
    )
    return issued


def issue_code(actor: Actor, person_id: int, *, now: datetime) -> IssuedCode:
    """Make one code at the counter, after the person has shown who they are (journalled).

    For somebody not activated it activates, else it sets a new password. Raises NotAllowed
    `code_for_staff` when the person works for a society the actor does not, or the federation.
    """
    person = person_for_code(actor, person_id, now=now)
    purpose = Purpose.ACTIVATE if person.password_hash is None else Purpose.RESET
    return make_code(actor, person, purpose, lasts=LASTS, now=now)


def person_for_code(actor: Actor, person_id: int, *, now: datetime) -> Person:
    """The person whom the actor may give a code; a code is as good as the password."""
    person = session.get(Person, person_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    societies = societies_of(person_id)
    require(actor, Permission.ACTIVATE_MEMBER, Target(owner_id=person_id, societies=societies))
    if not actor.is_system:
        keeps = {s for s, names in actor.roles.items() if RoleName.REGISTRAR in names}
        if _works_for(person_id, now.date()) - keeps:
            raise NotAllowed("code_for_staff")
        # Who knows somebody's name and address could register them here and take their account.
        if person.activated_at is not None and person.email and _registered_in(person_id) - keeps:
            raise NotAllowed("code_elsewhere_too")
    return person


def _registered_in(person_id: int) -> set[int]:
    held = select(Registration.society_id).where(Registration.person_id == person_id)
    return set(session.scalars(held))


def _works_for(person_id: int, day: date) -> set[int | None]:
    held = select(Role.society_id).where(
        Role.person_id == person_id, or_(Role.ends_on.is_(None), Role.ends_on > day)
    )
    return set(session.scalars(held))


def make_code(
    actor: Actor,
    person: Person,
    purpose: Purpose,
    *,
    lasts: timedelta,
    now: datetime,
    new_contact: str | None = None,
) -> IssuedCode:
    """Make a code; an older one of the same purpose ends. The caller has asked for permission."""
    session.execute(
        _open_codes()
        .where(OneTimeCode.person_id == person.id, OneTimeCode.purpose == str(purpose))
        .values(revoked_at=now)
    )
    code = _new_code()
    row = OneTimeCode(
        code_hash=signin.hash_of(code),
        person_id=person.id,
        purpose=str(purpose),
        new_contact=new_contact,
        issued_by_id=actor.person_id,
        issued_at=now,
        expires_at=now + lasts,
    )
    session.add(row)
    session.flush()
    journal.record(
        actor,
        "code.issued",
        "person",
        person.id,
        now=now,
        data={"code_id": row.id, "purpose": str(purpose)},
        values={"new_contact": new_contact} if new_contact else None,
    )
    numbers = session.scalars(
        select(Registration.number)
        .where(Registration.person_id == person.id)
        .order_by(Registration.id)
    ).all()
    return IssuedCode(
        person_id=person.id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        number=numbers[0] if numbers else None,
        code=grouped_code(code),
        expires_at=row.expires_at,
    )


def open_code(text: str, *, address: str, now: datetime) -> OpenedCode:
    """Look at a code before it is used; a wrong one is counted against the address."""
    subjects = (attempts.subject("code_address", address),)
    wait = attempts.minutes_to_wait(subjects, now=now)
    if wait:
        return OpenedCode(refusal="too_many_codes", minutes=wait)
    row = code_row(text)
    person = session.get(Person, row.person_id) if row else None
    if row is None or person is None or person.merged_into_id is not None:
        attempts.note(subjects, now=now)
        return OpenedCode(refusal="code_unknown")
    refusal = refusal_of(row, now=now)
    if refusal:
        return OpenedCode(refusal=refusal)
    if row.purpose == Purpose.CONTACT:
        return OpenedCode(refusal="code_contact")
    return OpenedCode(
        name=masked_name(person.name),
        known=signin.own_names(person),
        first=person.activated_at is None,
    )


def use_code(text: str, chosen: ChosenPassword, *, device: str, now: datetime) -> str:
    """Activate the account, or set its new password, and sign this browser in; its secret.

    Raises Rejected `code_unknown`, `code_used`, `code_replaced`, `code_too_old`, `code_contact`.
    """
    row = code_row(text)
    if row is None:
        raise Rejected("code_unknown", "code")
    person = session.get_one(Person, row.person_id)
    if row.purpose == Purpose.CONTACT:
        raise Rejected("code_contact", "code")
    take_code(row, now=now)
    first = person.activated_at is None
    person.password_hash = chosen.password_hash
    person.activated_at = person.activated_at or now
    signin.end_all_sign_ins(person.id, now=now)
    session.execute(
        _open_codes()
        .where(OneTimeCode.person_id == person.id, OneTimeCode.purpose != str(Purpose.CONTACT))
        .values(revoked_at=now)
    )
    journal.record(
        Actor(person_id=person.id, origin="web"),
        "account.activated" if first else "password.reset",
        "person",
        person.id,
        now=now,
        data={"code_id": row.id, **({"privacy_text": PRIVACY_TEXT} if first else {})},
    )
    if first:
        attach_guests(person.id, now=now)
    return signin.begin_sign_in(person.id, device=device, now=now)


def code_row(text: str) -> OneTimeCode | None:
    """The row of a code as somebody typed it."""
    found = select(OneTimeCode).where(OneTimeCode.code_hash == signin.hash_of(normal_code(text)))
    return session.scalar(found.execution_options(populate_existing=True))


def refusal_of(row: OneTimeCode, *, now: datetime) -> str:
    """Why a code cannot be used any more; empty when it can."""
    if row.used_at is not None:
        return "code_used"
    if row.revoked_at is not None:
        return "code_replaced"
    return "code_too_old" if row.expires_at <= now else ""


def take_code(row: OneTimeCode, *, now: datetime) -> None:
    """Mark a code as used; of two who try at once, one is refused."""
    person = session.get_one(Person, row.person_id)
    refusal = "code_unknown" if person.merged_into_id is not None else refusal_of(row, now=now)
    if refusal:
        raise Rejected(refusal, "code")
    taken = session.execute(_open_codes().where(OneTimeCode.id == row.id).values(used_at=now))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Rejected("code_used", "code")


def _open_codes() -> Update:
    return update(OneTimeCode).where(
        OneTimeCode.used_at.is_(None), OneTimeCode.revoked_at.is_(None)
    )


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(ids), CHUNK):
        yield ids[begin : begin + CHUNK]


def _issue_chunk(
    actor: Actor, society_id: int, ids: list[int], *, now: datetime
) -> list[IssuedCode]:
    people = session.execute(
        select(Person.id, Person.email, Person.phone)
        .where(
            Person.id.in_(ids),
            Person.id.in_(people_of(society_id)),
            Person.password_hash.is_(None),
            Person.merged_into_id.is_(None),
        )
        .order_by(Person.id)
    ).all()
    chosen = [p.id for p in people]
    if not chosen:
        return []
    session.execute(
        _open_codes()
        .where(OneTimeCode.person_id.in_(chosen), OneTimeCode.purpose == str(Purpose.ACTIVATE))
        .values(revoked_at=now),
        execution_options={"synchronize_session": False},
    )
    codes = {person_id: _new_code() for person_id in chosen}
    session.execute(
        insert(OneTimeCode),
        [
            {
                "code_hash": signin.hash_of(code),
                "person_id": person_id,
                "purpose": str(Purpose.ACTIVATE),
                "issued_by_id": actor.person_id,
                "issued_at": now,
                "expires_at": now + LASTS,
            }
            for person_id, code in codes.items()
        ],
    )
    names = _latest_names(chosen)
    numbers = _first_numbers(society_id, chosen)
    return [
        IssuedCode(
            person_id=p.id,
            name=names.get(p.id, ""),
            email=p.email,
            phone=p.phone,
            number=numbers.get(p.id),
            code=grouped_code(codes[p.id]),
            expires_at=now + LASTS,
        )
        for p in people
    ]


def _latest_names(ids: list[int]) -> dict[int, str]:
    rows = session.execute(
        select(PersonName.person_id, PersonName.name)
        .where(PersonName.person_id.in_(ids))
        .order_by(PersonName.from_on)
    )
    return {person_id: name for person_id, name in rows}  # noqa: C416 - rows are no pairs


def _first_numbers(society_id: int, ids: list[int]) -> dict[int, str]:
    rows = session.execute(
        select(Registration.person_id, Registration.number)
        .where(Registration.person_id.in_(ids), Registration.society_id == society_id)
        .order_by(Registration.id.desc())
    )
    return {person_id: number for person_id, number in rows}  # noqa: C416 - rows are no pairs
