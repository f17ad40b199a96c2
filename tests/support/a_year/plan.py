"""What happens to 300 members of two societies in 2027, as plain data made from a seed."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
#: things happen in the morning, before any of the clock's jobs
MORNING = 6
LONGEST = (LAST - FIRST).days

#: days on which people of this year rest or work otherwise than the week says
HOLIDAYS = {
    **{date(2027, 2, day): False for day in range(5, 12)},
    **{date(2027, 4, day): False for day in (3, 4, 5)},
    **{date(2027, 5, day): False for day in range(1, 6)},
    **{date(2027, 10, day): False for day in range(1, 8)},
    date(2027, 2, 13): True,
    date(2027, 5, 8): True,
    date(2027, 10, 9): True,
}
#: certificates that begin at the ends of months and on a leap day
ODD_STARTS = (
    date(2022, 8, 31), date(2022, 5, 31), date(2022, 12, 31), date(2024, 2, 29), date(2023, 1, 31),
    date(2022, 3, 30), date(2022, 11, 30), date(2023, 3, 31), date(2022, 7, 31), date(2022, 1, 1),
)  # fmt: skip


def moment(day: date, hour: int, minute: int = 0, zone: str = "Asia/Shanghai") -> datetime:
    """A wall-clock time of a zone."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


#: the clock and the workers stood still: some days, an evening before an event, a morning
OUTAGES = (
    (moment(date(2027, 3, 10), 5), moment(date(2027, 3, 15), 11)),
    (moment(date(2027, 6, 17), 17, 10), moment(date(2027, 6, 17), 23, 40)),
    (moment(date(2027, 9, 6), 5), moment(date(2027, 9, 6), 14, 20)),
    (moment(date(2027, 11, 29), 3), moment(date(2027, 12, 8), 3)),
)


@dataclass(frozen=True)
class Habit:
    """When a person wants to be written to; minutes after midnight of their zone."""

    zone: str = "Asia/Shanghai"
    quiet_from: int = 22 * 60
    quiet_to: int = 8 * 60
    daily_at: int | None = None


@dataclass(frozen=True)
class Record:
    """Hours (whole 学时) entered on one day and finished on another."""

    entered_on: date
    ended_on: date
    hours: int


@dataclass(frozen=True)
class Returned:
    """A filing that was sent back, and what came after."""

    on: date
    extended_on: date | None = None
    paused: tuple[date, date] | None = None
    answered_on: date | None = None


@dataclass
class Member:
    """Everything that decides what one member is told."""

    number: int
    #: 0: certificate years and a bridge; 1: calendar years and none
    society: int
    starts_on: date
    ends_on: date
    entered_on: date = FIRST
    habit: Habit | None = None
    email: bool = True
    phone: bool = True
    activated: bool = True
    #: (topic, channel) that the member does not want
    unwanted: frozenset[tuple[str, str]] = frozenset()
    records: list[Record] = field(default_factory=list)
    #: granted on, from, to (exclusive)
    reduction: tuple[date, date, date] | None = None
    #: granted on, the year, its last day
    deferral: tuple[date, int, date] | None = None
    filed_on: date | None = None
    withdrawn_on: date | None = None
    returned: Returned | None = None
    #: the next term is entered on this day
    renewed_on: date | None = None
    suspended: bool = False
    barred_on: date | None = None
    dies_on: date | None = None


@dataclass
class Gathering:
    """An event, when its beginning was moved, and who is on its roster since when."""

    number: int
    zone: str
    starts_at: datetime
    moves: list[tuple[datetime, datetime]] = field(default_factory=list)
    cancelled_at: datetime | None = None
    entries: dict[int, datetime] = field(default_factory=dict)
    excused: dict[int, datetime] = field(default_factory=dict)


@dataclass
class Plan:
    """The year."""

    members: list[Member]
    gatherings: list[Gathering]


