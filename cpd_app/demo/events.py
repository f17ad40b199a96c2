"""The events of the demo: one settled, one running, some to come, one that waits for approval."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cpd_app.domain.agenda import PlannedPart, PlannedSession, PlannedSpeaker
from cpd_app.domain.room_codes import Direction
from cpd_app.usecases.event_input import EventHead, NewEvent

ZONE = ZoneInfo("Asia/Shanghai")
SEED = 20261120
#: days before today on which the settled event was held; 6.0 学时 of the member's log
HELD_AGO = 5


@dataclass(frozen=True)
class ToldEvent:
    """One event of the demo: its plan, how far it went, and who is on its roster."""

    #: login of the organiser who planned it
    planner: str
    #: code of the society
    society: str
    new: NewEvent
    #: submitted, approved, open, settled
    state: str
    #: how many members of the plan's people are on the roster
    people: int = 0
    #: whether the member one signs in as is on it
    member: bool = False


@dataclass(frozen=True)
class ToldScan:
    """One scan of the settled event; the number counts the people on its roster."""

    person: int
    session: int
    direction: Direction
    at: datetime
    source: str
    age: int | None
    device: str | None


def told(now: datetime) -> list[ToldEvent]:
    """Every event, as of this moment."""
    today = now.astimezone(ZONE).date()
    organiser, home = "organiser@demo.test", "demo-elec"
    return [
        ToldEvent(organiser, home, _symposium(today), "settled", people=28, member=True),
        ToldEvent(organiser, home, _running(now), "open", people=46, member=True),
        ToldEvent(organiser, home, _salon(today), "approved", people=12),
        ToldEvent(organiser, home, _course(today), "approved", people=41, member=True),
        ToldEvent(organiser, home, _online(today), "approved", people=77),
        ToldEvent("registrar@other.test", "demo-mech", _elsewhere(today), "approved"),
        ToldEvent(organiser, home, _waiting(today), "submitted"),
    ]


def scans_of(new: NewEvent, people: int) -> list[ToldScan]:
    """Who came to the settled event and when: most stayed, some left early, some forgot to go out.

    The first is the member one signs in as, scanned at the door both times.
    """
    dice = Random(SEED)  # noqa: S311 - the same demo every time
    found = []
    for person in range(people):
        at_door = person % 3 == 0
        device = "demo-shared" if person in {4, 7, 10} else None if at_door else f"demo-{person}"
        for number, session in enumerate(new.sessions):
            if person and dice.random() < 0.08:
                continue  # stayed away from this half
            came = session.starts_at - timedelta(minutes=dice.randint(1, 18) if person else 8)
            leaves = session.ends_at + timedelta(minutes=dice.randint(0, 9) if person else 2)
            if dice.random() < 0.1 and person:
                leaves = session.ends_at - timedelta(minutes=dice.randint(20, 50))
            source, age = ("pass", None) if at_door else ("room_code", dice.randint(1, 14))
            found.append(ToldScan(person, number, Direction.IN, came, source, age, device))
            if person and dice.random() < 0.07:
                continue  # forgot to scan out
            found.append(ToldScan(person, number, Direction.OUT, leaves, source, age, device))
    return sorted(found, key=lambda s: s.at)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def _part(
    title: str, first: datetime, minutes: int, *, speaker: str = "", unit: str = ""
) -> PlannedPart:
    who = (PlannedSpeaker(speaker, unit or None),) if speaker else ()
    return PlannedPart(title, first, first + timedelta(minutes=minutes), speakers=who)


def _break(first: datetime, minutes: int, title: str = "茶歇") -> PlannedPart:
    return PlannedPart(title, first, first + timedelta(minutes=minutes), credited=False)


def _halves(day: date, *, room: str = "", parts: bool = False) -> tuple[PlannedSession, ...]:
    """A day of 270 credited minutes: 9:00 to 11:45 less a break, and 14:00 to 16:00."""
    morning, noon = _at(day, 9), _at(day, 11, 45)
    talks: tuple[PlannedPart, ...] = (_break(_at(day, 10, 15), 15),)
    later: tuple[PlannedPart, ...] = ()
    if parts:
        talks = (
            _part(
                "特高压直流换流阀故障分析",
                morning,
                75,
                speaker="示范·陆工",
                unit="示范电力科学研究院",
            ),
            *talks,
            _part(
                "柔性直流电网的保护配合", _at(day, 10, 30), 75, speaker="示范·白工", unit="示范大学"
            ),
        )
        later = (
            _part(
                "受端多馈入直流的稳定问题",
                _at(day, 14),
                60,
                speaker="示范·江工",
                unit="示范电网公司",
            ),
            _part("圆桌讨论", _at(day, 15), 60),
        )
    return (
        PlannedSession("上午", morning, noon, room=room or None, parts=talks),
        PlannedSession("下午", _at(day, 14), _at(day, 16), room=room or None, parts=later),
    )


def _event(
    title: str, kind: str, sessions: tuple[PlannedSession, ...], *, society_id: int = 0,
    fields: dict[str, Any] | None = None, **head: Any,
) -> NewEvent:  # fmt: skip
    """The head spans the sessions; the society's id is put in when it is known."""
    return NewEvent(
        EventHead(
            title=title,
            kind=kind,
            starts_at=min(s.starts_at for s in sessions),
            ends_at=max(s.ends_at for s in sessions),
            fields=fields or {},
            **head,
        ),
        society_id,
        sessions,
    )


