"""Whose registration is looked at: the member's chosen one, or one that staff opened."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.numbers import number_key
from cpd_app.models import Registration, Term
from cpd_app.policy import Actor, Permission, Target, require

#: states in which a term is not running any more
OVER = frozenset({"cancelled", "revoked", "expired"})


@dataclass(frozen=True)
class Shown:
    """A registration with the term that is looked at."""

    registration: Registration
    term: Term | None


def registrations_of(person_id: int) -> list[Registration]:
    """A person's registrations with society, field and terms, in order of entry."""
    return list(
        session.scalars(
            select(Registration)
            .where(Registration.person_id == person_id)
            .options(joinedload(Registration.society), joinedload(Registration.field))
            .order_by(Registration.id)
        ).unique()
    )


def term_on(registration: Registration, day: date) -> Term | None:
    """The term that holds a day; else the next one to begin, else the last one."""
    terms = registration.terms
    holding = [t for t in terms if t.starts_on <= day < t.ends_on]
    coming = [t for t in terms if t.starts_on > day]
    found = holding or coming[:1] or terms[-1:]
    return found[0] if found else None


def default_registration(registrations: list[Registration], day: date) -> Registration | None:
    """The active one that ends first; else the first one."""

    def order(registration: Registration) -> tuple[bool, date, int]:
        term = term_on(registration, day)
        running = term is not None and term.state == "active" and day < term.ends_on
        return (not running, term.ends_on if term else date.max, registration.id)

    return min(registrations, key=order, default=None)


def shown_registration(
    person_id: int, *, chosen_id: int | None, day: date
) -> tuple[Shown | None, list[Registration]]:
    """What the member's pages show, and all registrations to switch between."""
    registrations = registrations_of(person_id)
    chosen = next((r for r in registrations if r.id == chosen_id), None)
    registration = chosen or default_registration(registrations, day)
    if registration is None:
        return None, registrations
    return Shown(registration, term_on(registration, day)), registrations


def readable_registration(actor: Actor, registration_id: int) -> Registration:
    """A registration that the actor may read: the member's own, or one of a staff's society."""
    registration = session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(joinedload(Registration.society), joinedload(Registration.person))
    )
    if registration is None:
        raise NotFound
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.READ_REGISTRATION, target)
    return registration


def with_number(registrations: list[Registration], number: str, day: date) -> Shown:
    """The one with this number, typed as people type it; NotFound when it is not among them."""
    key = number_key(number)
    for registration in registrations:
        if registration.number_key == key:
            return Shown(registration, term_on(registration, day))
    raise NotFound


def readable_number(actor: Actor, number: str) -> Registration:
    """The registration with this number, for whoever may read it."""
    found = session.scalar(
        select(Registration.id).where(Registration.number_key == number_key(number))
    )
    if found is None:
        raise NotFound
    return readable_registration(actor, found)
