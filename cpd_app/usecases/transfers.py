"""转会: a member goes on with another society; the society that is left has consented before.

1. The giving society's registrar cancels with the reason 转会: that is a consent and waits.
2. The receiving registrar enters the old number: the old registration is cancelled and announced,
   a new one begins, linked to it, with the same term; records follow the person (domain.md §9).
3. From that day the old registration takes no more records (`register.takes_record`); relief that
   was granted for the term, rulings and checked papers hold in the new one too.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.certificates import ActKind
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.models import CertificateAct, Registration, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.act_history import term_acted_on
from cpd_app.usecases.acts import enforce
from cpd_app.usecases.credits import lock
from cpd_app.usecases.registrations import MOST_NUMBER, replace_credits
from cpd_app.usecases.term_acts import note_term
from cpd_app.usecases.transferred_findings import carry_findings
from cpd_app.usecases.transferred_reliefs import carry_bindings, carry_reliefs


@dataclass(frozen=True)
class Transfer:
    """What the receiving registrar enters."""

    #: number with the society that is left
    former_no: str
    #: number with this society
    registration_no: str
    #: the document by which this society takes the member in (文号)
    document_no: str


def receive_transfer(
    actor: Actor, society_id: int, new: Transfer, *, now: datetime, today: date
) -> Registration:
    """Take a member in from another society; returns the new registration.

    Raises Rejected `transfer_not_consented` (also for a number that nobody has), `barred`,
    `transfer_same_society`, `missing`, `too_long`; Conflict `already_registered`.
    """
    require(actor, Permission.IMPORT_MEMBERS, Target(societies=frozenset({society_id})))
    number = _checked(new)
    consent = session.scalar(
        select(CertificateAct)
        .join(Registration, Registration.id == CertificateAct.registration_id)
        .where(
            Registration.number_key == number_key(new.former_no),
            CertificateAct.state == "consented",
        )
    )
    if consent is None:
        raise Rejected("transfer_not_consented", "former_no")
    former = session.get_one(Registration, consent.registration_id)
    target = Target(owner_id=former.person_id, societies=frozenset({society_id}))
    require(actor, Permission.WRITE_REGISTRATION, target)
    lock(former.id)
    session.refresh(consent)
    if consent.state != "consented":
        raise Rejected("transfer_not_consented", "former_no")
    if former.society_id == society_id:
        raise Rejected("transfer_same_society", "former_no")
    if former.person.barred_on is not None:
        raise Rejected("barred")
    old = term_acted_on(former, today)
    if old.state != "active" or old.ends_on <= today:
        raise Rejected("transfer_not_possible", "former_no")
    made = _registration(former, old, society_id, number, now=now)
    consent.confirmed_by_id, consent.confirmed_at = actor.person_id, now
    consent.effective_on = today
    enforce(actor, former, consent, now=now, today=today)
    note_term(
        actor, made, made.terms[0], ActKind.ISSUED, document_no=new.document_no.strip(), now=now
    ).reason_code = "transfer"
    journal.record(
        actor,
        "registration.transferred",
        "registration",
        made.id,
        now=now,
        society_id=society_id,
        data={"former": former.id, "act": consent.id, "person": former.person_id},
    )
    carried = carry_reliefs(actor, former, old, made, now=now)
    replace_credits(actor, made.person_id, since=old.starts_on, now=now)
    carry_findings(actor, former, made, now=now)
    carry_bindings(actor, carried, made, now=now)
    return made


def _checked(new: Transfer) -> str:
    """The new number as it is kept; every part of the form is there."""
    number = " ".join(new.registration_no.split())
    for name, text in (
        ("former_no", new.former_no.strip()),
        ("registration_no", number),
        ("document_no", new.document_no.strip()),
    ):
        if not text:
            raise Rejected("missing", name)
        if len(text) > MOST_NUMBER:
            raise Rejected("too_long", name, most=MOST_NUMBER)
    taken = select(Registration.id).where(Registration.number_key == number_key(number))
    if session.scalar(taken) is not None:
        raise Conflict("already_registered", "registration_no", number=number)
    return number


def _registration(
    former: Registration, old: Term, society_id: int, number: str, *, now: datetime
) -> Registration:
    """The same field, level and term with the new society: years and their hours go on."""
    made = Registration(
        person_id=former.person_id,
        society_id=society_id,
        number=number,
        number_key=number_key(number),
        field_id=former.field_id,
        field_text=former.field_text,
        specialty=former.specialty,
        created_at=now,
        transferred_from_id=former.id,
    )
    made.terms = [
        Term(level=old.level, starts_on=old.starts_on, ends_on=old.ends_on, state="active")
    ]
    session.add(made)
    session.flush()
    return made
