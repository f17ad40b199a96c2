"""A changed e-mail address or phone: proved by a code that reached it, or at the counter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.messages import Channel
from cpd_app.domain.numbers import masked_contact, normal_email, normal_phone
from cpd_app.models import Person
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import activation, attempts, journal, letters, reaching
from cpd_app.usecases.activation import IssuedCode, Purpose
from cpd_app.usecases.guests import attach_guests


@dataclass(frozen=True)
class ContactOutcome:
    """The contact that is kept now, or why not (a code of `texts`, and minutes to wait)."""

    contact: str = ""
    refusal: str = ""
    minutes: int = 0


def read_contact(text: str) -> str:
    """An e-mail address or a phone as it is kept; raises Rejected `contact_bad`."""
    contact = normal_email(text) or normal_phone(text)
    if contact is None:
        raise Rejected("contact_bad", "contact")
    return contact


def order_email_change(actor: Actor, text: str, *, now: datetime) -> int:
    """Send a code to a new e-mail address; minutes to wait when too many were sent, else 0.

    Whether somebody else has the address is said only to whoever proves to read its mail.
    Raises Rejected `email_bad`, `contact_same`.
    """
    person = _own(actor)
    email = normal_email(text)
    if email is None:
        raise Rejected("email_bad", "email")
    if email == person.email:
        raise Rejected("contact_same", "email")
    subjects = (
        attempts.subject("letter_name", "contact", person.id),
        attempts.subject("letter_name", "contact", email),
    )
    wait = attempts.minutes_to_wait(subjects, now=now)
    if wait:
        return wait
    attempts.note(subjects, now=now)
    letters.order(actor, person.id, Purpose.CONTACT, new_contact=email, now=now)
    return 0


def issue_contact_code(actor: Actor, person_id: int, text: str, *, now: datetime) -> IssuedCode:
    """At the counter: a code with which a member confirms a new phone or address (journalled).

    Raises Rejected `contact_bad`, Conflict `contact_taken`, and refuses as `issue_code` does.
    """
    person = activation.person_for_code(actor, person_id, now=now)
    contact = read_contact(text)
    _check_free(contact, person.id)
    return activation.make_code(
        actor, person, Purpose.CONTACT, lasts=activation.LASTS, new_contact=contact, now=now
    )


def confirm_contact(actor: Actor, code: str, *, address: str, now: datetime) -> ContactOutcome:
    """Take over the new address or phone that a code stands for.

    Raises Conflict `contact_taken` when another account has it: then the societies merge the two.
    """
    person = _own(actor)
    subjects = (attempts.subject("code_address", address),)
    wait = attempts.minutes_to_wait(subjects, now=now)
    if wait:
        return ContactOutcome(refusal="too_many_codes", minutes=wait)
    row = activation.code_row(code)
    if row is None or row.person_id != person.id or row.purpose != Purpose.CONTACT:
        attempts.note(subjects, now=now)
        return ContactOutcome(refusal="code_unknown")
    refusal = activation.refusal_of(row, now=now)
    contact = row.new_contact or ""
    if refusal:
        return ContactOutcome(refusal=refusal)
    _check_free(contact, person.id)
    activation.take_code(row, now=now)
    before = person.email if "@" in contact else person.phone
    if "@" in contact:
        person.email = contact
    else:
        person.phone = contact
    reaching.forget(person.id, Channel.EMAIL if "@" in contact else Channel.WEBHOOK)
    journal.record(
        actor,
        "contact.changed",
        "person",
        person.id,
        now=now,
        data={"what": "email" if "@" in contact else "phone", "code_id": row.id},
        values={"before": before, "after": contact},
    )
    attach_guests(person.id, now=now)
    return ContactOutcome(contact=masked_contact(contact))


def _own(actor: Actor) -> Person:
    person = session.get_one(Person, actor.person_id)
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    return person


def _check_free(contact: str, person_id: int) -> None:
    column = Person.email if "@" in contact else Person.phone
    taken = select(Person.id).where(column == contact, Person.id != person_id)
    if session.scalar(taken) is not None:
        raise Conflict("contact_taken")
