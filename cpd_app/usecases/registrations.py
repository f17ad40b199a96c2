"""The register: who is registered in which field, for which terms, at which level."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.certificates import is_suspended
from cpd_app.domain.errors import Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.domain.register import (
    CertificateTerm,
    Level,
    reregistered,
    upgraded,
)
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import Activity, Field, Registration, Society, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.act_history import acts_of, as_done
from cpd_app.usecases.certificate_messages import tell_term
from cpd_app.usecases.credits import lock, settle_again
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.term_acts import BEGUN_BY, note_term

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


@dataclass(frozen=True)
class Option:
    """A next term that could be given, or the refusal that says why not."""

    act: str
    term: CertificateTerm | None
    refusal: Rejected | None


def next_terms_of(registration: Registration, today: date) -> list[Option]:
    """What a renewal and an upgrade of a registration would come to on this day."""
    options = []
    for act in ("renewal", "upgrade"):
        try:
            term, _cut_on = next_term_of(registration, act, None, today)
        except Rejected as refusal:
            options.append(Option(act, None, refusal))
        else:
            options.append(Option(act, term, None))
    return options


def may_register(actor: Actor, society_id: int) -> None:
    """For the form: whoever may not register is told so before they type."""
    require(actor, Permission.WRITE_REGISTRATION, Target(societies=frozenset({society_id})))


def add_term(
    actor: Actor, registration_id: int, next_term: NextTerm, *, now: datetime, today: date
) -> Term:
    """Give a registration its next term; number and records stay (handbook Q28, Q34)."""
    registration = own_registration(actor, registration_id)
    term = give_next_term(actor, registration, next_term, now=now, today=today)
    tell_term(registration, term, BEGUN_BY[next_term.act], now=now)
    return term


def give_next_term(
    actor: Actor, registration: Registration, next_term: NextTerm, *, now: datetime, today: date
) -> Term:
    """The same for whoever asked for permission already: a decision on a filing that came in force.

    Raises Rejected `missing`, `barred`, `certificate_closed`, `window_not_open` …
    """
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
        state=_state_of_next(registration).value,
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
    kind = BEGUN_BY[next_term.act]
    note_term(actor, registration, term, kind, document_no=document_no[:80], now=now)
    replace_credits(actor, registration.person_id, since=term.starts_on, now=now)
    return term


def _state_of_next(registration: Registration) -> CertificateState:
    """A suspension goes on over the end of a term: only its resumption ends it."""
    suspended = is_suspended(as_done(acts_of(registration.id)))
    return CertificateState.SUSPENDED if suspended else CertificateState.ACTIVE


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


def counter_person(actor: Actor, registration_id: int) -> int:
    """Whose code is asked for at the counter of a registration's society."""
    registration = readable_registration(actor, registration_id)
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.ACTIVATE_MEMBER, target)
    return registration.person_id


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
        .with_for_update(key_share=True)
    ).all()
    if records:
        settle_again(actor, person_id, records, now=now)


def _as_rule(term: Term) -> CertificateTerm:
    return CertificateTerm(
        Level(term.level), term.starts_on, term.ends_on, CertificateState(term.state)
    )


def _folded(text: str) -> str:
    return number_key(text).casefold()
