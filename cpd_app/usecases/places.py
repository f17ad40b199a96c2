"""Where a finishing day falls among the certificate terms of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.register import takes_record
from cpd_app.domain.years import year_of
from cpd_app.models import CertificateAct, Registration, Society, Term
from cpd_app.usecases.cpd_years import cpd_years


@dataclass(frozen=True)
class Place:
    """Where a finishing day falls in a registration; no term: outside every one."""

    registration_id: int
    society_id: int
    term_id: int | None
    year_index: int | None


def places_of(person_id: int, day: date, entered_on: date) -> list[Place]:
    """The registrations whose term holds this day; outside every term: all, without a term.

    The one that is shown to the member comes first: its rule set decides what is refused.
    """
    return places_among(terms_of([person_id]).get(person_id, []), day, entered_on)


def terms_of(person_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The terms of people, with registration and society, as `places_among` wants them."""
    found: dict[int, list[Any]] = {}
    given_up = (
        select(func.min(CertificateAct.effective_on))
        .where(
            CertificateAct.registration_id == Registration.id,
            CertificateAct.kind == "cancelled",
            CertificateAct.reason_code == "transfer",
            CertificateAct.state == "in_force",
        )
        .correlate(Registration)
        .scalar_subquery()
    )
    left_on = func.coalesce(given_up, _taken_back())
    for row in session.execute(
        select(
            Registration.person_id,
            Registration.id.label("registration_id"),
            Registration.society_id,
            Society.year_kind,
            Term.id.label("term_id"),
            Term.starts_on,
            Term.ends_on,
            left_on.label("left_on"),
        )
        .join(Society, Society.id == Registration.society_id)
        .join(Term, Term.registration_id == Registration.id)
        .where(Registration.person_id.in_(person_ids))
        .order_by(Term.ends_on, Registration.id)
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


def _taken_back() -> ScalarSelect[date]:
    """Since when the transfer is set aside that a registration came from; it takes no more then."""
    annulled, transfer = aliased(CertificateAct), aliased(CertificateAct)
    return (
        select(func.min(annulled.effective_on))
        .join(transfer, transfer.id == annulled.annuls_id)
        .where(
            transfer.registration_id == Registration.transferred_from_id,
            transfer.reason_code == "transfer",
            transfer.confirmed_at == Registration.created_at,
            annulled.state == "in_force",
        )
        .correlate(Registration)
        .scalar_subquery()
    )


def places_among(terms: Sequence[Any], day: date, entered_on: date) -> list[Place]:
    """Where a day falls among one person's terms; what was left by a transfer takes no more."""
    taking = [r for r in terms if takes_record(r.left_on, day, entered_on)]
    inside = [
        Place(r.registration_id, r.society_id, r.term_id, year_index(r, day))
        for r in taking
        if r.starts_on <= day < r.ends_on
    ]
    if inside:
        return inside
    outside = {
        r.registration_id: Place(r.registration_id, r.society_id, None, None) for r in taking
    }
    return list(outside.values())


def year_index(term: Any, day: date) -> int | None:
    """Which CPD year of a term (a row with starts_on, ends_on, year_kind) a day lies in."""
    return year_of(cpd_years(term.starts_on, term.ends_on, term.year_kind), day)