def _symposium(today: date) -> NewEvent:
    day = today - timedelta(days=HELD_AGO)
    return _event(
        "高压直流输电研讨会（示范）", "conference", _halves(day, room="主会场", parts=True),
        fields={"level": "national"}, place="北京", venue="示范会议中心三层", capacity=300,
        gives_certificate=True,
        description="换流阀、柔性直流与受端稳定，三场报告加圆桌讨论。",
    )  # fmt: skip


def _running(now: datetime) -> NewEvent:
    """Two rooms today, and the two days after, so that it can be tried for a while."""
    begins = now.astimezone(ZONE).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    ends = begins + timedelta(hours=7)
    lunch = _break(begins + timedelta(hours=3), 60, "午餐")
    days = [begins.date() + timedelta(days=n) for n in (1, 2)]
    later = [
        PlannedSession(f"第 {n} 天", _at(day, 9), _at(day, 17), room="主会场",
                       parts=(_break(_at(day, 12), 90, "午餐"),))
        for n, day in enumerate(days, start=2)
    ]  # fmt: skip
    # When it is late, today's rooms reach into tomorrow morning.
    later = [s for s in later if s.starts_at >= ends]
    return _event(
        "储能电站安全运行培训班（示范）", "training",
        (
            PlannedSession("主会场", begins, ends, room="主会场", parts=(lunch,)),
            PlannedSession("分会场：消防演练", begins, ends, room="二号厅", parts=(lunch,)),
            *later,
        ),
        place="南京", venue="示范培训中心", capacity=80, open_to="societies",
        description="现在正在进行，可以试签到、投影和门岗扫码。",
    )  # fmt: skip


def _salon(today: date) -> NewEvent:
    day = today + timedelta(days=9)
    talk = PlannedSession("沙龙", _at(day, 14), _at(day, 15, 30), room="会员之家")
    return _event(
        "配电自动化运维沙龙（示范）", "training", (talk,),
        place="北京", venue="示范学会会员之家", capacity=12,
    )  # fmt: skip


def _course(today: date) -> NewEvent:
    first = today + timedelta(days=16)
    sessions = (*_halves(first, room="301"), *_halves(first + timedelta(days=1), room="301"))
    named = tuple(
        PlannedSession(f"第 {1 + n // 2} 天{s.title}", s.starts_at, s.ends_at, room=s.room,
                       parts=s.parts)
        for n, s in enumerate(sessions)
    )  # fmt: skip
    return _event(
        "配电网继电保护培训班（示范）", "training", named,
        place="上海", venue="示范电力培训中心 301", capacity=60, gives_certificate=True,
        description="整定计算、定值管理和现场校验，两天，带作业。",
    )  # fmt: skip


def _online(today: date) -> NewEvent:
    return _event(
        "储能并网检测研讨会（示范）", "conference", _halves(today + timedelta(days=30)),
        fields={"level": "national"}, mode="online", venue="https://meeting.demo.test/8812",
        open_to="societies",
        description="线上举行。报名后在本页看会议地址。",
    )  # fmt: skip


def _elsewhere(today: date) -> NewEvent:
    return _event(
        "智能制造工艺交流会（示范）", "conference", _halves(today + timedelta(days=40)),
        fields={"level": "provincial"}, place="沈阳", venue="示范机械工业馆", open_to="public",
    )  # fmt: skip


def _waiting(today: date) -> NewEvent:
    return _event(
        "新能源场站涉网试验研讨会（示范）", "conference",
        _halves(today + timedelta(days=45), room="报告厅"),
        fields={"level": "provincial"}, place="成都", venue="示范电力科学研究院", capacity=150,
    )  # fmt: skip
