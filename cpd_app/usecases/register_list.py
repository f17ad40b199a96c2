"""证书登记: the register's list with what stands beside each certificate, and one certificate."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.certificates import ActKind, Done, is_suspended, possible, state_without
from cpd_app.domain.errors import Rejected
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import CertificateAct, FederationReport, Filing, Registration, Term
from cpd_app.policy import Actor, Permission, Target, may
from cpd_app.usecases.act_history import acts_of, as_done, open_proposal, term_acted_on
from cpd_app.usecases.act_papers import paper_states
from cpd_app.usecases.files import FileState
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.renewal_facts import FILED

#: a certificate in one of these states says why in the list
EXPLAINED = ("suspended", "cancelled", "revoked")


@dataclass(frozen=True)
class Certificate:
    """One certificate with its history and what may be done to it now."""

    registration: Registration
    term: Term
    #: state on the day
    state: str
    #: filed in time, and the term has ended meanwhile
    under_review: bool
    #: in the order they took effect
    acts: list[CertificateAct]
    #: where the document of an act stands, by act, for those that have one
    papers: dict[int, FileState]
    #: when the report that carried an act was made, by act
    reported: dict[int, FederationReport]
    proposal: CertificateAct | None
    #: expired, and suspended until its end
    ended_suspended: bool
    #: kinds that this person may do or propose
    possible: tuple[ActKind, ...]
    #: acts that can be set aside
    annullable: frozenset[int]


def certificate_of(actor: Actor, registration_id: int, *, today: date) -> Certificate:
    """One certificate of the actor's society."""
    registration = readable_registration(actor, registration_id)
    term = term_acted_on(registration, today)
    acts = acts_of(registration.id)
    proposal = open_proposal(registration.id)
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    state = state_on_day(term, today)
    acting = may(actor, Permission.ACT_ON_CERTIFICATE, target) and proposal is None
    judging = may(actor, Permission.CONFIRM_ACT, target) and proposal is None
    report_ids = {a.report_id for a in acts if a.report_id is not None}
    made = {
        r.id: r
        for r in session.scalars(
            select(FederationReport).where(FederationReport.id.in_(report_ids))
        )
    } if report_ids else {}  # fmt: skip
    return Certificate(
        registration=registration,
        term=term,
        state=state.value,
        under_review=state is CertificateState.EXPIRED and bool(under_review([registration.id])),
        acts=acts,
        papers=paper_states(acts),
        reported={a.id: made[a.report_id] for a in acts if a.report_id in made},
        proposal=proposal,
        ended_suspended=state is CertificateState.EXPIRED and is_suspended(as_done(acts)),
        possible=possible(state) if acting else (),
        annullable=_annullable(as_done(acts), state) if judging else frozenset(),
    )


def possible_on(found: Certificate) -> tuple[ActKind, ...]:
    """What the state allows, whoever may do it."""
    return possible(CertificateState(found.state))


def state_on_day(term: Term, today: date) -> CertificateState:
    """A term that has ended is expired, whether the clock has written it down yet or not."""
    state = CertificateState(term.state)
    ends = state in {CertificateState.ACTIVE, CertificateState.SUSPENDED}
    return CertificateState.EXPIRED if ends and term.ends_on <= today else state


def under_review(registration_ids: list[int]) -> frozenset[int]:
    """Those that filed and are not decided: 有效期届满，再注册审核中."""
    return frozenset(
        session.scalars(
            select(Filing.registration_id).where(
                Filing.registration_id.in_(registration_ids), Filing.state.in_(FILED)
            )
        )
    )


def reasons_of(registration_ids: list[int]) -> dict[int, str]:
    """Why certificates are not active, by registration; one statement for a page."""
    of_these = CertificateAct.registration_id.in_(registration_ids)
    last = (
        select(func.max(CertificateAct.id))
        .where(
            of_these,
            CertificateAct.state == "in_force",
            CertificateAct.kind.in_(EXPLAINED),
        )
        .group_by(CertificateAct.registration_id)
    )
    rows = session.execute(
        select(CertificateAct.registration_id, CertificateAct.reason_code).where(
            CertificateAct.id.in_(last)
        )
    )
    return {r.registration_id: r.reason_code for r in rows if r.reason_code}


def _annullable(done: list[Done], present: CertificateState) -> frozenset[int]:
    fit = set()
    for one in done:
        try:
            state_without(done, one.id, present)
        except Rejected:
            continue
        fit.add(one.id)
    return frozenset(fit)
