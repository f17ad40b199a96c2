"""Which person a name, a file's row or a counter means, and how far a society may act for them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.numbers import login_key, normal_email, normal_phone, number_key
from cpd_app.models import Employment, Person, PersonName, Registration, Role
from cpd_app.usecases.activation import societies_of

MOST_NAME = 80


@dataclass(frozen=True)
class NewPerson:
    """Who somebody is, as a form or a file says it."""

    name: str
    #: any of e-mail, phone, registration number or a name of its own; "" = by e-mail or phone
    login: str = ""
    email: str | None = None
    phone: str | None = None
    name_en: str | None = None
    employer: str | None = None
    #: the registration number that comes with it
    number: str = ""


@dataclass(frozen=True)
class Contact:
    """E-mail and phone as they are kept."""

    email: str | None
    phone: str | None


def contact_of(email: str | None, phone: str | None) -> Contact:
    """Both in the form in which they are kept; Rejected `bad_email`, `bad_phone`."""
    kept_email = normal_email(email) if email else None
    kept_phone = normal_phone(phone) if phone else None
    if email and kept_email is None:
        raise Rejected("bad_email", "email")
    if phone and kept_phone is None:
        raise Rejected("bad_phone", "phone")
    return Contact(kept_email, kept_phone)


def person_with_login(login: str) -> Person | None:
    """Whose account this is: by its own name, e-mail, phone or registration number.

    A merged account leads to the one that was kept.
    """
    key = login_key(login)
    found = session.scalar(select(Person).where(Person.login == key)) if key else None
    email, phone = normal_email(login), normal_phone(login)
    if found is None and email:
        found = session.scalar(select(Person).where(Person.email == email))
    if found is None and phone:
        found = session.scalar(select(Person).where(Person.phone == phone))
    if found is None and key:
        found = session.scalar(
            select(Person)
            .join(Registration, Registration.person_id == Person.id)
            .where(Registration.number_key == number_key(login))
        )
    while found is not None and found.merged_into_id is not None:
        found = session.get_one(Person, found.merged_into_id)
    return found


def find_or_add(
    new: NewPerson, *, known: Person | None, since: date, now: datetime
) -> tuple[Person, bool]:
    """The account of a person who is being registered, and whether it was made just now.

    `known` is who holds the registration number already. An account that exists is taken only
    when the name fits one of its names, so that a mistyped address never hands a certificate to
    somebody else; Rejected `name_differs`, `login_differs`, Conflict `email_taken`, `phone_taken`.
    """
    name = new.name.strip()
    if not name:
        raise Rejected("missing", "name")
    if len(name) > MOST_NAME:
        raise Rejected("too_long", "name", most=MOST_NAME)
    contact = contact_of(new.email, new.phone)
    person = known or _held_by(new, contact)
    if person is None:
        return _add(new, name, contact, since=since, now=now), True
    if login_key(name) not in {login_key(n.name) for n in person.names}:
        raise Rejected("name_differs", "name")
    _check_free(contact, person)
    person.email = person.email or contact.email
    person.phone = person.phone or contact.phone
    return person, False


def _held_by(new: NewPerson, contact: Contact) -> Person | None:
    by_login = person_with_login(new.login) if new.login else None
    by_email = (
        session.scalar(select(Person).where(Person.email == contact.email))
        if contact.email
        else None
    )
    by_phone = (
        session.scalar(select(Person).where(Person.phone == contact.phone))
        if contact.phone
        else None
    )
    found = [p for p in (by_login, by_email, by_phone) if p is not None]
    if len({p.id for p in found}) > 1:
        raise Rejected("login_differs", "login" if by_login else "email")
    return found[0] if found else None


def _check_free(contact: Contact, person: Person) -> None:
    for code, column, value in (
        ("email_taken", Person.email, contact.email),
        ("phone_taken", Person.phone, contact.phone),
    ):
        if value is None:
            continue
        holder = session.scalar(select(Person.id).where(column == value))
        if holder is not None and holder != person.id:
            raise Conflict(code, code.removesuffix("_taken"))


def _add(new: NewPerson, name: str, contact: Contact, *, since: date, now: datetime) -> Person:
    person = Person(
        login=own_login(new, contact),
        email=contact.email or normal_email(new.login),
        phone=contact.phone or normal_phone(new.login),
        created_at=now,
        theme="auto",
        text_size="normal",
    )
    person.names = [PersonName(name=name, name_en=text_or_none(new.name_en), from_on=since)]
    session.add(person)
    session.flush()
    employer = text_or_none(new.employer)
    if employer:
        session.add(Employment(person_id=person.id, employer=employer, from_on=since))
    return person


def own_login(new: NewPerson, contact: Contact) -> str | None:
    """The name to keep for an account: none when e-mail, phone or number say the same."""
    email, phone = normal_email(new.login), normal_phone(new.login)
    if (email and contact.email in {None, email}) or (phone and contact.phone in {None, phone}):
        return None
    if new.number and number_key(new.login) == number_key(new.number):
        return None
    return login_key(new.login) or None


def text_or_none(value: str | None) -> str | None:
    """Text without white space around it; empty is absent."""
    return (value or "").strip() or None


def belongs_elsewhere(person_id: int, society_id: int) -> bool:
    """Whether another society, or the federation, knows this person too.

    Then this society does not decide alone on joining the account with another one.
    """
    in_federation = session.scalar(
        select(Role.id).where(Role.person_id == person_id, Role.society_id.is_(None)).limit(1)
    )
    return in_federation is not None or bool(societies_of(person_id) - {society_id})
