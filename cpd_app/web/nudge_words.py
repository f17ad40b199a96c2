"""催办 in words: filters of the address, tabs, lines of the list, what somebody will read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import force_locale, ngettext, pgettext
from flask_babel import gettext as _

from cpd_app import clock, message_words
from cpd_app.domain.messages import MessageKind
from cpd_app.domain.nudges import ASKED, MONTHS, LeftOut
from cpd_app.texts.nudges import LEFT_OUT, OUTCOMES
from cpd_app.texts.renewal import CHECK_NAMES
from cpd_app.usecases.nudge_list import (
    DEFAULT_MONTHS,
    NUDGED,
    WHO,
    NudgeFilter,
    NudgePage,
    NudgeRow,
    Plan,
)
from cpd_app.usecases.nudges import Said
from cpd_app.web.filters import hours
from cpd_app.web.locale import CATALOGUES

#: kept in the address of one page of the list
PER_ADDRESS = 50


@dataclass(frozen=True)
class Preview:
    """What one person will read, in their language."""

    said: Said
    title: str
    text: str
    language: str


def filter_of(args: Mapping[str, str]) -> NudgeFilter:
    """From the query of a request; unknown values ask for nothing."""
    months = args.get("months", "")
    return NudgeFilter(
        months=int(months) if months in {str(m) for m in MONTHS} else DEFAULT_MONTHS,
        who=_one_of(args.get("who", ""), WHO),
        missing=_one_of(args.get("missing", ""), ASKED),
        nudged=_one_of(args.get("nudged", ""), NUDGED),
    )


def query_of(wanted: NudgeFilter) -> dict[str, str]:
    """The filter as it stands in the address, without what is so anyway."""
    asked = {
        "months": "" if wanted.months == DEFAULT_MONTHS else str(wanted.months),
        "who": wanted.who,
        "missing": wanted.missing,
        "nudged": wanted.nudged,
    }
    return {name: value for name, value in asked.items() if value}


def href(wanted: NudgeFilter, **changes: Any) -> str:
    """The address of the list with some filters changed; the page begins anew."""
    asked = {**query_of(wanted), **changes}
    return url_for("nudges.index", **{k: v for k, v in asked.items() if v})


def heading(found: NudgePage, wanted: NudgeFilter) -> str:
    """The answer: how many certificates end, of whom how many have not filed."""
    words = ngettext(
        "%(months)s 个月内 %(num)s 人到期",
        "%(months)s 个月内 %(num)s 人到期",
        found.by_who[""],
        months=wanted.months,
    )
    open_ones = found.by_who["not_filed"]
    if not open_ones:
        return words
    return words + ngettext("，%(num)s 人还没申请", "，%(num)s 人还没申请", open_ones)


def tabs(found: NudgePage, wanted: NudgeFilter) -> list[dict[str, Any]]:
    """Groups with their counts."""
    words = {"": _("全部"), "not_activated": _("未激活"), "not_filed": _("还没申请")}
    return [
        {
            "href": href(wanted, who=who),
            "text": words[who],
            "count": f"{found.by_who[who]:,}",
            "active": wanted.who == who,
        }
        for who in WHO
    ]


def options() -> dict[str, list[tuple[str, str]]]:
    """Choices of the filters."""
    return {
        "months": [(str(m), _("%(n)s 个月内", n=m)) for m in MONTHS],
        "missing": [("", _("不限")), *((code, check_word(code)) for code in ASKED)],
        "nudged": [("", _("不限")), ("no", _("7 天内没催过")), ("yes", _("7 天内催过"))],
    }


def check_word(code: str) -> str:
    """What is missing when a check is open."""
    return str(_("再注册申请") if code == "expiry" else _(CHECK_NAMES[code]))


def lacks(row: NudgeRow) -> str:
    """What is missing, in the names of the checks; hours with their figure."""
    parts = []
    for code in row.to_do:
        name = check_word(code)
        if code == "years_met" and row.missing:
            name = _("%(name)s差 %(hours)s", name=name, hours=hours(row.missing))
        parts.append(name)
    return str(_("、").join(parts))


def way_word(way: str | None) -> str:
    """How somebody was reminded."""
    return {"message": str(pgettext("way", "消息")), "csv": _("短信名单")}.get(way or "", "")


def outcome_word(outcome: str) -> str:
    """What came of a call."""
    return str(_(OUTCOMES[outcome]))


def outcomes() -> list[tuple[str, str]]:
    """Choices of a call note."""
    return [(code, outcome_word(code)) for code in OUTCOMES]


def left_out_words(left_out: Mapping[LeftOut, int]) -> list[tuple[int, str]]:
    """Numbers of those left out, with the reason."""
    return [(count, str(_(LEFT_OUT[why.value]))) for why, count in left_out.items() if count]


def why_word(why: LeftOut) -> str:
    """The reason of one who was left out."""
    return str(_(LEFT_OUT[why.value]))


def preview_of(said: Said) -> Preview:
    """The message as this person will read it."""
    with force_locale(CATALOGUES[said.locale if said.locale in CATALOGUES else "zh"]):
        title = message_words.title(MessageKind.NUDGE, said.data)
        text = message_words.text(MessageKind.NUDGE, said.data)
    return Preview(said, title, text, "en" if said.locale == "en" else "zh-CN")


def nudged_on(row: NudgeRow) -> date | None:
    """The day of the last nudge in Beijing."""
    return row.nudged_at.astimezone(clock.BEIJING).date() if row.nudged_at else None


def last_on(row: NudgeRow) -> Any:
    """The last day of the certificate."""
    return row.ends_on - timedelta(days=1)


def neighbours(plan: Plan, registration_id: int) -> tuple[int | None, int | None, int]:
    """Who stands before and after somebody in the plan, and their place, from 1."""
    place = plan.ids.index(registration_id)
    before = plan.ids[place - 1] if place else None
    after = plan.ids[place + 1] if place + 1 < len(plan.ids) else None
    return before, after, place + 1


def _one_of(value: str, known: Any) -> str:
    return value if value in known else ""
