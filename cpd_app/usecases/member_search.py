"""What a text finds in a register: numbers and contacts by their beginning, names anywhere."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from cpd_app.db import session
from cpd_app.domain.numbers import normal_email, normal_phone, number_key
from cpd_app.models import (
    Employment,
    Person,
    PersonName,
    Registration,
    Role,
    SocietyMembership,
)
from cpd_app.policy import Actor, Permission, Target, may, require

#: people found for a choice at most
MOST = 500
#: sorts after every character that can follow a prefix (SQLite compares bytes)
LAST = "\U0010ffff"


def matching_people(actor: Actor, society_id: int, text: str) -> list[int]:
    """Ids of the society's people whom a text finds: registered, members, with a role."""
    target = Target(societies=frozenset({society_id}))
    require(actor, Permission.FIND_MEMBER, target)
    contacts = may(actor, Permission.READ_CONTACT, target)
    registered = select(Registration.person_id).where(
        Registration.id.in_(registrations_matching(society_id, text, contacts=contacts))
    )
    named = _people(text, contacts=contacts)
    without = [
        select(table.person_id).where(table.society_id == society_id, table.person_id.in_(named))
        for table in (Role, SocietyMembership)
    ]
    found = session.scalars(
        select(Person.id)
        .where(
            or_(*(Person.id.in_(ids) for ids in (registered, *without))),
            Person.merged_into_id.is_(None),
        )
        .order_by(Person.id)
        .limit(MOST)
    )
    return list(found)


def registrations_matching(society_id: int, text: str, *, contacts: bool) -> Select[int]:
    """Ids of registrations that a text finds.

    Number, e-mail and phone by their beginning, name and employer anywhere; contacts only for
    who may read them.
    """
    of_society = Registration.society_id == society_id
    people = _people(text, contacts=contacts)
    return select(
        union(
            select(Registration.id).where(
                of_society, _begins(Registration.number_key, number_key(text))
            ),
            select(Registration.id).where(of_society, Registration.person_id.in_(people)),
        )
        .subquery()
        .c.id
    )


def _people(text: str, *, contacts: bool) -> CompoundSelect[int]:
    """Ids of people by name and employer, and by contact where that may be read."""
    people = [
        select(PersonName.person_id).where(_holds(PersonName.name, text)),
        select(PersonName.person_id).where(_holds(PersonName.name_en, text)),
        select(Employment.person_id).where(_holds(Employment.employer, text)),
    ]
    if contacts:
        email = normal_email(text) or text.lower()
        phone = normal_phone(text) or f"+86{text}"
        if "@" in text or text.isascii():
            people.append(select(Person.id).where(_begins(Person.email, email)))
        if text.lstrip("+").replace(" ", "").isdigit():
            people.append(select(Person.id).where(_begins(Person.phone, phone)))
    return union(*people)


def _begins(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    """The column begins with the text; each engine in the form that its index serves."""
    if session.get_bind().dialect.name == "sqlite":
        return and_(column >= text, column < text + LAST)
    return column.startswith(text, autoescape=True)


def _holds(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    """The column holds the text, whatever the case of Latin letters."""
    return column.icontains(text, autoescape=True)
