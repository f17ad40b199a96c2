"""What was done to a certificate, and what waits for a second person."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.certificates import MOVES, ActKind, Done
from cpd_app.domain.errors import Rejected
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import CertificateAct, Registration, Term
from cpd_app.policy import Actor, Permission, Target, require

#: states of acts that have taken effect
DONE = ("in_force", "annulled")
OPEN = ("proposed", "asked", "consented")
#: rows of one page of proposals
MOST_OPEN = 200


def acts_of(registration_id: int) -> list[CertificateAct]:
    """Every act that took effect, in the order it did; one statement."""
    return list(
        session.scalars(
            select(CertificateAct)
            .where(
                CertificateAct.registration_id == registration_id,
                CertificateAct.state.in_(DONE),
            )
            .order_by(CertificateAct.published_at, CertificateAct.id)
        )
    )


def as_done(acts: Sequence[CertificateAct]) -> list[Done]:
    """The same as the rules see them."""
    return [
        Done(
            a.id,
            ActKind(a.kind),
            CertificateState(a.former_state),
            annulled=a.state == "annulled",
        )
        for a in acts
    ]


def last_act_id(registration_id: int) -> int | None:
    """The newest act, whatever became of it: what a form has seen."""
    return session.scalar(
        select(func.max(CertificateAct.id)).where(CertificateAct.registration_id == registration_id)
    )


def last_change_on(registration_id: int) -> date | None:
    """Since when the last act that changed the state and still stands is in effect."""
    return session.scalar(
        select(func.max(CertificateAct.effective_on)).where(
            CertificateAct.registration_id == registration_id,
            CertificateAct.state == "in_force",
            CertificateAct.kind.in_([k.value for k in MOVES]),
        )
    )


def open_proposal(registration_id: int) -> CertificateAct | None:
    """What waits for a second person, or for the registrar."""
    return session.scalar(
        select(CertificateAct).where(
            CertificateAct.registration_id == registration_id, CertificateAct.state.in_(OPEN)
        )
    )


def open_proposals(actor: Actor, society_id: int) -> list[tuple[CertificateAct, Registration]]:
    """Every proposal and wish of a society's members, the oldest first."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    rows = session.execute(
        select(CertificateAct, Registration)
        .join(Registration, Registration.id == CertificateAct.registration_id)
        .where(CertificateAct.society_id == society_id, CertificateAct.state.in_(OPEN))
        .order_by(CertificateAct.id)
        .limit(MOST_OPEN)
    )
    return [(act, registration) for act, registration in rows]


def count_open(society_id: int) -> int:
    """How many of them, for the navigation."""
    return (
        session.scalar(
            select(func.count())
            .select_from(CertificateAct)
            .where(CertificateAct.society_id == society_id, CertificateAct.state.in_(OPEN))
        )
        or 0
    )


def term_acted_on(registration: Registration, today: date) -> Term:
    """The certificate that an act concerns: the first that has not ended, else the last one."""
    terms = registration.terms
    if not terms:
        raise Rejected("no_term")
    return next((t for t in terms if t.ends_on > today), terms[-1])


def act_of_key(registration_id: int, key: str) -> CertificateAct | None:
    """The act that a form with this key did or proposed; None: it was not sent yet."""
    return session.scalar(
        select(CertificateAct).where(
            CertificateAct.registration_id == registration_id, CertificateAct.key == key
        )
    )
