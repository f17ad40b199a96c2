"""The organiser's studio as its page shows it: the answer, the agenda, the hours, the next step."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.agenda import Doubt, Span, minutes_of
from cpd_app.domain.errors import Rejected
from cpd_app.usecases.event_counts import EventCounts
from cpd_app.usecases.event_hours import (
    Potential,
    approved_hours,
    hours_or_problem,
    needs_approval,
    planned_session,
    terms_of,
)
from cpd_app.usecases.event_input import EventState
from cpd_app.usecases.event_states import may_submit
from cpd_app.web.event_words import missing_out_word, open_to_word, times, with_weekday, zone_note
from cpd_app.web.filters import hours, short_day
from cpd_app.wording import arithmetic, sentence

if TYPE_CHECKING:
    from cpd_app.models import Event, EventSession

#: of the drawing of a session: its width in units
WIDE = 1000
#: the code kit, drawn where its screens exist: endpoint, icon; of one session, of the event
OF_A_SESSION = (("room.projector", "projector"), ("documents.sign_in_sheet", "file-earmark-text"))
OF_THE_EVENT = (("room.sheet", "printer"), ("door.page", "person-check"))
WHEN_OVER = (("documents.package", "file-earmark-zip"),)


@dataclass(frozen=True)
class Piece:
    """A credited stretch of the drawing: where, and how wide."""

    x: int
    width: int


@dataclass(frozen=True)
class SessionRow:
    """One session of the agenda with its arithmetic and its screens."""

    session: "EventSession"
    day: str
    times: str
    whole: int
    breaks: int
    minutes: int
    pieces: list[Piece]
    label: str
    kit: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Studio:
    """Everything the studio's page shows."""

    event: "Event"
    counts: EventCounts
    heading: str
    sub: str
    rows: list[SessionRow]
    potential: Potential | None
    problem: str
    lines: list[str]
    doubts: list[str]
    #: changed since the approval: hours then and now
    again: bool
    #: sent back by staff while it runs: the organiser hands it in again
    sent_back: bool
    approved: int | None
    steps: list[dict[str, Any]]
    #: screens of the whole event: address, icon, word
    kit: list[tuple[str, str, str]] = field(default_factory=list)
    #: the screen of the session that runs now or comes next
    projector: str = ""
    #: the table of attendance; empty while there is none
    attendance: str = ""

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.event.state

    @property
    def changeable(self) -> bool:
        """Whether the plan may still be changed."""
        return self.event.state not in {EventState.SETTLED, EventState.CANCELLED}


def studio_of(event: "Event", counts: EventCounts, *, now: datetime) -> Studio:
    """The page of an event for who runs it."""
    potential, problem = hours_or_problem(event)
    again = needs_approval(event)
    return Studio(
        event=event,
        counts=counts,
        heading=heading_of(event, potential, counts),
        sub=_sub(event, now),
        rows=rows_of(event),
        potential=potential,
        problem=_problem(problem),
        lines=lines_of(potential),
        doubts=doubts_of(potential),
        again=again,
        sent_back=again and event.state != EventState.DRAFT and may_submit(event),
        approved=approved_hours(event),
        steps=_steps(event, potential, counts),
        kit=_kit(event),
        projector=_projector(event, now),
        attendance=_url("attendance.index", event),
    )


def heading_of(event: "Event", potential: Potential | None, counts: EventCounts) -> str:
    """The answer that the page opens with."""
    most = hours(potential.hours) if potential else ""
    if event.state == EventState.DRAFT:
        if event.answer:
            return _("学会退回了，改好再提交")
        return (
            _("可以提交，最多 %(hours)s 学时", hours=most)
            if most
            else _("先排议程，还没有计学时的场次")
        )
    came = ngettext("到 %(num)s 人", "到 %(num)s 人", counts.arrived)
    answers = {
        EventState.SUBMITTED: _("等学会批准，最多 %(hours)s 学时", hours=most),
        EventState.APPROVED: _("已批准，最多 %(hours)s 学时", hours=most),
        EventState.OPEN: _("%(came)s，现在在场 %(inside)s", came=came, inside=counts.inside),
        EventState.CLOSED: _("签到已结束，%(came)s", came=came),
        EventState.SETTLED: _("已结项，%(came)s", came=came),
        EventState.CANCELLED: _("活动已取消"),
    }
    return answers[EventState(event.state)]


def rows_of(event: "Event") -> list[SessionRow]:
    """The sessions with their arithmetic, in order; rehearsals are not of the agenda."""
    return [_row(event, held) for held in event.sessions if not held.rehearsal]


