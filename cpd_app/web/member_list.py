"""The register as a list: filters from the address, tabs with counts, rows ready to print."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.sheets.words import field_name, level_word, state_word
from cpd_app.texts.register import LEVELS, STATES
from cpd_app.texts.renewal import VERDICTS
from cpd_app.usecases.members import (
    PAGE_SIZE,
    SORTS,
    STANDINGS,
    UNMAPPED,
    Found,
    MemberFilter,
    MemberRow,
    month_of,
)
from cpd_app.web.filters import hours
from cpd_app.web.locale import short_locale

#: how a state looks in a list; normal is quiet
STATE_KINDS = {
    "active": ("quiet", "check-lg"),
    "suspended": ("warning", "pause-circle"),
    "expired": ("none", "clock"),
    "cancelled": ("none", "x-lg"),
    "revoked": ("blocker", "x-lg"),
}
#: how the worst verdict of a term looks in a list
VERDICT_KINDS = {
    "met": "quiet",
    "on_track": "quiet",
    "behind": "warning",
    "short": "blocker",
    "waived": "none",
    "ahead": "none",
}
MONTHS = (3, 6, 12)


@dataclass(frozen=True)
class Line:
    """One row of the list in words."""

    row: MemberRow
    field: str
    level: str
    last_on: date
    state: tuple[str, str, str]
    #: (word, kind) or None when nobody has opened the account
    verdict: tuple[str, str] | None


@dataclass(frozen=True)
class MemberList:
    """Everything the page of the list prints."""

    heading: str
    sub: str
    filters: MemberFilter
    tabs: list[dict[str, Any]]
    head: list[dict[str, Any]]
    lines: list[Line]
    found: Found
    previous: str
    following: str
    #: what the address asks for besides the search, for the hidden fields of its form
    kept: dict[str, str]
    #: filters in force besides the search and the state: words and the address without each
    chips: list[dict[str, str]]


def filter_of(args: Mapping[str, str]) -> MemberFilter:
    """From the query of a request; unknown values ask for nothing."""
    months = args.get("months", "")
    due = args.get("due", "")
    return MemberFilter(
        q=args.get("q", "").strip()[:100],
        state=_one_of(args.get("state", ""), STATES),
        level=_one_of(args.get("level", ""), LEVELS),
        field=args.get("field", "")[:80],
        standing=_one_of(args.get("standing", ""), STANDINGS),
        months=int(months) if months in {str(m) for m in MONTHS} else None,
        due=due if month_of(due) else "",
        sort=_one_of(args.get("sort", ""), SORTS) or "number",
    )


def query_of(wanted: MemberFilter) -> dict[str, str]:
    """The filter as it stands in the address, without what asks for nothing."""
    asked = {
        "q": wanted.q,
        "state": wanted.state,
        "level": wanted.level,
        "field": wanted.field,
        "standing": wanted.standing,
        "months": str(wanted.months or ""),
        "due": wanted.due,
        "sort": "" if wanted.sort == "number" else wanted.sort,
    }
    return {name: value for name, value in asked.items() if value}


def href(wanted: MemberFilter, **changes: Any) -> str:
    """The address of the list with some filters changed; the page begins anew."""
    asked = {**query_of(wanted), **changes}
    return url_for("members.index", **{k: v for k, v in asked.items() if v})


def member_list(
    found: Found, wanted: MemberFilter, fields: Iterable[tuple[str, str]]
) -> MemberList:
    """Shape what was found."""
    chips = _chips(wanted, dict(fields))
    return MemberList(
        heading=_heading(found, wanted, chips),
        sub=_sub(found, wanted),
        filters=wanted,
        tabs=_tabs(found, wanted),
        head=_head(wanted),
        lines=[line_of(row) for row in found.rows],
        found=found,
        previous=href(wanted, page=found.page - 1) if found.page > 1 else "",
        following=href(wanted, page=found.page + 1) if found.page < found.pages else "",
        kept={k: v for k, v in query_of(wanted).items() if k != "q"},
        chips=chips,
    )


def line_of(row: MemberRow) -> Line:
    """One row in words."""
    kind, icon = STATE_KINDS[row.state]
    verdict = None
    if row.activated and row.verdict:
        word = _(VERDICTS[row.verdict])
        if row.missing and row.verdict in {"behind", "short"}:
            word = _("%(word)s，差 %(hours)s", word=word, hours=hours(row.missing))
        verdict = (word, VERDICT_KINDS[row.verdict])
    return Line(
        row=row,
        field=field_name(row),
        level=level_word(row.level),
        last_on=row.ends_on - timedelta(days=1),
        state=(state_word(row.state), kind, icon),
        verdict=verdict,
    )


def standing_word(standing: str) -> str:
    """What the filter by standing is called."""
    return {
        "not_activated": _("未激活"),
        "behind": _("今年落后"),
        "short": _("有未达标的年度"),
        "not_ready": _("未就绪"),
    }[standing]


def month_words(first: date) -> str:
    """2027年3月 / March 2027."""
    return f"{first:%B %Y}" if short_locale() == "en" else f"{first.year}年{first.month}月"


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in known else ""


def _heading(found: Found, wanted: MemberFilter, chips: Iterable[Mapping[str, str]]) -> str:
    if wanted.q:
        return ngettext("找到 %(num)s 个注册", "找到 %(num)s 个注册", found.total)
    counts = {s: found.by_state.get(s, 0) for s in ("active", "suspended")}
    if query_of(wanted).keys() <= {"sort"}:
        words = ngettext("有效 %(num)s 个", "有效 %(num)s 个", counts["active"])
        if counts["suspended"]:
            words += ngettext("，暂停 %(num)s 个", "，暂停 %(num)s 个", counts["suspended"])
        return words
    words = [chip["text"] for chip in chips]
    if wanted.state:
        words.insert(0, state_word(wanted.state))
    total = ngettext("%(num)s 个注册", "%(num)s 个注册", found.total)
    return _("%(asked)s：%(total)s", asked=_("，").join(words), total=total)


def _sub(found: Found, wanted: MemberFilter) -> str:
    if found.pages > 1:
        first = (found.page - 1) * PAGE_SIZE + 1
        return _("第 %(first)s 至 %(last)s 个", first=first, last=first + len(found.rows) - 1)
    if wanted.q:
        return _("按编号、邮箱、手机的开头，按姓名、单位的任何部分找。")
    return ""


def _tabs(found: Found, wanted: MemberFilter) -> list[dict[str, Any]]:
    everything = {
        "href": href(wanted, state=""),
        "text": _("全部"),
        "count": f"{sum(found.by_state.values()):,}",
        "active": not wanted.state,
    }
    return [everything] + [
        {
            "href": href(wanted, state=state),
            "text": state_word(state),
            "count": f"{found.by_state.get(state, 0):,}",
            "active": wanted.state == state,
        }
        for state in STATE_KINDS
        if found.by_state.get(state) or wanted.state == state
    ]


def number_column(sort: str, to: Callable[..., str]) -> dict[str, Any]:
    """The heading that sorts by number; `to` makes the address of another order."""
    return {
        "text": _("编号"),
        "href": to(sort=""),
        "sorted": "ascending" if sort == "number" else None,
    }


def end_column(sort: str, to: Callable[..., str]) -> dict[str, Any]:
    """The heading that sorts by the last day, and turns round when it does already."""
    return {
        "text": _("有效至"),
        "right": True,
        "href": to(sort="-ends_on" if sort == "ends_on" else "ends_on"),
        "sorted": {"ends_on": "ascending", "-ends_on": "descending"}.get(sort),
    }


def _head(wanted: MemberFilter) -> list[dict[str, Any]]:
    to = partial(href, wanted)
    return [
        number_column(wanted.sort, to),
        {"text": _("姓名")},
        {"text": _("单位")},
        {"text": _("领域")},
        {"text": _("级别")},
        end_column(wanted.sort, to),
        {"text": _("状态")},
        {"text": _("学时进度")},
    ]


def _chips(wanted: MemberFilter, fields: Mapping[str, str]) -> list[dict[str, str]]:
    words = {
        "level": level_word(wanted.level) if wanted.level else "",
        "field": _("领域待对应")
        if wanted.field == UNMAPPED
        else fields.get(wanted.field, wanted.field),
        "standing": standing_word(wanted.standing) if wanted.standing else "",
        "months": _("%(n)s 个月内到期", n=wanted.months) if wanted.months else "",
    }
    month = month_of(wanted.due)
    if month:
        words["due"] = _("%(month)s到期", month=month_words(month[0]))
    return [
        {"text": word, "href": href(wanted, **{name: ""})} for name, word in words.items() if word
    ]
