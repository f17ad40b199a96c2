"""Hours made up for a year that fell short, after a conditional decision (domain.md §8)."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import Activity, Credit, Decision, Filing


def made_up_for(decision: Decision, filing: Filing, *, zone: str, today: date) -> dict[int, int]:
    """Hours (hundredths) made up so far, by year.

    Records that were finished after the decision and by its day, given to the years that fell
    short in order; each hour once. At the desk staff see which they are and confirm them.
    """
    if decision.confirmed_at is None or decision.make_up_until_on is None:
        return {}
    left = sum(
        hours for _activity, hours in make_up_records(decision, filing, zone=zone, today=today)
    )
    made: dict[int, int] = {}
    for asked in sorted(decision.make_up, key=lambda a: int(a["year"])):
        given = min(left, int(asked["hours"]))
        made[int(asked["year"])] = given
        left -= given
    return made


def make_up_records(
    decision: Decision, filing: Filing, *, zone: str, today: date
) -> list[tuple[Activity, int]]:
    """The records that may make up hours, with what each is worth, first finished first."""
    if decision.confirmed_at is None or decision.make_up_until_on is None:
        return []
    since = decision.confirmed_at.astimezone(ZoneInfo(zone)).date()
    rows = session.execute(
        select(Activity, Credit)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(
            Credit.registration_id == filing.registration_id,
            Credit.left_out.is_(False),
            Activity.state == "recorded",
            Activity.ended_on > since,
            Activity.ended_on <= min(decision.make_up_until_on, today),
        )
        .order_by(Activity.ended_on, Activity.id)
    )
    return [
        # after the old term a record stands in none until the new one begins
        (activity, credit.recognised if credit.term_id is not None else credit.conversion)
        for activity, credit in rows
    ]