def lines_of(potential: Potential | None) -> list[str]:
    """The arithmetic from minutes to hours, a line a step."""
    if potential is None:
        return []
    lines = arithmetic(potential.conversion.trace)
    if potential.counted < potential.minutes:
        cut = _("每天最多计 %(most)s 分钟，%(all)s → %(counted)s 分钟",
                most=potential.rule.rule_set.minutes_per_day, all=potential.minutes,
                counted=potential.counted)  # fmt: skip
        return [cut, *lines]
    return lines


def doubts_of(potential: Potential | None) -> list[str]:
    """What a person should look at, in words; parallel rooms stand in the arithmetic already."""
    found = potential.doubts if potential else ()
    return [doubt_sentence(d) for d in found if d.code != "parallel_sessions"]


def doubt_sentence(doubt: Doubt) -> str:
    """One thing to look at."""
    return sentence(doubt.code, dict(doubt.values))


def policy_words(event: "Event") -> list[tuple[str, str]]:
    """What else decides attendance: pairs of words for a list of facts."""
    field_name = _("不限") if event.capacity is None else ngettext(
        "%(num)s 人", "%(num)s 人", event.capacity
    )  # fmt: skip
    return [
        (_("地点"), " ".join(x for x in (event.place, event.venue) if x) or _("还没有填")),
        (_("时区"), zone_note(event)),
        (_("谁能来"), open_to_word(event.open_to)),
        (_("名额"), field_name),
        (_("没有签退时"), missing_out_word(event.missing_out)),
        (
            _("签到时间"),
            _("每场开始前 %(before)s 分钟到结束后 %(after)s 分钟",
              before=event.opens_before, after=event.closes_after),
        ),
        (_("出席证明"), _("结项后可下载") if event.gives_certificate else _("不发")),
        (_("补报原因"), event.late_reason or ""),
    ]  # fmt: skip


def changes_of(event: "Event") -> list[tuple[str, str, str]]:
    """What decides hours and is not as it was approved: what, before, now."""
    before, now = (event.approved or {}).get("terms"), terms_of(event)
    if not before or before == now:
        return []
    words = {
        "kind": _("种类"), "fields": _("种类的栏目"), "zone": _("时区"),
        "missing_out": _("没有签退时"), "sessions": _("计学时的时间"), "speakers": _("讲者"),
    }  # fmt: skip
    return [
        (word, _shown(name, before.get(name), event.zone), _shown(name, now[name], event.zone))
        for name, word in words.items()
        if before.get(name) != now[name]
    ]


def _shown(name: str, value: Any, zone: str) -> str:
    """One of the terms as a person reads it."""
    if name == "sessions":
        spans = [_span(first, last, zone) for held in value or () for first, last in held]
        return _("，").join(spans) or _("无")
    if name == "speakers":
        return _("，").join(
            f"{_span(first, last, zone)} {who}" for first, last, _k, who, _n in value or ()
        ) or _("无")
    if name == "missing_out":
        return missing_out_word(value)
    if isinstance(value, dict):
        return _("，").join(f"{k}: {v}" for k, v in value.items()) or _("无")
    return str(value)


def _span(first: str, last: str, zone: str) -> str:
    begins, ends = datetime.fromisoformat(first), datetime.fromisoformat(last)
    on = begins.astimezone(ZoneInfo(zone)).date()
    return f"{short_day(on)} {times(begins, ends, zone)}"


def _row(event: "Event", held: "EventSession") -> SessionRow:
    planned = planned_session(held)
    whole = minutes_of([(held.starts_at, held.ends_at)])
    minutes = minutes_of(planned.spans)
    first = held.starts_at.astimezone(ZoneInfo(event.zone))
    kit = [
        (url_for(endpoint, event_id=event.id, session_id=held.id), icon, _kit_word(endpoint))
        for endpoint, icon in OF_A_SESSION
        if endpoint in current_app.view_functions
    ]
    return SessionRow(
        session=held,
        day=with_weekday(short_day(first.date()), first),
        times=times(held.starts_at, held.ends_at, event.zone),
        whole=whole,
        breaks=whole - minutes if held.credited else 0,
        minutes=minutes,
        pieces=_pieces(held, planned.spans),
        label=_("%(whole)s 分钟，计入 %(minutes)s 分钟", whole=whole, minutes=minutes),
        kit=kit,
    )


def _kit(event: "Event") -> list[tuple[str, str, str]]:
    """The screens of the whole event; once nobody can scan any more, its closing package."""
    if event.state == EventState.CANCELLED:
        return []
    screens = () if event.state == EventState.SETTLED else OF_THE_EVENT
    if event.state in {EventState.CLOSED, EventState.SETTLED}:
        screens = (*screens, *WHEN_OVER)
    return [
        (address, icon, _kit_word(endpoint))
        for endpoint, icon in screens
        if (address := _url(endpoint, event))
    ]


