"""The queue as the page and the workbench print it: groups by deadline, tabs with their counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.filed_flags import FlagKind
from cpd_app.policy import Actor
from cpd_app.sheets.words import level_word
from cpd_app.usecases.audit_queue import STATES, Queue, QueueFilter, QueueRow, week_end
from cpd_app.web.audit_words import (
    flag_icon,
    flag_name,
    left_words,
    narrow_level,
    near_day,
    state_words,
)

DUE = ("today", "week")


@dataclass(frozen=True)
class Line:
    """One file of the queue."""

    row: QueueRow
    href: str
    level: str
    #: the level in a few letters, for the column beside a file
    narrow: str
    state: str
    #: 今天, 4 天, —, and its tone
    left: str
    tone: str
    due: str
    readers: str
    flags: list[tuple[str, str, int]]
    mine: bool


@dataclass(frozen=True)
class QueuePage:
    """The queue in its groups."""

    heading: str
    sub: str
    total: int
    groups: list[tuple[str, list[Line]]]
    tabs: list[dict[str, Any]]
    chips: list[dict[str, Any]]
    readers: list[tuple[int, str]]
    wanted: QueueFilter
    unassigned: int
    empty: str


def filter_of(args: Mapping[str, str]) -> QueueFilter:
    """What the address asks for; unknown values ask for nothing."""
    reader = args.get("reader", "")
    state = args.get("state", "")
    due = args.get("due", "")
    return QueueFilter(
        state=state if state in STATES else "",
        reader=int(reader) if reader.isascii() and reader.isdigit() and len(reader) < 10 else None,
        mine="mine" in args,
        due=due if due in DUE else "",
        unassigned="unassigned" in args,
    )


def href(wanted: QueueFilter, **changes: Any) -> str:
    """The address of the queue with some filters changed."""
    asked: dict[str, Any] = {
        "state": wanted.state,
        "reader": wanted.reader,
        "mine": "1" if wanted.mine else "",
        "due": wanted.due,
        "unassigned": "1" if wanted.unassigned else "",
        **changes,
    }
    return url_for("audits.index", **{k: v for k, v in asked.items() if v})


def queue_page(actor: Actor, found: Queue, wanted: QueueFilter, *, today: date) -> QueuePage:
    """Shape the queue."""
    words = _words(found, today)
    lines = [_line(actor, row, words) for row in found.rows]
    return QueuePage(
        heading=_heading(found),
        sub=_sub(found),
        total=found.total,
        groups=_groups(lines, today),
        tabs=_tabs(found, wanted),
        chips=_chips(found, wanted),
        readers=sorted({person for row in found.rows for person in row.readers},
                       key=lambda p: p[1]),
        wanted=wanted,
        unassigned=found.unassigned,
        empty=_empty(found, wanted, today),
    )  # fmt: skip


def _heading(found: Queue) -> str:
    if found.due_today:
        return ngettext("今天 %(num)s 份档案到期", "今天 %(num)s 份档案到期", found.due_today)
    if found.total:
        return ngettext("待审 %(num)s 份", "待审 %(num)s 份", found.total)
    return _("没有待审的档案")


def _sub(found: Queue) -> str:
    parts = []
    if found.due_today:  # else the heading says it
        parts.append(ngettext("待审 %(num)s 份", "待审 %(num)s 份", found.total))
    if found.unassigned:
        parts.append(
            ngettext("还没有分给人的 %(num)s 份", "还没有分给人的 %(num)s 份", found.unassigned)
        )
    if found.mine:
        parts.append(ngettext("分给我的 %(num)s 份", "分给我的 %(num)s 份", found.mine))
    return _("，").join(parts)


def _empty(found: Queue, wanted: QueueFilter, today: date) -> str:
    if found.total and wanted != QueueFilter():
        return _("没有符合条件的档案。")
    if found.next_on is None:
        return _("没有待审的档案。")
    return _("没有待审的档案。下一份最早 %(day)s可以提交。", day=near_day(found.next_on, today))


@dataclass(frozen=True)
class _Words:
    """What rows say, looked up once for a list of hundreds."""

    levels: dict[str, tuple[str, str]]
    states: dict[str, str]
    #: by day: how long until then, its tone, its name
    days: dict[date, tuple[str, str, str]]
    flags: dict[str, tuple[str, str]]
    paused: str
    comma: str


def _words(found: Queue, today: date) -> _Words:
    days = {row.due_on for row in found.rows}
    return _Words(
        levels={v: (level_word(v), narrow_level(v)) for v in {row.level for row in found.rows}},
        states={state: state_words(state) for state in {row.state for row in found.rows}},
        days={d: (*left_words(d, today), near_day(d, today)) for d in days},
        flags={str(k): (flag_name(str(k)), flag_icon(str(k))) for k in FlagKind
               if k is not FlagKind.LATE_ENTRY},
        paused=_("核实中，暂停"),
        comma=_("、"),
    )  # fmt: skip


def _line(actor: Actor, row: QueueRow, words: _Words) -> Line:
    left, tone, due = words.days[row.due_on]
    return Line(
        row=row,
        href=url_for("audits.show", filing_id=row.filing_id),
        level=words.levels[row.level][0],
        narrow=words.levels[row.level][1],
        state=words.paused if row.paused else words.states[row.state],
        left="—" if row.paused else left,
        tone="" if row.paused else tone,
        due=due,
        readers=words.comma.join(name for _id, name in row.readers),
        flags=[(*named, row.flags[k]) for k, named in words.flags.items() if k in row.flags][:3],
        mine=any(person == actor.person_id for person, _name in row.readers),
    )


def _groups(lines: list[Line], today: date) -> list[tuple[str, list[Line]]]:
    last = max(week_end(today), today + timedelta(days=1))
    groups: dict[str, list[Line]] = {"today": [], "week": [], "later": []}
    for line in lines:
        when = line.row.due_on
        if line.row.paused or when > last:
            groups["later"].append(line)
        else:
            groups["today" if when <= today else "week"].append(line)
    names = {"today": _("今天到期"), "week": _("本周"), "later": _("以后")}
    return [(names[code], found) for code, found in groups.items() if found]


def _tabs(found: Queue, wanted: QueueFilter) -> list[dict[str, Any]]:
    tabs = [{"href": href(wanted, state=""), "text": _("全部"), "active": not wanted.state,
             "count": found.total}]  # fmt: skip
    tabs += [
        {"href": href(wanted, state=state), "text": state_words(state),
         "active": wanted.state == state, "count": found.states[state]}
        for state in STATES
        if found.states.get(state) or wanted.state == state
    ]  # fmt: skip
    return tabs


def _chips(found: Queue, wanted: QueueFilter) -> list[dict[str, Any]]:
    """Switches beside the tabs: mine, unassigned, due."""
    return [
        {"href": href(wanted, mine="" if wanted.mine else "1"), "text": _("分给我的"),
         "active": wanted.mine, "count": found.mine},
        {"href": href(wanted, unassigned="" if wanted.unassigned else "1"), "text": _("未分配"),
         "active": wanted.unassigned, "count": found.unassigned},
        {"href": href(wanted, due="" if wanted.due == "today" else "today"),
         "text": _("今天到期"), "active": wanted.due == "today", "count": None},
        {"href": href(wanted, due="" if wanted.due == "week" else "week"), "text": _("本周到期"),
         "active": wanted.due == "week", "count": None},
    ]  # fmt: skip
