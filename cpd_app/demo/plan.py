"""Who is in the demo and what they did: the rows of a members and of a records file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from cpd_app.demo.catalogue import EMPLOYERS, GIVEN, ORGANISERS, SURNAMES, TITLES
from cpd_app.domain.conversion import convert
from cpd_app.domain.hours import ONE
from cpd_app.domain.years import anniversary
from cpd_app.rulesets import default_rule_set

MEMBERS = 200
#: of them in the other society
ELSEWHERE = 40
SEED = 20261120
#: of a term
YEARS = 5

#: how a member stands -> (share, hours of a past year, hours of the running year against pace)
PROFILES: dict[str, tuple[int, tuple[int, int], tuple[float, float]]] = {
    "ready": (34, (52, 62), (1.05, 1.4)),
    "thin": (16, (50, 58), (0.95, 1.2)),
    "behind": (20, (50, 60), (0.2, 0.7)),
    "short": (14, (24, 60), (0.5, 1.1)),
    "first_year": (9, (0, 0), (0.6, 1.3)),
    "not_activated": (7, (30, 55), (0.0, 0.5)),
}

#: kind -> (weight, most a year, fields by chance); caps of a year are kept by `most`
CHOICES: dict[str, tuple[int, int]] = {
    "training": (9, 6),
    "online": (6, 3),
    "inhouse": (4, 3),
    "conference": (6, 4),
    "lecture": (2, 2),
    "talk": (2, 2),
    "standard_committee": (2, 2),
    "standard": (1, 1),
    "paper": (2, 1),
    "patent": (1, 1),
    "research": (1, 1),
    "review": (2, 2),
    "visit": (2, 1),
    "mentoring": (2, 1),
    "self_study": (1, 1),
    "degree_course": (1, 1),
    "service": (1, 1),
}


@dataclass
class Demo:
    """One demo member: the row of the members file and the rows of the activities file."""

    profile: str
    society: str
    member: dict[str, Any]
    #: which year of the term is running
    year: int
    records: list[dict[str, Any]] = field(default_factory=list)


def demo_members(today: date) -> list[Demo]:
    """Everybody but the people who sign in, the same for the same day."""
    chance = Random(SEED)  # noqa: S311 - demo data, nothing secret
    profiles = [name for name, (share, _p, _n) in PROFILES.items() for _ in range(share)]
    made = []
    for number in range(1, MEMBERS + 1):
        profile = profiles[number % len(profiles)]
        society = "demo-mech" if number > MEMBERS - ELSEWHERE else "demo-elec"
        made.append(_demo(number, profile, society, today, chance))
    return made


def _demo(number: int, profile: str, society: str, today: date, chance: Random) -> Demo:
    year = 1 if profile == "first_year" else chance.randint(2, 5)
    gone = chance.randint(20, 350)
    if profile == "ready" and chance.random() < 0.4:
        year, gone = 5, chance.randint(190, 340)
    starts_on = anniversary(today - timedelta(days=gone), 1 - year)
    name = f"示范·{SURNAMES[number % len(SURNAMES)]}{GIVEN[(number * 7) % len(GIVEN)]}"
    mark = "E" if society == "demo-elec" else "M"
    member = {
        "login": f"m{number:03d}@demo.test",
        "name": name,
        "email": f"m{number:03d}@demo.test",
        "phone": f"1990000{number:04d}",
        "society": society,
        "registration_no": f"SF-{mark}-{starts_on.year}-{number:05d}",
        "level": chance.choice(("apprentice", "professional", "professional", "senior")),
        "field": "电气工程类" if society == "demo-elec" else "机械工程类",
        "starts_on": starts_on,
        "employer": chance.choice(EMPLOYERS),
        "society_member_no": f"SF{number:06d}",
        "membership_until": anniversary(starts_on, 6) if chance.random() < 0.8 else "",
    }
    if number % 37 == 0:
        member["field"] = "储能与氢能工程（示范，待归类）"
    demo = Demo(profile, society, member, year)
    demo.records = list(_records(demo, starts_on, year, gone, today, chance))
    return demo


def _records(
    demo: Demo, starts_on: date, year: int, gone: int, today: date, chance: Random
) -> Iterator[dict[str, Any]]:
    _share, past, now = PROFILES[demo.profile]
    lacking = chance.randint(1, year - 1) if demo.profile == "short" and year > 1 else 0
    for index in range(1, year + 1):
        begins = anniversary(starts_on, index - 1)
        if index < year:
            days, hours = 365, chance.uniform(*past)
            if index == lacking:
                hours = chance.uniform(20, 44)
        else:
            days, hours = gone, 50 * gone / 365 * chance.uniform(*now)
        yield from year_records(demo, begins, min(days, gone if index == year else 364), hours,
                                today, chance)  # fmt: skip


def year_records(
    demo: Demo, begins: date, days: int, hours: float, today: date, chance: Random
) -> Iterator[dict[str, Any]]:
    """Records of one CPD year that come to about so many 学时."""
    left, given = hours * ONE, dict.fromkeys(CHOICES, 0)
    while left > 0:
        kinds = [k for k, (_w, most) in CHOICES.items() if given[k] < most]
        if not kinds:
            return
        kind = chance.choices(kinds, [CHOICES[k][0] for k in kinds])[0]
        given[kind] += 1
        ended_on = min(begins + timedelta(days=chance.randrange(max(days, 1))), today)
        own = _own_fields(kind, chance)
        span = 1 if kind in {"training", "conference", "visit"} and own["minutes"] > 450 else 0
        started_on = max(ended_on - timedelta(days=span), begins)
        record = {"kind": kind, "started_on": started_on, "ended_on": ended_on, **own}
        if started_on == ended_on and own.get("minutes", 0) > 450:
            record["minutes"] = 450
        left -= convert(default_rule_set(), record).hours
        yield {
            **record,
            "login": demo.member["login"],
            "title": chance.choice(TITLES[kind]),
            "organiser": chance.choice(ORGANISERS),
        }


def _own_fields(kind: str, chance: Random) -> dict[str, Any]:
    """The kind's own fields; what is not named here is measured in minutes."""
    of = chance.choice
    rank = chance.randint(1, 4)
    known: dict[str, dict[str, Any]] = {
        "training": {"minutes": 90 * chance.randint(3, 9)},
        "visit": {"minutes": 90 * chance.randint(3, 9)},
        "conference": {
            "minutes": 90 * chance.randint(3, 9),
            "level": of(("national", "provincial", "provincial", "other")),
        },
        "talk": {"level": of(("national", "provincial"))},
        "standard": {
            "level": of(("industry", "association", "enterprise")),
            "rank": rank + 1,
            "work": of(("new", "revision")),
        },
        "research": {"level": of(("provincial", "enterprise")), "rank": rank + 1},
        "paper": {"tier": of(("core", "journal", "proceedings")), "rank": min(rank, 3)},
        "patent": {"patent_type": of(("utility", "software")), "rank": rank},
        "degree_course": {},
    }
    return known.get(kind, {"minutes": 45 * chance.randint(3, 10)})
