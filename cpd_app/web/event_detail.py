"""One event in words, as a member reads it: when and where, what it brings, one's own place."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor
from cpd_app.clock import BEIJING
from cpd_app.domain.room_codes import Direction
from cpd_app.domain.roster import EntryState, Source
from cpd_app.policy import Permission, may
from cpd_app.usecases.annual_plan import EventPage, PlannedEvent
from cpd_app.usecases.attendance_certificates import has_certificate
from cpd_app.usecases.event_access import event_target
from cpd_app.usecases.progress import Standing
from cpd_app.web.annual_plan_page import OVER, figure_of, owner_name
from cpd_app.web.event_words import (
    mode_word,
    open_to_word,
    times,
    when,
    with_weekday,
    zone_note,
)
from cpd_app.web.filters import hours, short_day
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import AgendaPart, Event, EventSession

#: one's own presence with its arithmetic, where the service has the page
MY_ATTENDANCE = "attendance.mine"
#: where one states that one was there (我在场)
STATEMENT = "attendance.state"


@dataclass(frozen=True)
class PartLine:
    """A part of the agenda."""

    times: str
    title: str
    speakers: str
    credited: bool


@dataclass(frozen=True)
class SessionLine:
    """A session with its parts."""

    title: str
    when: str
    room: str
    parts: list[PartLine]
    #: of a session that names its breaks only: those, in one line
    breaks: str


@dataclass(frozen=True)
class Place:
    """One's own place: what it is, in words and colour, and what can be done."""

    title: str
    text: str
    kind: str
    #: enrol, cancel, excuse or empty
    act: str = ""


@dataclass(frozen=True)
class EventDetail:
    """Everything that an event's page prints."""

    event: "Event"
    planned: PlannedEvent
    kind: str
    when: str
    where: str
    figure: str
    #: what being there would come to, a line each
    sums: list[str]
    place: Place
    facts: list[tuple[str, str]]
    sessions: list[SessionLine]
    #: (href, icon, words) of one's own screens
    links: list[tuple[str, str, str]] = field(default_factory=list)
    #: address of 我在场, for whom no scan is known though the event has begun
    statement: str = ""
    runs: bool = False


def detail_of(found: EventPage, standing: Standing | None) -> EventDetail:
    """Shape an event for its page."""
    planned, event = found.planned, found.planned.event
    target = event_target(event, now=clock.now())
    english = short_locale() == "en"
    return EventDetail(
        event=event,
        planned=planned,
        kind=planned.kind.in_language(short_locale()) if planned.kind else "",
        when=_when(event),
        where=_where(planned),
        figure=figure_of(planned).removeprefix("+"),
        sums=_sums(found, standing),
        place=_place(found),
        facts=[
            (_("主办"), event.organiser or owner_name(planned)),
            (
                _("领域"),
                (found.field.name_en if english else found.field.name) if found.field else "",
            ),
            (_("谁可以参加"), open_to_word(event.open_to)),
            (_("名额"), _room(planned)),
            (_("出席证明"), _("结项后可以下载") if event.gives_certificate else ""),
        ],
        sessions=[_session(event, s) for s in event.sessions if not s.rehearsal],
        links=_links(planned),
        statement=_statement(planned),
        runs=may(current_actor(), Permission.READ_ATTENDANCE, target),
    )


def _when(event: "Event") -> str:
    note = zone_note(event)
    if not note:
        return when(event)
    here = times(event.starts_at, event.ends_at, str(BEIJING))
    return _("%(when)s（%(zone)s；北京时间 %(here)s）", when=when(event), zone=note, here=here)


def _where(planned: PlannedEvent) -> str:
    """City and room; the address of an online meeting is for those who are on the list."""
    event = planned.event
    if event.mode == "online":
        listed = planned.entry is not None and planned.entry.state == EntryState.LISTED
        shown = event.venue if listed else ""
        return "  ".join(filter(None, (mode_word(event.mode), shown)))
    return "  ".join(filter(None, (event.place, event.venue))) or mode_word(event.mode)


def _sums(found: EventPage, standing: Standing | None) -> list[str]:
    prospect = found.planned.prospect
    if (
        standing is None
        or prospect is None
        or found.planned.event.state in {"settled", "cancelled"}
    ):
        return []
    if prospect.year_index is None or found.year is None:
        return [_("结束日不在证书有效期内，不计入。")]
    year = found.year
    lines = [_("计入第 %(n)s 年", n=year.index)]
    if found.planned.event.state == "closed":
        return lines
    if prospect.gain < prospect.hours:
        lines.append(_("受年度上限，只计 %(hours)s", hours=hours(prospect.gain)))
    after = year.recognised + prospect.gain
    left = max(0, year.required - after)
    then = _("记入后 %(after)s / %(required)s", after=hours(after), required=hours(year.required))
    lines.append(_("%(then)s，还差 %(left)s", then=then, left=hours(left)) if left else then)
    return lines


