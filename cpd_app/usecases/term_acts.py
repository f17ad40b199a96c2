"""The acts that begin a term (issued, renewed, upgraded), and its end by the calendar."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.certificates import ActKind
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import CertificateAct, Registration, Term
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.certificate_messages import tell_expired
from cpd_app.usecases.credits import lock_many

#: `NextTerm.act` -> what the register calls it
BEGUN_BY = {"renewal": ActKind.RENEWED, "upgrade": ActKind.UPGRADED}
ENDING = (CertificateState.ACTIVE.value, CertificateState.SUSPENDED.value)


def note_term(
    actor: Actor,
    registration: Registration,
    term: Term,
    kind: ActKind,
    *,
    document_no: str | None,
    now: datetime,
) -> CertificateAct:
    """Write down that a term was begun; it is public at once."""
    row = CertificateAct(
        **values_of_act(kind, now=now),
        society_id=registration.society_id,
        registration_id=registration.id,
        term_id=term.id,
        document_no=document_no,
        effective_on=term.starts_on,
        proposed_by_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row


def values_of_act(kind: ActKind, *, now: datetime) -> dict[str, Any]:
    """What all acts that need no second person have in common, for rows by the thousand too."""
    return {
        "kind": kind.value,
        "state": "in_force",
        "former_state": CertificateState.ACTIVE.value,
        "proposed_at": now,
        "published_at": now,
        "version": 1,
    }


def expire_terms(*, now: datetime, today: date, limit: int = 1000) -> int:
    """Mark certificates whose last day is over, some at a time; returns how many.

    No act of anybody and therefore no announcement: the term says its end from the first day on.
    Registrations are judged anew, since their version moves.
    """
    rows = session.execute(
        select(Term.id, Term.registration_id, Registration.society_id)
        .join(Registration, Registration.id == Term.registration_id)
        .where(Term.ends_on <= today, Term.state.in_(ENDING))
        .order_by(Term.ends_on, Term.id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    lock_many(sorted({r.registration_id for r in rows}))
    due = session.scalars(
        select(Term)
        .where(Term.id.in_([r.id for r in rows]), Term.state.in_(ENDING))
        .execution_options(populate_existing=True)
    ).all()
    former = {term.id: term.state for term in due}
    for term in due:
        term.state = CertificateState.EXPIRED.value
    journal.record_many(
        Actor.system("expire-terms"),
        "term.expired",
        "registration",
        [
            (r.registration_id, r.society_id, {"term": r.id, "former": former[r.id]})
            for r in rows
            if r.id in former
        ],
        now=now,
    )
    session.flush()
    tell_expired(due, today=today, now=now)
    return len(due)
