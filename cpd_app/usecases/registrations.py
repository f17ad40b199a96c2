"""The register: who is registered in which field, for which terms, at which level."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.domain.register import (
    CertificateTerm,
    Level,
    check_no_overlap,
    level_of,
    reregistered,
    state_of,
    term_of,
    upgraded,
)
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import Activity, Field, Registration, Society, SocietyMembership, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.accounts import NewPerson, find_or_add, text_or_none
from cpd_app.usecases.credits import lock, settle
from cpd_app.usecases.registrations_shown import readable_registration

MOST_NUMBER = 60
MOST_FIELD = 120


@dataclass(frozen=True)
class NewRegistration:
    """The columns of the members file, and of the form at the desk."""

    name: str
    #: code of the society
    society: str
    registration_no: str
    level: str
    #: Chinese name, other spelling or code of the taxonomy; unknown: to be mapped
    field: str
    starts_on: date
    login: str = ""
    email: str | None = None
    phone: str | None = None
    employer: str | None = None
    name_en: str | None = None
    specialty: str | None = None
    #: exclusive; None = five years
    ends_on: date | None = None
    state: str = "active"
    society_member_no: str | None = None
    membership_until: date | None = None


@dataclass(frozen=True)
class Registered:
    """What registering came to."""

    registration_id: int
    term_id: int
    person_id: int
    new_person: bool
    new_registration: bool
    field_known: bool


class Known:
    """Societies and fields, read once for a whole file."""

    def __init__(self) -> None:
        """Read both tables; they are short."""
        self.societies = {s.code: s for s in session.scalars(select(Society))}
        self._fields: dict[str, int] = {}
        rows = session.scalars(
            select(Field).where(Field.parent_id.is_(None)).order_by(Field.id.desc())
        )
        for field in rows:
            for spelling in (field.code, field.name, field.name_en, *field.aliases):
                self._fields[_folded(spelling)] = field.id

    def society(self, code: str) -> Society:
        """The society with this code; Rejected `unknown_society`."""
        found = self.societies.get(code.strip())
        if found is None:
            raise Rejected("unknown_society", "society", society=code)
        return found

    def field_id(self, text: str) -> int | None:
        """The field that a text means; None is to be mapped."""
        return self._fields.get(_folded(text))


def register_member(
    actor: Actor,
    new: NewRegistration,
    *,
    now: datetime,
    today: date,
    known: Known | None = None,
) -> Registered:
    """Enter a certificate: person, registration, term; what is there already is added to.

    A number that is registered for the same person and society gets one more term. Rejected and
    Conflict name the column. `known` spares reading societies and fields for every row of a file.
    """
    known = known or Known()
    society = known.society(new.society)
    require(actor, Permission.WRITE_REGISTRATION, Target(societies=frozenset({society.id})))
    number = _number(new.registration_no)
    term = _term(new)
    present = session.scalar(
        select(Registration).where(Registration.number_key == number_key(number))
    )
    if present is not None and present.society_id != society.id:
        raise Conflict("number_taken", "registration_no", number=number)
    person, new_person = find_or_add(
        NewPerson(
            new.name, new.login, new.email, new.phone, new.name_en, new.employer, number=number
        ),
        known=present.person if present else None,
        since=min(new.starts_on, today),
        now=now,
    )
    target = Target(owner_id=person.id, societies=frozenset({society.id}))
    require(actor, Permission.WRITE_REGISTRATION, target)
    registration = present or _new_registration(new, number, person.id, society.id, known, now)
    kept = _keep_term(registration, term)
    _keep_membership(person.id, society.id, new)
    session.flush()
    journal.record(
        actor,
        "registration.created" if present is None else "term.added",
        "registration",
        registration.id,
        now=now,
        society_id=society.id,
        data={"person": person.id, "new_person": new_person, "term": kept.id, "level": kept.level},
    )
    if not new_person:
        replace_credits(actor, person.id, since=kept.starts_on, now=now)
    return Registered(
        registration_id=registration.id,
        term_id=kept.id,
        person_id=person.id,
        new_person=new_person,
        new_registration=present is None,
        field_known=registration.field_id is not None,
    )


@dataclass(frozen=True)
class NextTerm:
    """A staff decision that gives a registration its next term."""

    #: renewal (再注册) or upgrade (晋级)
    act: str
    #: the document it was decided by (文号)
    document_no: str
    #: first day of the new certificate; a renewal always begins at the old end
    starts_on: date | None = None


def next_term_of(
    registration: Registration, act: str, starts_on: date | None, today: date
) -> tuple[CertificateTerm, date | None]:
    """The term an act would add, and where it cuts the last one; Rejected says why not."""
    if registration.person.barred_on is not None:
        raise Rejected("barred")
    if not registration.terms:
        raise Rejected("no_term")
    last = _as_rule(registration.terms[-1])
    if act == "renewal":
        return reregistered(last, today), None
    if act == "upgrade":
        return upgraded(last, starts_on or last.ends_on)
    raise Rejected("unknown_act", "act")


def add_term(
    actor: Actor, registration_id: int, next_term: NextTerm, *, now: datetime, today: date
) -> Term:
    """Give a registration its next term; number and records stay (handbook Q28, Q34)."""
    registration = own_registration(actor, registration_id)
    document_no = next_term.document_no.strip()
    if not document_no:
        raise Rejected("missing", "document_no")
    rule, cut_on = next_term_of(registration, next_term.act, next_term.starts_on, today)
    last = registration.terms[-1]
    before = last.ends_on
    if cut_on is not None:
        last.ends_on = cut_on
    term = Term(
        registration_id=registration.id,
        level=rule.level.value,
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
        state=CertificateState.ACTIVE.value,
    )
    registration.terms.append(term)
    lock(registration.id)
    session.flush()
    journal.record(
        actor,
        "term.added",
        "registration",
        registration.id,
        now=now,
        society_id=registration.society_id,
        data={"term": term.id, "act": next_term.act, "level": term.level, "former": last.id,
              "former_ended_on": before.isoformat()},
        values={"document_no": document_no[:80]},
    )  # fmt: skip
    replace_credits(actor, registration.person_id, since=term.starts_on, now=now)
    return term


def map_field(
    actor: Actor,
    registration_id: int,
    field_id: int,
    *,
    all_alike: bool,
    now: datetime,
) -> int:
    """Say which field of the taxonomy a text means; for all that say the same, or this one only.

    Returns how many registrations were mapped; the text that came with them stays.
    """
    registration = own_registration(actor, registration_id)
    field = session.get(Field, field_id)
    if field is None or field.parent_id is not None:
        raise Rejected("unknown_field_of_engineering", "field_id")
    alike = [registration]
    if all_alike:
        alike = list(
            session.scalars(
                select(Registration).where(
                    Registration.society_id == registration.society_id,
                    Registration.field_id.is_(None),
                    Registration.field_text == registration.field_text,
                    Registration.person_id != actor.person_id,
                )
            )
        ) or [registration]
    for one in alike:
        former, one.field_id = one.field_id, field.id
        journal.record(
            actor,
            "registration.mapped",
            "registration",
            one.id,
            now=now,
            society_id=one.society_id,
            data={"field": field.code, "former": former},
        )
    return len(alike)


def fields_to_map(actor: Actor, society_id: int) -> list[tuple[str, int, int]]:
    """Texts that no field of the taxonomy is known for: text, how many, one registration's id."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    rows = session.execute(
        select(Registration.field_text, func.count(), func.min(Registration.id))
        .where(Registration.society_id == society_id, Registration.field_id.is_(None))
        .group_by(Registration.field_text)
        .order_by(func.count().desc(), Registration.field_text)
    ).all()
    return [(text, int(count), int(first)) for text, count, first in rows]


