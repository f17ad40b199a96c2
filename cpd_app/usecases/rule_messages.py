"""What members are told of rules: a year that was computed again, a record that was ruled on."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Activity, Credit, Registration, Ruling, Term
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.messages import About, Draft, take_back, tell, tell_all

#: registration, term, year of the term
Year = tuple[int, int, int]


def hours_by_year(registration_ids: Collection[int]) -> dict[Year, int]:
    """Recognised hours (hundredths) of every year of some registrations; one statement."""
    rows = session.execute(
        select(
            Credit.registration_id,
            Credit.term_id,
            Credit.year_index,
            func.sum(Credit.recognised),
        )
        .join(Activity, Activity.id == Credit.activity_id)
        .where(
            Credit.registration_id.in_(registration_ids),
            Credit.term_id.is_not(None),
            Credit.year_index.is_not(None),
            Credit.left_out.is_(False),
            Activity.state == "recorded",
        )
        .group_by(Credit.registration_id, Credit.term_id, Credit.year_index)
    )
    return {(row[0], row[1] or 0, row[2] or 0): int(row[3]) for row in rows}


def tell_rule_change(
    job_id: int,
    before: Mapping[Year, int],
    after: Mapping[Year, int],
    versions: Mapping[Year, int],
    *,
    now: datetime,
) -> int:
    """Tell the members whose years came to something else; how many messages there are.

    `versions`: number of the newest version by which records of a year were computed again.
    """
    moved = {
        year: (before.get(year, 0), after.get(year, 0))
        for year in sorted({*before, *after})
        if before.get(year, 0) != after.get(year, 0) and year in versions
    }
    terms = {
        term.id: term
        for term in session.scalars(
            select(Term).where(Term.id.in_({term_id for _r, term_id, _y in moved}))
        )
    }
    registrations = {
        one.id: one
        for one in session.scalars(
            select(Registration)
            .where(Registration.id.in_({registration_id for registration_id, _t, _y in moved}))
            .options(selectinload(Registration.society))
        )
    }
    drafts = []
    for (registration_id, term_id, index), (was, became) in moved.items():
        one, term = registrations[registration_id], terms[term_id]
        years = cpd_years(term.starts_on, term.ends_on, one.society.year_kind)
        year = next(y for y in years if y.index == index)
        drafts.append(
            Draft(
                one.person_id,
                MessageKind.RULE_CHANGED,
                f"rules:{job_id}:{registration_id}:{term_id}:{index}",
                {
                    "year": index,
                    "starts_on": year.starts_on.isoformat(),
                    "last_on": (year.ends_on - timedelta(days=1)).isoformat(),
                    "before_hours": was,
                    "after_hours": became,
                    "version": versions[registration_id, term_id, index],
                    "registration_id": registration_id,
                },
                one.society_id,
            )
        )
    return tell_all(drafts, now=now)


def tell_ruled(
    registration: Registration, activity: Activity, ruling: Ruling, *, now: datetime
) -> None:
    """The society fixed the hours of a record; what nobody read of an earlier ruling goes."""
    about = About((MessageKind.RULED,), {"activity_id": activity.id}, (registration.person_id,))
    take_back(about, now=now, unsent=True)
    data = {
        "title": activity.title,
        "asked_hours": ruling.asked,
        "given_hours": ruling.granted,
        "activity_id": activity.id,
    }
    key = f"ruling:{ruling.id}"
    draft = Draft(registration.person_id, MessageKind.RULED, key, data, registration.society_id)
    tell(draft, now=now)
