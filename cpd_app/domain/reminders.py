"""Which reminder is due: certificates, CPD years, returned files, events (domain.md §10).

A reminder has steps. A step is due from its day until the day of the next one: an outage or a late
import loses none, and none is told that a later one has replaced. Its key names the step and the
day it is about, so it is told once, and once more when that day moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cpd_app.domain.messages import Habits, out_of_quiet, quiet_begins
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.renewal import CertificateState
from cpd_app.domain.work_days import WorkCalendar
from cpd_app.domain.years import Verdict, months_after

#: before a certificate expires
EXPIRY_MONTHS = (12, 6, 3, 1)
#: of a certificate, below which its days are told: "a month" would be too much
DAYS_TOLD_BELOW = 25
#: before a CPD year ends that lacks hours
YEAR_DAYS = (90, 30, 7)
#: before the last day of a return
RETURN_WORK_DAYS = (3, 1)
#: of the day before an event, by the event's own clock [DEFAULT]
EVENING = time(18)
#: how long before quiet hours begin somebody is told who would otherwise hear too late
BEFORE_QUIET = timedelta(minutes=15)
#: no event is reminded of earlier: the evening before one that begins at midnight, and quiet hours
EVENT_HORIZON = timedelta(hours=60)

#: the certificate can still be lost; while it is suspended the requirement runs on (§9)
RUNNING = (CertificateState.ACTIVE, CertificateState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What decides whether somebody is told that a certificate expires."""

    #: exclusive
    ends_on: date
    state: CertificateState
    #: a filing is with the society, or was passed (§7, check `expiry`)
    filed: bool = False
    #: another term follows this one
    followed: bool = False
    #: for life, in all societies: there is nothing to file (handbook Q14)
    barred: bool = False


@dataclass(frozen=True, slots=True)
class LackingYear:
    """A CPD year that is still open and lacks hours (hundredths of 学时)."""

    index: int
    starts_on: date
    #: exclusive; of a deferred year the day after its last day of grace
    ends_on: date
    missing: int
    deferred: bool = False

    @property
    def last_on(self) -> date:
        """The last day on which hours still count for it."""
        return self.ends_on - timedelta(days=1)


def months_left(ends_on: date, today: date) -> int:
    """Months until a day, a begun one counted whole; 0 on it and later.

    A month ends on the same day of the next, or on its last day where there is none.
    """
    tomorrow = today + timedelta(days=1)
    left = 0
    while months_after(tomorrow, left) <= ends_on:
        left += 1
    return left


def days_told(ends_on: date, today: date) -> int | None:
    """Days until a certificate ends, this one included, when they are told instead of months.

    A step is told late after an outage or a late import: then "a month" can be three days.
    """
    left = (ends_on - today).days
    return left if left < DAYS_TOLD_BELOW else None


def expiry_horizon(today: date) -> date:
    """Certificates that end on this day or later are not reminded of yet."""
    return months_after(today + timedelta(days=1), max(EXPIRY_MONTHS))


def is_settled(certificate: Certificate) -> bool:
    """Whether nothing is left to be told of its end: it is over, filed, or another term follows."""
    over = certificate.state not in RUNNING or certificate.barred
    return over or certificate.filed or certificate.followed


def expiry_due(certificate: Certificate, today: date) -> int | None:
    """The step in months that is due; None: none is.

    Who has filed is not told to file; who withdrew or was refused is told again.
    """
    if is_settled(certificate):
        return None
    left = months_left(certificate.ends_on, today)
    return _step(EXPIRY_MONTHS, left) if left else None


def expiry_key(registration_id: int, ends_on: date, months: int) -> str:
    """What names a step of a certificate's expiry."""
    return f"expiry:{registration_id}:{ends_on}:{months}"


def lacking_years(years: Iterable[YearProgress], on: date) -> tuple[LackingYear, ...]:
    """The begun years of a term whose hours can still be done and are still to be done.

    Lacking is having less than the whole requirement after relief, also where the pace is right:
    half an hour that nobody mentioned costs the certificate as surely as fifty.
    """
    found = []
    for year in years:
        deferred = year.deferred_until
        ends_on = year.ends_on if deferred is None else deferred + timedelta(days=1)
        begun = year.starts_on <= on < ends_on
        if begun and year.missing and year.verdict is not Verdict.WAIVED:
            found.append(
                LackingYear(year.index, year.starts_on, ends_on, year.missing, deferred is not None)
            )
    return tuple(found)


def year_due(year: LackingYear, today: date) -> int | None:
    """The step in days that is due; none whose day lies before the (part-)year itself."""
    left = (year.ends_on - today).days
    step = _step(YEAR_DAYS, left) if left > 0 else None
    if step is None or year.ends_on - timedelta(days=step) < year.starts_on:
        return None
    return step


def year_key(registration_id: int, year: LackingYear, days: int) -> str:
    """What names a step of a year's end."""
    return f"year:{registration_id}:{year.index}:{year.ends_on}:{days}"


def return_due(calendar: WorkCalendar, due_on: date, today: date) -> int | None:
    """The step in working days that is due before the last day of a return, this day included."""
    if today > due_on:
        return None
    return _step(RETURN_WORK_DAYS, calendar.left(today, due_on))


def return_horizon(calendar: WorkCalendar, today: date) -> date:
    """Returns whose last day is this or later are not reminded of yet."""
    return calendar.due(today, max(RETURN_WORK_DAYS) + 1).on


def return_key(return_id: int, due_on: date, work_days: int) -> str:
    """What names a step of a return's deadline; an extended one is reminded of again."""
    return f"return_due:{return_id}:{due_on}:{work_days}"


def eve_of(starts_at: datetime, zone: str, habits: Habits) -> datetime:
    """When somebody is reminded of an event: the evening before, by the event's own clock.

    Who has quiet hours then which last until it has begun is told before they begin.
    """
    here = starts_at.astimezone(ZoneInfo(zone))
    before = here.date() - timedelta(days=1)
    evening = datetime.combine(before, EVENING, here.tzinfo).astimezone(starts_at.tzinfo)
    if out_of_quiet(evening, habits) < starts_at:
        return evening
    return quiet_begins(evening, habits) - BEFORE_QUIET


def event_due(
    starts_at: datetime, zone: str, habits: Habits, *, entered_at: datetime, now: datetime
) -> bool:
    """Whether somebody on the roster is reminded now: from the evening until it begins.

    Not whoever came on the list later (the confirmation names the day), nor when it would arrive
    after the beginning.
    """
    eve = eve_of(starts_at, zone, habits)
    return eve <= now and entered_at < eve and out_of_quiet(now, habits) < starts_at


def event_key(event_id: int, person_id: int, day: date) -> str:
    """What names the reminder of an event; moved to another day, it is reminded of again."""
    return f"event:{event_id}:{person_id}:{day}"


def _step(steps: tuple[int, ...], left: int) -> int | None:
    """The step that holds when so much is left: the smallest that is not smaller."""
    return min((step for step in steps if step >= left), default=None)
