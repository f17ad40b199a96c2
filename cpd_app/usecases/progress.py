"""How a registration stands: years and readiness, the same for member, staff, API and export."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.assurance import AuditProofSetting
from cpd_app.domain.errors import Rejected
from cpd_app.domain.progress import YearProgress, current_year, minimums_of, term_progress
from cpd_app.domain.renewal import (
    CertificateState,
    Readiness,
    RenewalInput,
    RenewalSetting,
    State,
    readiness,
)
from cpd_app.domain.years import Requirement as RequirementFrom
from cpd_app.domain.years import Term as TermRange
from cpd_app.domain.years import targets_of
from cpd_app.models import Registration, Requirement, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.records import RecordRow, records_of
from cpd_app.usecases.registrations_shown import readable_registration, term_on
from cpd_app.usecases.renewal_facts import RenewalFacts, facts_of
from cpd_app.usecases.rules_in_force import Rules
from cpd_app.usecases.term_sums import TermSums, sums_of

__all__ = ["AuditProofSetting", "Standing", "readiness_of", "standing_of"]


@dataclass(frozen=True)
class Standing:
    """A registration's term on a day: its years, its checks, and the records behind them."""

    registration: Registration
    term: Term
    readiness: Readiness
    #: every recorded record of the registration, newest first
    records: list[RecordRow]
    #: whether the society adopted the table that is in force (else 系统折算)
    adopted: bool

    @property
    def years(self) -> tuple[YearProgress, ...]:
        """One row a CPD year of the term."""
        return self.readiness.years

    @property
    def current(self) -> YearProgress | None:
        """The running year; None before and after the term."""
        return current_year(self.years, self.readiness.on)

    @property
    def in_term(self) -> list[RecordRow]:
        """Records of this term."""
        return [r for r in self.records if r.term_id == self.term.id]


def readiness_of(actor: Actor, registration_id: int, *, on: date) -> Standing:
    """How a registration stands on a day, for whoever may read it (domain.md §7).

    `on` moves today only; records are as known now.
    """
    return standing_of(actor, readable_registration(actor, registration_id), on=on)


def standing_of(
    actor: Actor, registration: Registration, *, on: date, term: Term | None = None
) -> Standing:
    """The same for a registration that was loaded already; `term` instead of the day's."""
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.READ_READINESS, target)
    chosen = term or term_on(registration, on)
    if chosen is None:
        raise Rejected("no_registration")
    of_society = OfSociety(registration.society_id)
    records = records_of(registration)
    return Standing(
        registration=registration,
        term=chosen,
        readiness=judge(
            registration,
            chosen,
            sums_of(records, chosen.id),
            of_society,
            facts_of([(registration, chosen)])[chosen.id],
            on=on,
        ),
        records=records,
        adopted=_adopted(of_society.rules, on),
    )


class OfSociety:
    """What a society's rules say about every one of its registrations, read once."""

    def __init__(self, society_id: int) -> None:
        """Two statements."""
        self.rules = Rules(society_id)
        self.requirements = requirements_of(society_id)


def judge(
    registration: Registration,
    term: Term,
    sums: TermSums,
    of_society: OfSociety,
    facts: RenewalFacts,
    *,
    on: date,
) -> Readiness:
    """How a term stands by what was loaded; one function for one registration and for thousands."""
    known = RenewalInput(
        term=TermRange(term.starts_on, term.ends_on),
        years=_years(registration, term, sums, of_society, facts, on),
        certificate=CertificateState(term.state),
        barred=registration.person.barred_on is not None,
        records_missing_evidence=sums.missing_evidence,
        open_rulings=sums.open_rulings,
        returns_due_on=facts.returns_due_on,
        membership_until=facts.membership_until,
        summary_characters=facts.summary_characters,
        filed=facts.filed,
        setting=renewal_setting(registration),
    )
    return readiness(known, on)


def renewal_setting(registration: Registration) -> RenewalSetting:
    """What the society set differently from the defaults of §7."""
    chosen = registration.society.settings
    default = RenewalSetting()
    lapsed = State(chosen.get("membership_lapsed", default.lapsed_membership))
    return RenewalSetting(
        window_days=chosen.get("window_days", default.window_days), lapsed_membership=lapsed
    )


def requirements_of(society_id: int) -> list[RequirementFrom]:
    """What a society asks a year, by day; empty: 50 学时 (handbook Q22)."""
    rows = session.execute(
        select(Requirement.in_force_on, Requirement.hours).where(
            Requirement.society_id == society_id
        )
    )
    return [RequirementFrom(r.in_force_on, r.hours) for r in rows]


def _years(
    registration: Registration,
    term: Term,
    sums: TermSums,
    of_society: OfSociety,
    facts: RenewalFacts,
    on: date,
) -> tuple[YearProgress, ...]:
    years = cpd_years(term.starts_on, term.ends_on, registration.society.year_kind)
    return term_progress(
        targets_of(years, of_society.requirements, facts.reductions, facts.deferrals),
        sums.years,
        sums.audit_proof,
        on,
        minimums=minimums_of(of_society.rules.on(term.starts_on).rule_set),
    )


def _adopted(rules: Rules, on: date) -> bool:
    try:
        return rules.on(on).adopted
    except Rejected:
        return False
