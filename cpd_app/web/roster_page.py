"""An event's roster in words: rows, tabs, the preview of a list, one entry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor
from cpd_app.domain.roster import EntryState
from cpd_app.policy import Permission, may
from cpd_app.texts import SENTENCES
from cpd_app.texts.roster import ROSTER_COLUMNS
from cpd_app.usecases.event_access import event_target
from cpd_app.usecases.roster_files import CheckedList, CheckedName
from cpd_app.usecases.roster_shown import TABS, EntryShown, Roster, RosterFilter, RosterRow
from cpd_app.web.filters import moment
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

#: states in which a roster is final
FINAL = frozenset({"settled", "cancelled"})
#: rows of a preview shown at once: wrong ones first; the others are counted
MOST_SHOWN = 200
#: of the export, in Chinese; the page says them in the reader's language
EXPORT_HEADING = ("姓名", "单位", "注册编号", "学会", "来源", "状态", "请假", "已签到")


@dataclass(frozen=True)
class Line:
    """One entry of the list."""

    id: int
    href: str
    name: str
    unit: str
    number: str
    society: str
    source: str
    #: text and kind of components/state.html
    state: tuple[str, str]
    is_guest: bool


@dataclass(frozen=True)
class RosterPage:
    """Everything the roster's page prints."""

    heading: str
    sub: str
    lines: list[Line]
    tabs: list[dict[str, Any]]
    show: str
    q: str
    found: Roster
    previous: str
    following: str
    #: whether the visitor keeps it, and it may still be changed
    keeps: bool
    decides: bool


@dataclass(frozen=True)
class PreviewLine:
    """A row of a list with what was found."""

    line: int
    name: str
    number: str
    unit: str
    state: tuple[str, str]
    findings: list[tuple[str, str]]


@dataclass(frozen=True)
class PreviewPage:
    """What adding a list would do."""

    heading: str
    sub: str
    lines: list[PreviewLine]
    hidden: int
    #: the good rows, as the form carries them
    people: str
    good: int
    ignored: str


@dataclass(frozen=True)
class EntryPage:
    """One entry."""

    line: Line
    facts: list[tuple[str, str]]
    shown: EntryShown
    keeps: bool
    #: what can be done: accept, decline, excuse, unexcuse, remove, correct
    acts: frozenset[str]


