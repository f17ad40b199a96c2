"""Chinese working days: the State Council's days off and make-up days, and deadlines in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cpd_app.domain.errors import Rejected

#: no deadline is longer than this many days of the calendar; a longer search is a mistake
LONGEST_DAYS = 400
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day of a deadline; it ends at 24:00 society time (domain.md §8)."""

    on: date
    provisional: bool
    """A day of it lies in a year whose calendar the State Council has not announced yet."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days people work: exceptions as announced, and weekdays otherwise."""

    exceptions: Mapping[date, bool]
    """Days that differ from the week: True is a make-up workday, False a day off."""
    announced: frozenset[int]
    """Years whose notice was published; in others statutory days are an estimate."""

    def is_work_day(self, day: date) -> bool:
        """Whether people work on this day."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def due(self, delivered_on: date, work_days: int) -> DueDay:
        """The last day of a deadline: day 1 is the first working day after delivery (§8).

        Raises Rejected `bad_deadline` for a number that is no deadline.
        """
        if not 0 < work_days < LONGEST_DAYS // 2:
            raise Rejected("bad_deadline", "work_days", work_days=work_days)
        provisional, left = False, work_days
        for day in _days_after(delivered_on):
            provisional = provisional or day.year not in self.announced
            left -= self.is_work_day(day)
            if left == 0:
                return DueDay(day, provisional)
        raise Rejected("bad_deadline", "work_days", work_days=work_days)

    def left(self, today: date, due_on: date) -> int:
        """Working days that are left after today, the last one included; 0 on it and later."""
        return sum(self.is_work_day(day) for day in _days_after(today, until=due_on))

    def past(self, delivered_on: date, today: date) -> int:
        """Which working day of a deadline today is: 1 on the first; 0 before it."""
        return sum(self.is_work_day(day) for day in _days_after(delivered_on, until=today))


def _days_after(day: date, until: date | None = None) -> Iterator[date]:
    last = until or day + timedelta(days=LONGEST_DAYS)
    while day < last:
        day += timedelta(days=1)
        yield day