def _projector(event: "Event", now: datetime) -> str:
    """The screen to put on the wall now: of the session whose codes run, else of the next one."""
    left = [s for s in event.sessions if not s.rehearsal and s.closes_at > now]
    if not left or "room.projector" not in current_app.view_functions:
        return ""
    nearest = min(left, key=lambda s: (s.ends_at < now, s.starts_at))
    return url_for("room.projector", event_id=event.id, session_id=nearest.id)


def _url(endpoint: str, event: "Event") -> str:
    """The address of a screen of the event; empty when there is no such screen."""
    known = endpoint in current_app.view_functions
    return url_for(endpoint, event_id=event.id) if known else ""


def _kit_word(endpoint: str) -> str:
    return {
        "room.projector": _("投影页"),
        "room.sheet": _("打印签到码"),
        "door.page": _("门岗扫码"),
        "documents.sign_in_sheet": _("签到表"),
        "documents.package": _("结项包"),
    }[endpoint]


def _pieces(held: "EventSession", spans: tuple[Span, ...]) -> list[Piece]:
    """What is credited of a session, on a line as long as the session."""
    length = (held.ends_at - held.starts_at).total_seconds() or 1

    def at(moment: datetime) -> int:
        return round((moment - held.starts_at).total_seconds() / length * WIDE)

    return [Piece(at(first), at(last) - at(first)) for first, last in spans]


def _problem(refusal: Rejected | None) -> str:
    return "" if refusal is None else sentence(refusal.code, refusal.values)


def _sub(event: "Event", now: datetime) -> str:
    """What happens next, and when."""
    opens = _opens_at(event)
    planned = event.approved_at is not None and event.state in {
        EventState.SUBMITTED, EventState.APPROVED, EventState.OPEN,
    }  # fmt: skip
    if planned and opens is not None and opens > now:
        return _("签到 %(when)s自动开放", when=_from_now(opens - now))
    return {
        EventState.SUBMITTED: _("批准后，签到到时自动开放"),
        EventState.OPEN: _("签到按各场次的时间开放，到点不用操作"),
        EventState.CLOSED: _("晚到的扫码在结项前照收"),
    }.get(EventState(event.state), "")


def _opens_at(event: "Event") -> datetime | None:
    return min((s.opens_at for s in event.sessions if not s.rehearsal), default=None)


def _from_now(left: timedelta) -> str:
    if left >= timedelta(days=1):
        return ngettext("%(num)s 天后", "%(num)s 天后", left.days)
    if left >= timedelta(hours=1):
        return ngettext("%(num)s 小时后", "%(num)s 小时后", left.seconds // 3600)
    return ngettext("%(num)s 分钟后", "%(num)s 分钟后", max(left.seconds // 60, 1))


def _steps(
    event: "Event", potential: Potential | None, counts: EventCounts
) -> list[dict[str, Any]]:
    """What is left to do before the event can be held, each with where to do it."""
    state = event.state
    planned = state != EventState.DRAFT
    approved = event.approved_at is not None and state not in {
        EventState.DRAFT, EventState.SUBMITTED,
    }  # fmt: skip
    spoken = any(p.speakers for s in event.sessions for p in s.parts)
    return [
        {
            "title": _("议程"),
            "text": _("计入 %(minutes)s 分钟", minutes=potential.minutes)
            if potential
            else _("排出场次和休息"),
            "done": potential is not None,
        },
        {
            "title": _("地点"),
            "text": event.venue or event.place or _("会员要知道去哪里"),
            "done": bool(event.venue),
            "href": "" if event.venue else url_for("events.edit", event_id=event.id),
            "action": _("填写"),
        },
        {
            "title": _("讲者"),
            "text": _("填了注册编号的讲者，结项后自动得报告或授课学时")
            if not spoken
            else ngettext("%(num)s 位", "%(num)s 位", _speakers(event)),
            "done": spoken,
        },
        {
            "title": _("提交"),
            "text": _("学会看学时怎么来的，再批准"),
            "done": planned,
        },
        {"title": _("批准"), "text": _approval_text(event), "done": approved},
        {
            "title": _("门岗"),
            "text": ngettext("%(num)s 台手机", "%(num)s 台手机", counts.stewards)
            if counts.stewards
            else _("不用投影时，用手机扫会员码"),
            "done": bool(counts.stewards),
        },
    ]


def _speakers(event: "Event") -> int:
    return sum(len(p.speakers) for s in event.sessions for p in s.parts)


def _approval_text(event: "Event") -> str:
    if event.state == EventState.SUBMITTED:
        return _("等学会批准")
    if event.answer and event.state == EventState.DRAFT:
        return _("学会退回：%(reason)s", reason=event.answer)
    approved = approved_hours(event)
    if approved is None:
        return _("学会批准后才能开放签到")
    return _("批准了 %(hours)s 学时", hours=hours(approved))