def filter_of(args: Mapping[str, str]) -> RosterFilter:
    """What the address asks for; unknown values ask for nothing."""
    show, page = args.get("show", ""), args.get("page", "1")
    return RosterFilter(
        show=show if show in TABS else "listed",
        q=args.get("q", "").strip()[:100],
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def roster_page(found: Roster, wanted: RosterFilter) -> RosterPage:
    """Shape a page of the roster."""
    words = {
        "listed": _("名单"),
        "pending": _("待定"),
        "waiting": _("候补"),
        "gone": _("已退出"),
    }
    event = found.event
    target = event_target(event, now=clock.now())
    keeps = may(current_actor(), Permission.RUN_EVENT, target) and event.state not in FINAL
    return RosterPage(
        heading=_heading(found),
        sub=_sub(found),
        lines=[_line(row) for row in found.rows],
        tabs=[
            {
                "href": _href(event.id, tab, wanted.q),
                "text": words[tab],
                "count": found.counts[tab],
                "active": tab == wanted.show,
            }
            for tab in TABS
            if tab == "listed" or found.counts[tab] or tab == wanted.show
        ],
        show=wanted.show,
        q=wanted.q,
        found=found,
        previous=_href(event.id, wanted.show, wanted.q, found.page - 1) if found.page > 1 else "",
        following=_href(event.id, wanted.show, wanted.q, found.page + 1)
        if found.page < found.pages
        else "",
        keeps=keeps,
        decides=keeps and wanted.show in {"pending", "waiting"} and bool(found.rows),
    )


def preview_page(checked: CheckedList) -> PreviewPage:
    """Shape what was found in a list: wrong rows first, then those with a word, then the rest."""
    order = {"bad": 0, "guest": 2, "member": 2, "same": 3}
    rows = sorted(checked.rows, key=lambda r: (1 if r.warnings else order[r.state], r.line))
    good = checked.good
    people = [[r.named.name, r.named.number, r.named.phone, r.named.unit] for r in good]
    counts = checked.counts
    said = [
        ngettext("会员 %(num)s 人", "会员 %(num)s 人", counts["member"]),
        ngettext("来宾 %(num)s 人", "来宾 %(num)s 人", counts["guest"]),
    ]
    if counts["same"]:
        said.append(ngettext("已在名单 %(num)s 人", "已在名单 %(num)s 人", counts["same"]))
    if counts["bad"]:
        said.append(ngettext("%(num)s 行有误", "%(num)s 行有误", counts["bad"]))
    comma = ", " if short_locale() == "en" else "，"
    ignored = ", ".join(checked.ignored)
    return PreviewPage(
        heading=ngettext("可以登记 %(num)s 人", "可以登记 %(num)s 人", len(good)),
        sub=comma.join(said),
        lines=[_preview_line(row) for row in rows[:MOST_SHOWN]],
        hidden=max(0, len(rows) - MOST_SHOWN),
        people=json.dumps(people, ensure_ascii=False),
        good=len(good),
        ignored=sentence("columns_ignored", {"columns": ignored}) if ignored else "",
    )


def entry_page(shown: EntryShown) -> EntryPage:
    """Shape one entry."""
    event, entry = shown.event, shown.row.entry
    target = event_target(event, now=clock.now())
    keeps = may(current_actor(), Permission.RUN_EVENT, target) and event.state not in FINAL
    line = _line(shown.row)
    return EntryPage(
        line=line,
        facts=[
            (_("单位"), line.unit),
            (_("注册编号"), line.number),
            (_("学会"), line.society),
            (_("来源"), line.source),
            (_("登记时间"), moment(entry.created_at)),
            (_("为什么待定"), _why(entry)),
            (_("理由"), entry.answer or ""),
            (_("签到"), _("已有扫码记录") if shown.row.came else _("还没有")),
        ],
        shown=shown,
        keeps=keeps,
        acts=_acts(shown) if keeps else frozenset(),
    )


def export_row(row: RosterRow) -> list[str]:
    """One row of the exported roster."""
    line = _line(row)
    return [
        line.name,
        line.unit,
        line.number,
        line.society,
        line.source,
        line.state[0],
        _("是") if row.entry.excused else "",
        _("是") if row.came else "",
    ]


def _acts(shown: EntryShown) -> frozenset[str]:
    entry, acts = shown.row.entry, set()
    if entry.state != EntryState.LISTED:
        acts.add("accept")
    if entry.state in {EntryState.PENDING, EntryState.WAITING}:
        acts.add("decline")
    if entry.state == EntryState.LISTED and not shown.row.came:
        acts |= {"unexcuse" if entry.excused else "excuse", "remove"}
    if entry.person_id is None:
        acts.add("correct")
    return frozenset(acts)


def _heading(found: Roster) -> str:
    listed = ngettext("名单 %(num)s 人", "名单 %(num)s 人", found.counts["listed"])
    pending = found.counts["pending"]
    if not pending:
        return listed
    waits = ngettext("%(num)s 人待定", "%(num)s 人待定", pending)
    return _("%(listed)s，%(waits)s", listed=listed, waits=waits)


def _sub(found: Roster) -> str:
    capacity = found.event.capacity
    if capacity is None:
        return ""
    if found.over:
        return _("名额 %(capacity)s，超出 %(over)s 人", capacity=capacity, over=found.over)
    return _("名额 %(capacity)s，还剩 %(left)s", capacity=capacity, left=found.left)


def _line(row: RosterRow) -> Line:
    entry = row.entry
    english = short_locale() == "en"
    return Line(
        id=entry.id,
        href=url_for("roster.show", event_id=entry.event_id, entry_id=entry.id),
        name=entry.name,
        unit=entry.unit or "",
        number=entry.number or "",
        society=(row.society.name_en if english else row.society.name) if row.society else "",
        source=sentence(f"source_{entry.source}"),
        state=_state(row),
        is_guest=entry.person_id is None,
    )


def _state(row: RosterRow) -> tuple[str, str]:
    entry = row.entry
    listed = (_("请假"), "none") if entry.excused else (_("在名单"), "none")
    words = {
        EntryState.LISTED: (_("已签到"), "ok") if row.came else listed,
        EntryState.PENDING: (_why(entry) or _("待定"), "warning"),
        EntryState.WAITING: (_("候补"), "now"),
        EntryState.DECLINED: (_("没有通过"), "blocker"),
        EntryState.CANCELLED: (_("已退出"), "none"),
    }
    return words[EntryState(entry.state)]


def _why(entry: Any) -> str:
    code = f"pending_{entry.pending_reason}"
    waits = entry.state == EntryState.PENDING and code in SENTENCES
    return sentence(code) if waits else ""


def _href(event_id: int, show: str, q: str, page: int = 1) -> str:
    asked: dict[str, Any] = {
        "show": show if show != "listed" else "",
        "q": q,
        "page": page if page > 1 else "",
    }
    return url_for("roster.index", event_id=event_id, **{k: v for k, v in asked.items() if v})


def _preview_line(row: CheckedName) -> PreviewLine:
    states = {
        "member": (_("会员"), "ok"),
        "guest": (_("来宾"), "none"),
        "same": (_("已在名单"), "quiet"),
        "bad": (_("有误"), "blocker"),
    }
    named = row.named
    return PreviewLine(
        line=row.line,
        name=named.name,
        number=named.number or "",
        unit=named.unit or "",
        state=states[row.state],
        findings=[
            (_finding(said), kind)
            for found, kind in ((row.problems, "blocker"), (row.warnings, "warning"))
            for said in found
        ],
    )


def _finding(said: dict[str, Any]) -> str:
    words = sentence(said["code"], said)
    column = next((c for c in ROSTER_COLUMNS if c.code == said.get("field")), None)
    if column is None:
        return words
    name = column.en if short_locale() == "en" else column.zh
    return words if words.startswith(name) else f"{name}{_('：')}{words}"