def _place(found: EventPage) -> Place:
    event, entry = found.planned.event, found.planned.entry
    if event.state == "cancelled":
        return Place(_("活动已取消"), event.answer or "", "blocker")
    if entry is None or entry.state == EntryState.CANCELLED or entry.excused:
        return _no_place(found)
    act = ""
    if found.coming and found.seen is None:
        act = "cancel" if entry.source == Source.SELF else "excuse"
    match EntryState(entry.state):
        case EntryState.LISTED:
            return Place(_listed_title(found), _listed_words(found), "ok", act)
        case EntryState.WAITING:
            text = _("名额已满。有人退出就按顺序补上，补上后这里会变。")
            return Place(_("您在候补"), text, "now", act)
        case EntryState.PENDING:
            return Place(_("等组织者确认"), _("扫过的签到已经记下，确认后照计。"), "now", act)
        case _:
            said = entry.answer or _("有疑问请联系主办单位。")
            return Place(_("组织者没有通过"), said, "blocker")


def _listed_title(found: EventPage) -> str:
    """Am I in: what the latest scan says."""
    if found.seen is None:
        return _("您在名单上")
    zone = ZoneInfo(found.planned.event.zone)
    at = f"{found.seen.at.astimezone(zone):%H:%M}"
    if found.seen.direction == Direction.IN:
        return _("%(time)s 已签到", time=at)
    return _("%(time)s 已签退", time=at)


def _listed_words(found: EventPage) -> str:
    if found.planned.event.state == "settled":
        return _("活动已结项。")
    if not found.coming:
        return _("活动已结束，出席情况等组织者结项。")
    if found.seen is None:
        return _("到场扫签到码，离开再扫签退码。")
    if found.seen.direction == Direction.IN:
        return _("离开时扫签退码，学时按在场时间计。")
    return _("学时约一分钟后记入您的记录。回来时再扫签到码。")


def _no_place(found: EventPage) -> Place:
    planned = found.planned
    excused = planned.entry is not None and planned.entry.excused
    if not found.coming:
        return Place(_("您已请假") if excused else "", _("已不能报名。"), "none")
    if planned.event.open_to == "list" and not excused:
        return Place("", _("由组织者定名单。"), "none")
    title = _("您已请假") if excused else ""
    if planned.left == 0:
        return Place(title, _("名额已满，可以排候补。"), "none", "wait")
    if planned.left is not None:
        text = ngettext("还有 %(num)s 个名额", "还有 %(num)s 个名额", planned.left)
        return Place(title, text, "none", "enrol")
    return Place(title, "", "none", "enrol")


def _room(planned: PlannedEvent) -> str:
    if planned.event.capacity is None:
        return _("不限")
    total = ngettext("%(num)s 人", "%(num)s 人", planned.event.capacity)
    if planned.event.state in {"closed", "settled", "cancelled"}:
        return total
    return _("%(total)s，剩 %(left)s", total=total, left=planned.left)


def _session(event: "Event", session: "EventSession") -> SessionLine:
    here = ZoneInfo(event.zone)
    begins = session.starts_at.astimezone(here)
    span = times(session.starts_at, session.ends_at, event.zone)
    days = event.starts_at.astimezone(here).date() != event.ends_at.astimezone(here).date()
    parts = [_part(event, part) for part in session.parts]
    only_breaks = not any(part.credited for part in parts)
    comma = ", " if short_locale() == "en" else "，"
    return SessionLine(
        title=session.title,
        when=f"{with_weekday(short_day(begins.date()), begins)} {span}" if days else span,
        room=session.room or "",
        parts=parts,
        breaks=comma.join(f"{p.times} {p.title}" for p in parts) if only_breaks else "",
    )


def _part(event: "Event", part: "AgendaPart") -> PartLine:
    comma = ", " if short_locale() == "en" else "、"
    names = [f"{s.name}（{s.unit}）" if s.unit else s.name for s in part.speakers]
    if short_locale() == "en":
        names = [f"{s.name} ({s.unit})" if s.unit else s.name for s in part.speakers]
    return PartLine(
        times=times(part.starts_at, part.ends_at, event.zone),
        title=part.title,
        speakers=comma.join(names),
        credited=part.credited,
    )


def _links(planned: PlannedEvent) -> list[tuple[str, str, str]]:
    """One's own screens about the event: before and during it the pass, afterwards its papers."""
    entry, event, came = planned.entry, planned.event, planned.attended
    if entry is None or entry.state not in {EntryState.LISTED, EntryState.PENDING}:
        return []
    found: list[tuple[str, str, str]] = []
    if event.state not in OVER:
        found.append((url_for("passes.show", event_id=event.id), "qr-code", _("会员码")))
    if has_certificate(event, entry):
        found.append((url_for("documents.certificate", event_id=event.id), "award", _("出席证明")))
    if came is not None and came.activity_id is not None:
        address = url_for("activities.show", activity_id=came.activity_id)
        found.append((address, "journal-text", _("看这条记录")))
    if MY_ATTENDANCE in current_app.view_functions and came is not None:
        address = url_for(MY_ATTENDANCE, event_id=event.id)
        found.append((address, "clock-history", _("我的出席")))
    return found


def _statement(planned: PlannedEvent) -> str:
    event = planned.event
    began = event.starts_at <= clock.now() and event.state != "cancelled"
    if not began or planned.attended is not None or STATEMENT not in current_app.view_functions:
        return ""
    return url_for(STATEMENT, event_id=event.id)
