"""The member one signs in as: three met years and a fourth in which 17.5 学时 are missing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cpd_app.domain.years import anniversary

#: days of the running year that are gone on the day the demo is made
DAYS_GONE = 221


@dataclass(frozen=True)
class Told:
    """One record of the story and the proofs that are attached to it; None: all that are listed."""

    title: str
    kind: str
    ended_on: date
    fields: dict[str, Any]
    organiser: str
    proofs: tuple[str, ...] | None = None
    started_on: date | None = None
    key: str | None = None
    competences: tuple[str, ...] = ("knowledge",)


def starts_on(today: date) -> date:
    """The first day of the story's certificate."""
    return anniversary(today - timedelta(days=DAYS_GONE), -3)


def running_year(today: date) -> list[Told]:
    """26.5 学时 typed, 21.0 of them with all their papers; 6.0 more come from an event.

    See demo/events.py: together 32.5 学时, 27.0 of them audit-proof.
    """

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    centre = "示范电力培训中心"
    return [
        Told("继电保护整定计算", "online", ago(13), {"minutes": 120}, centre, ()),
        Told("数字化变电站验收培训", "training", ago(40), {"minutes": 360}, centre,
             competences=("knowledge", "learning")),
        Told("新型电力系统稳定导则研读", "self_study", ago(49), {"minutes": 90}, "", ()),
        Told("220 kV 示范线路可研评审", "review", ago(92), {"events": 1}, "示范电力设计院",
             competences=("knowledge", "ethics")),
        Told("新员工配电安全讲座", "lecture", ago(126), {"minutes": 90, "repeat": False},
             "示范供电所", competences=("teamwork", "management")),
        Told("光伏并网检测实操班", "training", ago(159), {"minutes": 225}, centre),
        Told("站用直流系统内训", "inhouse", ago(194), {"minutes": 90}, "示范供电所",
             ("plan", "material")),
    ]  # fmt: skip


def past_years(today: date) -> list[Told]:
    """52.0, 58.5 and 50.0 学时 in the three years before."""
    told: list[Told] = []
    for index, (days, minutes) in enumerate(((2, 630), (3, 923), (2, 540)), start=0):
        begins = anniversary(starts_on(today), index)
        told += year_told(begins, days, minutes)
    return told


def year_told(begins: date, days: int, minutes: int) -> list[Told]:
    """A standard, a paper, a conference and a course that fill the year up to what is told."""

    def on(days_in: int) -> date:
        return begins + timedelta(days=days_in)

    number = begins.year
    return [
        Told("配电网单相接地选线方法（示范）", "paper", on(60), {"tier": "core", "rank": 1},
             "示范期刊", key=f"10.0000/demo.{number}"),
        Told("T/CSX 0001 储能并网检测导则（示范）", "standard", on(120),
             {"level": "association", "rank": 3, "work": "new"}, "示范标准化技术委员会",
             key=f"T/CSX 0001-{number}", competences=("knowledge", "teamwork")),
        Told("智能配电学术年会（示范）", "conference", on(200),
             {"minutes": 540, "level": "provincial"}, "示范电机工程学会", started_on=on(199)),
        Told("储能电站运维培训", "training", on(260 + days - 1), {"minutes": minutes},
             "示范电力培训中心", started_on=on(260), competences=("knowledge", "learning")),
    ]  # fmt: skip
