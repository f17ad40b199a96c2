"""The calendar of Chinese working days: announced years from the tables, others an estimate."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import chinese_calendar.constants as announced
import holidays
from sqlalchemy import insert, select

from cpd_app.db import session
from cpd_app.domain.work_days import LONGEST_DAYS, WorkCalendar
from cpd_app.models import CalendarDay, CalendarYear

#: how the years that came with the release are named
RELEASE = "chinesecalendar 1.11"
#: the names of the data's holidays in Chinese
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
LONGEST = timedelta(days=LONGEST_DAYS)


def calendar_around(first: date, last: date | None = None) -> WorkCalendar:
    """The calendar for deadlines that begin between these days; two statements.

    A year that the State Council has not announced has its statutory days off and no make-up
    workdays, and is not among the `announced` ones: whatever is computed with it is provisional.
    """
    until = (last or first) + LONGEST
    years = range(first.year, until.year + 1)
    known = frozenset(
        session.scalars(select(CalendarYear.year).where(CalendarYear.year.in_(years)))
    )
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.works).where(CalendarDay.day.between(first, until))
    )
    exceptions = {row.day: row.works for row in rows}
    for day in statutory_days(y for y in years if y not in known):
        exceptions.setdefault(day, False)
    return WorkCalendar(exceptions, known)


def statutory_days(years: Iterable[int]) -> list[date]:
    """Days off by law in years whose notice is still to come: an estimate, no make-up days."""
    wanted = list(years)
    return sorted(holidays.country_holidays("CN", years=wanted)) if wanted else []


def load_calendar(*, now: datetime) -> None:
    """Enter the announced years that this release brings; a year that is there stays as it is."""
    known = set(session.scalars(select(CalendarYear.year)))
    new = {day.year for day in announced.holidays} - known
    if not new:
        return
    session.add_all(
        CalendarYear(year=year, source=RELEASE, entered_at=now, entered_by_id=None)
        for year in sorted(new)
    )
    days = [
        {"day": day, "works": works, "name": NAMES[str(name)]}
        for table, works in ((announced.holidays, False), (announced.workdays, True))
        for day, name in table.items()
        if day.year in new
    ]
    session.execute(insert(CalendarDay), days)
