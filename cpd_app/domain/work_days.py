"""Chinese working days: the State Council's days off and make-up days, and deadlines in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cpd_app.domain.errors import Rejected

#: no deadline is longer than this many days of the calendar; a longer search is a mistake
LONGEST_DAYS = 400
SATURDAY = 5
#: one line of a notice: a day or two with ～ between them, 休 or 班, the holiday's name
LINE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:\s*(?:~|～|至|—|–)\s*(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?)?"
    r"[\s,，;；\t]+(休|班|off|work)[\s,，;；\t]+(\S.{0,39})"
)
OFF = frozenset({"休", "off"})
#: a State Council notice has at least so many days off
FEWEST_DAYS_OFF = 7
LONGEST_HOLIDAY = 15


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


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day of a notice (国务院办公厅关于部分节假日安排的通知)."""

    day: date
    works: bool
    name: str


def read_notice(year: int, text: str) -> tuple[NoticeDay, ...]:
    """The days of a year's notice, a line each: `2027-02-05～2027-02-12 休 春节`, `… 班 春节`.

    Raises Rejected with the number of the line: `notice_line`, `notice_year`, `notice_twice`,
    `notice_weekday` (a make-up workday that is no weekend), `notice_short`.
    """
    found: dict[date, NoticeDay] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or _is_head(number, line):
            continue
        for given in _days_of_line(number, line):
            if given.day.year != year:
                raise Rejected("notice_year", "days", line=number, year=year)
            if given.day in found:
                raise Rejected("notice_twice", "days", line=number, day=given.day)
            if given.works and given.day.weekday() < SATURDAY:
                raise Rejected("notice_weekday", "days", line=number, day=given.day)
            found[given.day] = given
    if sum(not given.works for given in found.values()) < FEWEST_DAYS_OFF:
        raise Rejected("notice_short", "days", least=FEWEST_DAYS_OFF)
    return tuple(sorted(found.values(), key=lambda given: given.day))


def with_notice(calendar: WorkCalendar, year: int, days: Sequence[NoticeDay]) -> WorkCalendar:
    """The calendar as it is once a year's notice is entered."""
    others = {day: works for day, works in calendar.exceptions.items() if day.year != year}
    announced = {given.day: given.works for given in days}
    return WorkCalendar({**others, **announced}, calendar.announced | {year})


def _is_head(number: int, line: str) -> bool:
    """Whether it is the first line of a CSV file that names its columns."""
    return number == 1 and not any(character.isdigit() for character in line)


def _days_of_line(number: int, line: str) -> Iterator[NoticeDay]:
    match = LINE.fullmatch(line.strip().strip(",，"))
    if match is None:
        raise Rejected("notice_line", "days", line=number)
    year, month, day, to_year, to_month, to_day, act, name = match.groups()
    try:
        first = date(int(year), int(month), int(day))
        last = date(int(to_year or year), int(to_month), int(to_day)) if to_day else first
    except ValueError:
        raise Rejected("notice_line", "days", line=number) from None
    if not 0 <= (last - first).days < LONGEST_HOLIDAY:
        raise Rejected("notice_line", "days", line=number)
    for more in range((last - first).days + 1):
        yield NoticeDay(first + timedelta(days=more), act not in OFF, name.strip())


def _days_after(day: date, until: date | None = None) -> Iterator[date]:
    last = until or day + timedelta(days=LONGEST_DAYS)
    while day < last:
        day += timedelta(days=1)
        yield day
