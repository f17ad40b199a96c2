"""The organiser's table of attendance: its head, tabs, lines and the panel of one person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.domain.presence import presence_in
from cpd_app.sheets import attendance_words as words
from cpd_app.usecases.attendance_table import Happened, Line, Person, Table
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.settlement import Outstanding
from cpd_app.web.attendance_strip import Scale, Strip, Tick
from cpd_app.web.event_words import Tab

if TYPE_CHECKING:
    from cpd_app.models import Event, Statement

#: filters as tabs, in this order
TABS = (
    "all", "look", "missing_out", "one_device", "old_code", "two_rooms", "self_scan",
    "same_file", "missing_in",
    "said", "pending", "corrected", "inside", "absent",
)  # fmt: skip


@dataclass(frozen=True)
class FlagShown:
    """A flag of a line: words, icon, and the reason for those who ask."""

    text: str
    icon: str
    reason: str
    outline: bool = False


@dataclass(frozen=True)
class LineShown:
    """One row of the table."""

    id: int
    href: str
    name: str
    number: str
    strip: Strip
    came: str
    left: str
    minutes: int
    hours: int
    letter: str
    letter_words: str
    flags: list[FlagShown]
    missing_out: bool
    inside: bool
    selected: bool
    here: bool
    corrected: bool


@dataclass(frozen=True)
class Story:
    """One line of what happened."""

    when: str
    title: str
    by: str
    note: str
    void: bool
    statement: "Statement | None" = None
    scan_id: int | None = None
    #: the correction whose photo of the signed sheet can be opened
    sheet: int | None = None


@dataclass(frozen=True)
class Stretch:
    """A session with one person's presence in it, as the correction form begins."""

    id: int
    title: str
    came: str
    left: str


@dataclass
class Panel:
    """One person beside the table."""

    person: Person
    line: LineShown
    sums: list[str]
    policy: str
    held: str
    reasons: list[str]
    story: list[Story]
    sessions: list[Stretch]
    open_statements: list["Statement"] = field(default_factory=list)

    @property
    def session_options(self) -> list[tuple[int, str]]:
        """The sessions for a select."""
        return [(s.id, s.title) for s in self.sessions]


@dataclass
class AttendancePage:
    """Everything that the page prints."""

    event: "Event"
    heading: str
    tabs: list[Tab]
    ticks: list[Tick]
    lines: list[LineShown]
    table: Table
    wanted: str
    q: str
    previous: str
    following: str
    leaving: int


def attendance_page(
    table: Table, *, wanted: str, q: str, selected: int | None, outstanding: Outstanding
) -> AttendancePage:
    """Shape a table for its page."""
    event, scale = table.event, Scale(table.facts, now=clock.now())
    kept = {"show": wanted if wanted != "all" else "", "q": q}

    def at(**changes: Any) -> str:
        asked = {**kept, **changes}
        return url_for(
            "attendance.index", event_id=event.id, **{k: v for k, v in asked.items() if v}
        )

    return AttendancePage(
        event=event,
        heading=_heading(table, outstanding),
        tabs=[
            Tab(at(show="" if name == "all" else name), tab_words(name), name == wanted,
                table.counts[name])
            for name in TABS
            if name in table.counts
        ],
        ticks=scale.ticks(),
        lines=[
            _line(
                line,
                event,
                scale.strip(line.attended, table.facts, _label(line, event)),
                at(e=line.light.entry_id),
                selected=line.light.entry_id == selected,
            )
            for line in table.lines
        ],
        table=table,
        wanted=wanted,
        q=q,
        previous=at(page=table.page - 1) if table.page > 1 else "",
        following=at(page=table.page + 1) if table.page < table.pages else "",
        leaving=outstanding.leaving,
    )  # fmt: skip


def panel_of(person: Person) -> Panel:
    """One person's panel."""
    event, line = person.event, person.line
    names = names_of({h.by_id for h in person.story})
    scale = Scale(person.facts, now=clock.now())
    strip = scale.strip(line.attended, person.facts, _label(line, event))
    trace = person.attendance.trace if person.attendance else []
    return Panel(
        person=person,
        line=_line(line, event, strip, "", selected=True),
        sums=words.sums_of(line.attended.stays, event, line.light.minutes, trace),
        policy=words.policy_line(line.attended, event),
        held=words.held_words(line.light.held),
        reasons=[words.flag_reason(flag, event) for flag in line.light.flags],
        story=[_story(h, event, names) for h in person.story],
        sessions=[_stretch(person, held) for held in event.sessions if not held.rehearsal],
        open_statements=[s for s in person.statements if s.state == "open"],
    )


