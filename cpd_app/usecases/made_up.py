"""Hours made up for a year that fell short, after a conditional decision (domain.md §8)."""

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import Activity, Credit, Decision
from cpd_app.usecases.make_up_windows import MAKE_UP


def made_up_for(decision: Decision) -> dict[int, int]:
    """Hours (hundredths) made up so far, by year, at most what was asked for.

    They are those of records bound to the year (usecases/make_up.py), which count there only.
    """
    done: dict[int, int] = {}
    for _activity, credit in make_up_records(decision):
        if credit.bound_year is not None:
            done[credit.bound_year] = done.get(credit.bound_year, 0) + credit.recognised
    asked = {int(row["year"]): int(row["hours"]) for row in decision.make_up}
    return {year: min(hours, done.get(year, 0)) for year, hours in asked.items()}


def make_up_records(decision: Decision) -> list[tuple[Activity, Credit]]:
    """The records that make up hours by this decision, first finished first."""
    rows = session.execute(
        select(Activity, Credit)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(
            Credit.bound_source == MAKE_UP,
            Credit.bound_source_id == decision.id,
            Credit.left_out.is_(False),
            Activity.state == "recorded",
        )
        .order_by(Activity.ended_on, Activity.id)
    )
    return [(activity, credit) for activity, credit in rows]
