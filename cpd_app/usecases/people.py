"""What a person sees of themselves and changes: appearance, shown registration, who looked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.numbers import normal_email, normal_phone
from cpd_app.models import (
    Employment,
    File,
    FileView,
    Person,
    PersonName,
    Registration,
    Society,
    SocietyMembership,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal, signin, tokens
from cpd_app.usecases.registrations_shown import OVER, Shown, shown_registration

#: who opened evidence is counted over this time on the "me" page
RECENT = timedelta(days=30)
#: views shown at once; older ones are in the export
MOST_VIEWS = 200


def change_appearance(
    actor: Actor,
    *,
    locale: str | None = None,
    theme: str | None = None,
    text_size: str | None = None,
) -> None:
    """Keep how a person wants the pages: language, light or dark, size of text."""
    person = _own(actor)
    person.locale = locale or person.locale
    person.theme = theme or person.theme
    person.text_size = text_size or person.text_size


def show_registration(actor: Actor, registration_id: int) -> None:
    """Choose the registration whose years the pages show."""
    person = _own(actor)
    registration = session.get(Registration, registration_id)
    if registration is None or registration.person_id != person.id:
        raise NotFound
    person.shown_registration_id = registration.id


@dataclass(frozen=True)
class Me:
    """The "me" page of one person."""

    person: Person
    shown: Shown | None
    #: active, suspended, cancelled, revoked, expired or waiting (it begins later); empty = none
    state: str
    registrations: list[Registration]
    sign_ins: int
    tokens: int
    recent_views: int


def me_of(actor: Actor, *, now: datetime, today: date) -> Me:
    """What a person's own page shows."""
    person = _own(actor)
    shown, registrations = shown_registration(
        person.id, chosen_id=person.shown_registration_id, day=today
    )
    views = session.scalar(
        select(func.count())
        .select_from(FileView)
        .join(File, File.id == FileView.file_id)
        .where(File.person_id == person.id, FileView.at > now - RECENT)
    )
    return Me(
        person=person,
        shown=shown,
        state=_state(shown, today),
        registrations=registrations,
        sign_ins=len(signin.open_sign_ins(actor, now=now)),
        tokens=len(tokens.tokens_of(actor)),
        recent_views=views or 0,
    )


def _state(shown: Shown | None, today: date) -> str:
    term = shown.term if shown else None
    if term is None:
        return ""
    if term.state in OVER or term.state == "suspended":
        return term.state
    if today < term.starts_on:
        return "waiting"
    return "active" if today < term.ends_on else "expired"


@dataclass(frozen=True)
class Profile:
    """How a person is called, where they work, and what the societies hold beside that."""

    person: Person
    employments: list[Employment]
    #: (name of the society, number, last day)
    memberships: list[tuple[Society, SocietyMembership]]


def profile_of(actor: Actor) -> Profile:
    """A person's own names, employers, contacts and memberships."""
    person = _own(actor)
    employments = session.scalars(
        select(Employment)
        .where(Employment.person_id == person.id)
        .order_by(Employment.from_on.desc())
    )
    memberships = session.execute(
        select(Society, SocietyMembership)
        .join(SocietyMembership, SocietyMembership.society_id == Society.id)
        .where(SocietyMembership.person_id == person.id)
        .order_by(Society.id)
    )
    return Profile(person, list(employments), [(s, m) for s, m in memberships])


@dataclass(frozen=True)
class View:
    """Somebody else opened one of my files."""

    at: datetime
    who: str
    file_name: str


def views_of(actor: Actor) -> list[View]:
    """Who opened a person's evidence and when, the latest first (domain.md §11)."""
    person = _own(actor)
    rows = session.execute(
        select(FileView.at, Person, File.name)
        .join(File, File.id == FileView.file_id)
        .join(Person, Person.id == FileView.person_id)
        .where(File.person_id == person.id)
        .order_by(FileView.at.desc(), FileView.id.desc())
        .limit(MOST_VIEWS)
    )
    return [View(at=at, who=viewer.name, file_name=name) for at, viewer, name in rows]


def add_person(
    actor: Actor,
    *,
    name: str,
    email: str | None,
    phone: str | None,
    now: datetime,
    today: date,
) -> Person:
    """Add somebody who works for a society and is no member; members come through the register.

    Raises Rejected `name_missing`, `contact_missing`, `email_bad`, `phone_bad`, Conflict
    `contact_taken`.
    """
    require(actor, Permission.CHANGE_MEMBER, Target())
    if not name.strip():
        raise Rejected("name_missing", "name")
    kept_email, kept_phone = normal_email(email or ""), normal_phone(phone or "")
    if email and kept_email is None:
        raise Rejected("email_bad", "email")
    if phone and kept_phone is None:
        raise Rejected("phone_bad", "phone")
    if not (kept_email or kept_phone):
        raise Rejected("contact_missing", "email")
    for known in (kept_email, kept_phone):
        if known and signin.person_named(known):
            raise Conflict("contact_taken")
    person = Person(
        email=kept_email,
        phone=kept_phone,
        created_at=now,
        names=[PersonName(name=name.strip(), from_on=today)],
    )
    session.add(person)
    session.flush()
    journal.record(actor, "person.added", "person", person.id, now=now, values={"name": name})
    return person


def _own(actor: Actor) -> Person:
    person = session.get_one(Person, actor.person_id)
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    return person