def tab_words(name: str) -> str:
    """What a filter is called."""
    return {
        "all": _("全部"),
        "look": _("要看"),
        "missing_out": _("缺签退"),
        "one_device": _("一机多人"),
        "old_code": _("码晚到"),
        "two_rooms": _("两处同时"),
        "self_scan": _("自己扫自己"),
        "same_file": _("同一附件"),
        "missing_in": _("缺签到"),
        "said": _("我在场"),
        "pending": _("待定"),
        "corrected": _("已更正"),
        "inside": _("在场"),
        "absent": _("没到"),
    }[name]


def letter_words(letter: str | None) -> str:
    """What a letter of attendance says."""
    return {
        "A": _("主办方扫码签到"),
        "B": _("本人扫码签到"),
        "C": _("主办方名单"),
    }.get(letter or "", "")


def _heading(table: Table, outstanding: Outstanding) -> str:
    came, look = table.counts["all"], table.counts.get("look", 0)
    people = ngettext("到 %(num)s 人", "到 %(num)s 人", came)
    if look:
        places = ngettext("%(num)s 处要看", "%(num)s 处要看", look)
        return _("%(people)s，%(places)s", people=people, places=places)
    if table.event.state == "settled":
        return _("已结项，%(people)s", people=people)
    if outstanding.stale:
        return _("%(people)s，正在计算", people=people)
    return _("%(people)s，没有要看的", people=people) if came else _("还没有人签到")


def _label(line: Line, event: "Event") -> str:
    return words.presence_words(line.attended, event)


def _line(line: Line, event: "Event", strip: Strip, href: str, *, selected: bool) -> LineShown:
    one, found = line.light, line.attended
    first = min((s.in_at for s in found.stays), default=None)
    last = max((s.out_at for s in found.stays if s.out_at and not s.assumed), default=None)
    missing = found.missing_out or one.missing_out
    day = words.has_days(event)
    return LineShown(
        id=one.entry_id,
        href=href,
        name=one.name,
        number=one.number or "",
        strip=strip,
        came=words.clock_words(first, event, day=day),
        left="—" if missing else words.clock_words(last, event, day=day),
        minutes=one.minutes,
        hours=one.hours,
        letter=line.letter or "",
        letter_words=letter_words(line.letter),
        flags=_flags(line, event, missing=missing),
        missing_out=missing,
        inside=one.inside,
        selected=selected,
        here=one.here,
        corrected=one.corrected,
    )


def _flags(line: Line, event: "Event", *, missing: bool) -> list[FlagShown]:
    one = line.light
    found = []
    if missing:
        found.append(_flag("missing_out", _("缺签退"), words.policy_line(line.attended, event)))
    found += [
        _flag(flag["code"], words.flag_words(flag), words.flag_reason(flag, event))
        for flag in one.flags
    ]
    if one.said:
        found.append(_flag("said", _("我在场"), _("本人有说明，等答复。")))
    if one.here and one.state == "pending":
        found.append(_flag("pending", _("待定"), words.held_words("pending")))
    found += [
        _flag(mark, words.mark_words(mark), "", outline=True)
        for mark in one.marks
        if mark in {"late", "static_code"}
    ]
    if one.corrected:
        found.append(_flag("corrected", _("已更正"), "", outline=True))
    return found


def _flag(code: str, text: str, reason: str, *, outline: bool = False) -> FlagShown:
    return FlagShown(text, words.ICONS[code], reason, outline)


def _story(item: Happened, event: "Event", names: Mapping[int, str]) -> Story:
    note = words.scan_note(item.scan) if item.scan else ""
    if item.correction is not None:
        note = item.correction.reason
    by = item.by or ("" if item.statement else names.get(item.by_id or 0, ""))
    return Story(
        when=words.clock_words(item.at, event, day=words.has_days(event)),
        title=words.story_title(item, event),
        by=by,
        note=note,
        void=item.void,
        statement=item.statement,
        scan_id=item.scan.id if item.scan else None,
        sheet=_sheet(item),
    )


def _sheet(item: Happened) -> int | None:
    """A correction's own file; a statement's is shown with the statement."""
    correction = item.correction
    has_sheet = correction and correction.file_id and correction.statement_id is None
    return correction.id if correction and has_sheet else None


def _stretch(person: Person, held: Any) -> Stretch:
    spans = presence_in(held.id, person.line.attended.stays)
    open_since = [s.in_at for s in person.line.attended.stays if s.session == held.id]
    came = spans[0][0] if spans else min(open_since, default=None)
    left = None
    if spans and not any(s.assumed or s.open for s in person.line.attended.stays):
        left = spans[-1][1]
    event = person.event
    return Stretch(
        held.id, held.title, words.clock_words(came, event), words.clock_words(left, event)
    )