def five_years(day: date) -> date:
    """The end of a certificate that begins on a day; a leap day ends on 1 March."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 5, 3, 1)
    return day.replace(year=day.year + 5)


def a_plan(members: int, seed: int = 2027) -> Plan:
    """The same year for the same seed."""
    chance = Random(seed)
    people = [_member(chance, number) for number in range(members)]
    _give_fates(chance, people)
    return Plan(people, _gatherings(chance, members))


def _day(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randint(1, LONGEST))


def _member(chance: Random, number: int) -> Member:
    starts_on = (
        ODD_STARTS[number // 7 % len(ODD_STARTS)]
        if number % 7 == 0
        else date(2022, 1, 2) + timedelta(days=chance.randint(0, 1800))
    )
    one = Member(number, number % 2, starts_on, five_years(starts_on))
    one.habit = _habit(chance) if chance.random() < 0.4 else None
    one.email, one.phone = number % 41 != 3, number % 5 != 0
    one.activated = number % 4 != 1
    if number % 11 == 4:
        topics = ("expiry", "filing", "year", "events")
        one.unwanted = frozenset((topic, "email") for topic in chance.sample(topics, 2))
    if starts_on <= date(2026, 12, 31) and chance.random() < 0.8:
        one.records.append(Record(FIRST, date(2026, 12, 31), chance.choice((10, 25, 40, 49, 50))))
    for _ in range(chance.randint(0, 3)):
        entered_on = _day(chance)
        ended_on = entered_on - timedelta(days=1)
        one.records.append(Record(entered_on, ended_on, chance.choice((1, 8, 10, 15, 30, 50))))
    return one


def _habit(chance: Random) -> Habit:
    zone = chance.choice(
        ("America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland", "Asia/Urumqi", "Asia/Shanghai")
    )
    quiet = chance.choice(((22, 8), (17, 9), (0, 0), (9, 17), (23, 6), (20, 11)))
    daily_at = chance.choice((None, None, 19 * 60, 7 * 60 + 15))
    return Habit(zone, quiet[0] * 60, quiet[1] * 60, daily_at)


def _give_fates(chance: Random, people: list[Member]) -> None:
    """Filings and returns, next terms, relief, bars, deaths: each to some."""
    late = [one for one in people if date(2027, 5, 1) < one.ends_on < date(2028, 9, 1)]
    for n, one in enumerate(late):
        if n % 4 == 0:
            one.filed_on = FIRST if n % 8 == 0 else _day(chance)
            one.withdrawn_on = date(2027, 9, 20) if n % 3 == 0 and n % 8 else None
        elif n % 4 == 1:
            one.renewed_on = one.ends_on - timedelta(days=chance.randint(5, 150))
    _give_returns([one for one in late if one.filed_on == FIRST])
    _give_relief(chance, people)
    for one in people[8::29]:
        one.entered_on = _day(chance)
        one.records = [r for r in one.records if r.entered_on > one.entered_on]
    for one in people[6::37]:
        one.suspended = True
    for one in people[10::97]:
        one.barred_on = _day(chance)
    for one in people[12::61]:
        one.dies_on = _day(chance)
        one.records = [r for r in one.records if r.entered_on < one.dies_on]


def _give_relief(chance: Random, people: list[Member]) -> None:
    """Reductions and deferrals; not where a day at a month's end would make months ambiguous."""
    for one in people[2::9]:
        if one.starts_on.day <= 28:
            from_on = date(chance.choice((2026, 2027)), chance.randint(1, 12), 1)
            months = chance.choice((3, 6, 12))
            to_on = date(from_on.year + (from_on.month + months - 1) // 12,
                         (from_on.month + months - 1) % 12 + 1, 1)  # fmt: skip
            one.reduction = (_day(chance), from_on, to_on)
    for one in people[5::13]:
        index = 2027 - one.starts_on.year
        if one.society == 0 and 1 <= index <= 4 and one.starts_on.day <= 28:
            end = one.starts_on.replace(year=2027)
            granted_on = max(end - timedelta(days=chance.choice((100, 45, 10))), FIRST)
            one.deferral = (granted_on, index, end + timedelta(days=chance.randint(40, 300)))


def _give_returns(filers: list[Member]) -> None:
    """Plain, extended, over a holiday, paused, answered early, extended after a reminder."""
    fates = (
        Returned(date(2027, 1, 22)),
        Returned(date(2027, 4, 20), extended_on=date(2027, 4, 28)),
        Returned(date(2027, 9, 20)),
        Returned(date(2027, 5, 31), paused=(date(2027, 6, 3), date(2027, 6, 28))),
        Returned(date(2027, 7, 5), answered_on=date(2027, 7, 9)),
        Returned(date(2027, 8, 2), extended_on=date(2027, 8, 14)),
        Returned(date(2027, 3, 1), answered_on=date(2027, 3, 12)),
        Returned(date(2027, 8, 23)),
        Returned(date(2027, 11, 22)),
    )
    for one, fate in zip(filers, fates, strict=False):
        one.returned = fate


def _gatherings(chance: Random, members: int) -> list[Gathering]:
    begins = (
        (moment(date(2027, 2, 20), 9), "Asia/Shanghai"),
        (moment(date(2027, 3, 12), 9), "Asia/Shanghai"),
        (moment(date(2027, 4, 24), 8, 30, "America/Los_Angeles"), "America/Los_Angeles"),
        (moment(date(2027, 6, 18), 9), "Asia/Shanghai"),
        (moment(date(2027, 6, 18), 14), "Asia/Shanghai"),
        (moment(date(2027, 7, 3), 7, 30), "Asia/Shanghai"),
        (moment(date(2027, 8, 21), 10, 0, "Asia/Urumqi"), "Asia/Urumqi"),
        (moment(date(2027, 9, 18), 0, 15), "Asia/Shanghai"),
        (moment(date(2027, 10, 16), 9), "Asia/Shanghai"),
        (moment(date(2027, 10, 31), 9, 0, "Europe/Berlin"), "Europe/Berlin"),
        (moment(date(2027, 12, 11), 13), "Asia/Shanghai"),
    )
    made = [Gathering(n, zone, starts_at) for n, (starts_at, zone) in enumerate(begins)]
    for one in made:
        for person in chance.sample(range(members), min(members, 60)):
            before = timedelta(days=chance.choice((30, 10, 3)), hours=chance.choice((0, 5)))
            one.entries[person] = one.starts_at - before
        late = chance.sample(sorted(one.entries), 6)
        for person in late[:2]:
            one.entries[person] = one.starts_at - timedelta(hours=11)
        for person in late[2:4]:
            one.excused[person] = one.starts_at - timedelta(days=2)
    # put off before anybody was reminded, on the day itself, and by some hours after the reminder
    made[0].moves.append((moment(date(2027, 2, 15), 12), moment(date(2027, 2, 27), 9)))
    made[4].moves.append((moment(date(2027, 6, 18), 6), moment(date(2027, 6, 25), 14)))
    made[8].moves.append((moment(date(2027, 10, 15), 20, 10), moment(date(2027, 10, 16), 15)))
    made[5].cancelled_at = moment(date(2027, 7, 1), 12)
    made[6].cancelled_at = moment(date(2027, 8, 20), 21, 40)
    return made