def fields_of_engineering() -> list[Field]:
    """The fields one can be registered in, in the order of the federation's list."""
    return list(session.scalars(select(Field).where(Field.parent_id.is_(None)).order_by(Field.id)))


def own_registration(actor: Actor, registration_id: int) -> Registration:
    """A registration that the actor may change; NotFound outside the actor's societies."""
    registration = readable_registration(actor, registration_id)
    require(
        actor,
        Permission.WRITE_REGISTRATION,
        Target(owner_id=registration.person_id, societies=frozenset({registration.society_id})),
    )
    return registration


def replace_credits(actor: Actor, person_id: int, *, since: date, now: datetime) -> None:
    """Make the credits of a person's records anew after the terms they fall in have changed."""
    records = session.scalars(
        select(Activity)
        .where(
            Activity.person_id == person_id,
            Activity.state == "recorded",
            Activity.ended_on >= since,
        )
        .order_by(Activity.id)
    ).all()
    for record in records:
        settle(actor, record, now=now)


def _number(text: str) -> str:
    number = " ".join(text.split())
    if not number_key(number):
        raise Rejected("missing", "registration_no")
    if len(number) > MOST_NUMBER:
        raise Rejected("too_long", "registration_no", most=MOST_NUMBER)
    return number


def _term(new: NewRegistration) -> CertificateTerm:
    term = term_of(level_of(new.level), new.starts_on, new.ends_on)
    return CertificateTerm(term.level, term.starts_on, term.ends_on, state_of(new.state))


def _new_registration(
    new: NewRegistration,
    number: str,
    person_id: int,
    society_id: int,
    known: Known,
    now: datetime,
) -> Registration:
    text = new.field.strip()
    if not text:
        raise Rejected("missing", "field")
    if len(text) > MOST_FIELD:
        raise Rejected("too_long", "field", most=MOST_FIELD)
    registration = Registration(
        person_id=person_id,
        society_id=society_id,
        number=number,
        number_key=number_key(number),
        field_id=known.field_id(text),
        field_text=text,
        specialty=text_or_none(new.specialty),
        created_at=now,
        version=1,
    )
    registration.terms = []
    session.add(registration)
    return registration


def _keep_term(registration: Registration, new: CertificateTerm) -> Term:
    if any(t.starts_on == new.starts_on for t in registration.terms):
        raise Conflict("already_registered", "registration_no", number=registration.number)
    check_no_overlap([_as_rule(t) for t in registration.terms], new)
    term = Term(
        level=new.level.value,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        state=new.state.value,
    )
    registration.terms.append(term)
    registration.version += 1
    return term


def _keep_membership(person_id: int, society_id: int, new: NewRegistration) -> None:
    number = text_or_none(new.society_member_no)
    kept = session.scalar(
        select(SocietyMembership).where(
            SocietyMembership.person_id == person_id, SocietyMembership.society_id == society_id
        )
    )
    if kept is None:
        if number or new.membership_until:
            session.add(
                SocietyMembership(
                    person_id=person_id,
                    society_id=society_id,
                    number=number,
                    until_on=new.membership_until,
                )
            )
        return
    kept.number = number or kept.number
    kept.until_on = new.membership_until or kept.until_on


def _as_rule(term: Term) -> CertificateTerm:
    return CertificateTerm(
        Level(term.level), term.starts_on, term.ends_on, CertificateState(term.state)
    )


def _folded(text: str) -> str:
    return number_key(text).casefold()
