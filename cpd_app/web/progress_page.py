"""Home and 续期体检 in words: the ring, the strip of years, each check with what to do."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.hours import format_rate
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.renewal import Check, State
from cpd_app.domain.years import Verdict
from cpd_app.texts.renewal import CHECK_NAMES, VERDICTS
from cpd_app.usecases.progress import Standing
from cpd_app.web.activity_list import ALL, SHOW, Entry, entry_of
from cpd_app.web.filters import day, hours
from cpd_app.wording import check_sentence

#: verdict -> how the strip shows it
KINDS = {
    Verdict.MET: "ok",
    Verdict.SHORT: "blocker",
    Verdict.BEHIND: "warning",
    Verdict.ON_TRACK: "now",
}
LAST = 3


@dataclass(frozen=True)
class HomePage:
    """Everything home prints for somebody with a registration."""

    standing: Standing
    headline: str
    sub: str
    ring: dict[str, Any] | None
    legend: list[dict[str, Any]]
    strip: list[dict[str, Any]]
    need_words: str
    card: dict[str, str]
    entries: list[Entry]
    drafts: int
    proposed: int
    #: nothing entered yet although years have gone: home opens with 补录
    first_visit: bool


def home_page(standing: Standing, waiting: dict[str, int]) -> HomePage:
    """Shape a registration's standing for home."""
    year = standing.current
    headline, sub = _headline(standing)
    newest = sorted(standing.records, key=lambda r: r.id, reverse=True)[:LAST]
    begun = [y for y in standing.years if y.verdict is not Verdict.AHEAD]
    return HomePage(
        standing=standing,
        headline=headline,
        sub=sub,
        ring=_ring(year, standing.readiness.on) if year else None,
        legend=_legend(year, adopted=standing.adopted) if year else [],
        strip=strip_of(standing),
        need_words=_need_words(standing.years),
        card=_card(standing),
        entries=[entry_of(r, whole_day=True) for r in newest],
        drafts=waiting.get("draft", 0),
        proposed=waiting.get("proposed", 0),
        first_visit=not standing.records and not waiting and len(begun) > 1,
    )


def strip_of(standing: Standing) -> list[dict[str, Any]]:
    """The years of the term as components/year_strip.html wants them."""
    current = standing.current
    return [
        {
            "label": _("第 %(n)s 年", n=year.index),
            "recognised": year.recognised,
            "required": year.required,
            "figure": "–" if _is_empty(year) else hours(year.recognised),
            "verdict": verdict_word(year.verdict),
            "kind": verdict_kind(year.verdict),
            "current": current is not None and year.index == current.index,
            "href": url_for("activities.index", year=year.index),
        }
        for year in standing.years
    ]


def verdict_word(verdict: Verdict) -> str:
    """达标, 正常, 落后, 未达标, 已减免, 未开始."""
    return str(_(VERDICTS[verdict]))


def verdict_kind(verdict: Verdict) -> str:
    """How components/state.html and the strip colour it."""
    return KINDS.get(verdict, "none")


def _is_empty(year: YearProgress) -> bool:
    return year.verdict is Verdict.AHEAD and not year.recognised


def _headline(standing: Standing) -> tuple[str, str]:
    year, term = standing.current, standing.term
    until = _("证书到%(day)s", day=day(_last(term.ends_on)))
    if year is None:
        if standing.readiness.on < term.starts_on:
            return _("证书%(day)s起生效", day=day(term.starts_on)), until
        return _("证书已到期"), _("有效期到%(day)s为止", day=day(_last(term.ends_on)))
    words = {
        Verdict.MET: _("第 %(n)s 年，已达标", n=year.index),
        Verdict.BEHIND: _("第 %(n)s 年，进度落后", n=year.index),
        Verdict.WAIVED: _("第 %(n)s 年，已减免", n=year.index),
    }
    headline = words.get(year.verdict, _("第 %(n)s 年，进度正常", n=year.index))
    return headline, _("%(first)s至%(last)s", first=day(year.starts_on), last=day(year.last_on))


def _last(ends_on: date) -> date:
    return date.fromordinal(ends_on.toordinal() - 1)


def _ring(year: YearProgress, on: date) -> dict[str, Any]:
    """The arguments of components/progress_ring.html."""
    met = year.verdict in {Verdict.MET, Verdict.WAIVED}
    top, number = _("还差学时"), hours(year.missing)
    if year.verdict is Verdict.WAIVED:
        top, number = _("本年已减免"), hours(year.recognised)
    elif met:
        top, number = _("已达标"), hours(year.recognised)
    bottom = ngettext("还有 %(num)s 天", "还有 %(num)s 天", year.days_left)
    label = _(
        "本年已计 %(recognised)s 学时，要求 %(required)s，还差 %(missing)s；经得起审核 %(proof)s；"
        "今日应到 %(pace)s；还有 %(days)s 天。",
        recognised=hours(year.recognised), required=hours(year.required),
        missing=hours(year.missing), proof=hours(year.audit_proof),
        pace=format_rate(year.pace), days=year.days_left,
    )  # fmt: skip
    return {
        "recognised": year.recognised,
        "required": year.required,
        "audit_proof": year.audit_proof,
        "days_gone": (on - year.starts_on).days,
        "days_total": (year.ends_on - year.starts_on).days,
        "top": top,
        "number": number,
        "bottom": bottom,
        "label": label,
        "met": met,
    }


def _legend(year: YearProgress, *, adopted: bool) -> list[dict[str, Any]]:
    page = url_for("progress.arithmetic")
    return [
        {
            "shape": "recognised",
            "figure": hours(year.recognised),
            "of": f"/ {hours(year.required)}",
            "word": _("已认定") if adopted else _("已折算"),
            "href": f"{page}#recognised",
        },
        {
            "shape": "proof",
            "figure": hours(year.audit_proof),
            "word": _("经得起审核"),
            "href": f"{page}#proof",
        },
        {
            "shape": "pace",
            "figure": format_rate(year.pace),
            "word": _("今日应到"),
            "href": f"{page}#pace",
        },
    ]


def _need_words(years: tuple[YearProgress, ...]) -> str:
    needs = {year.required for year in years}
    return _("每年 %(hours)s", hours=hours(needs.pop())) if len(needs) == 1 else ""


def _card(standing: Standing) -> dict[str, str]:
    """The readiness card: how many things to do, and the first of them."""
    to_do = standing.readiness.to_do
    if not to_do:
        return {
            "kind": "ok",
            "title": _("续期体检：一切正常"),
            "text": _("学时、佐证、会籍都没有要做的事"),
        }
    first = to_do[0]
    title = ngettext("续期体检：%(num)s 件事要做", "续期体检：%(num)s 件事要做", len(to_do))
    if first.says == "evidence_missing":
        text = _("先给 %(n)s 条记录补佐证，共 %(hours)s 学时", **_evidence(standing))
    else:
        text = title_of(first)
    return {"kind": first.state.value, "title": title, "text": text}


@dataclass(frozen=True)
class CheckItem:
    """A check that needs something: what, why, and the one place to do it."""

    code: str
    state: str
    title: str
    text: str
    action: str = ""
    href: str = ""
    #: years that later activities cannot repair (domain.md §7)
    short_years: list[YearProgress] = field(default_factory=list)


@dataclass(frozen=True)
class ReadinessPage:
    """续期体检 as the member reads it."""

    standing: Standing
    #: phrases that stay together when the line breaks
    answer: list[str]
    sub: str
    to_do: list[CheckItem]
    fine: list[CheckItem]


def readiness_page(standing: Standing) -> ReadinessPage:
    """Shape the readiness of a registration for its page."""
    found = standing.readiness
    fine = [c for c in found.checks if c.state is State.OK]
    return ReadinessPage(
        standing=standing,
        answer=_answer(found.to_do),
        sub=_window(standing),
        to_do=[_item(c, standing) for c in found.to_do],
        fine=[CheckItem(c.code, "ok", _(CHECK_NAMES[c.code]), check_sentence(c)) for c in fine],
    )


def _answer(to_do: tuple[Check, ...]) -> list[str]:
    blockers = sum(1 for c in to_do if c.state is State.BLOCKER)
    rest = len(to_do) - blockers
    if not to_do:
        return [_("没有要做的事，"), _("现在就能续期")]
    phrases = [_("没有拦路的问题，")]
    if blockers and rest:
        phrases = [ngettext("有 %(num)s 个拦路的问题，", "有 %(num)s 个拦路的问题，", blockers)]
    elif blockers:
        return [ngettext("有 %(num)s 个拦路的问题", "有 %(num)s 个拦路的问题", blockers)]
    return [*phrases, ngettext("还有 %(num)s 件事要做", "还有 %(num)s 件事要做", rest)]


def _window(standing: Standing) -> str:
    found, last = standing.readiness, day(_last(standing.term.ends_on))
    if found.on >= standing.term.ends_on:
        return _("证书已于%(day)s到期", day=last)
    if found.window_open:
        return _("已到提交再注册的时间，证书到%(day)s", day=last)
    return _("%(from)s起可提交，证书到%(day)s", **{"from": day(found.window_opens_on), "day": last})


def title_of(check: Check) -> str:
    """What a check found, in one line."""
    years = _("、").join(str(n) for n in check.values.get("years", ()))
    number = check.values.get("records", 0)
    titles = {
        "year_short": _("第 %(years)s 年未达标", years=years),
        "year_behind": _("第 %(years)s 年进度落后", years=check.values.get("year", "")),
        "not_audit_proof": _("第 %(years)s 年的学时还经不起审核", years=years),
        "evidence_missing": ngettext("%(num)s 条记录缺佐证", "%(num)s 条记录缺佐证", number),
        "ruling_open": ngettext("%(num)s 条记录等待认定", "%(num)s 条记录等待认定", number),
        "return_open": _("有材料退回补正"),
        "return_overdue": _("退回的材料已过期限"),
        "certificate_suspended": _("证书已暂停"),
        "certificate_cancelled": _("证书已注销"),
        "certificate_revoked": _("证书已撤销"),
        "barred": _("不能再注册"),
        "membership_unknown": _("学会会籍的到期日没有登记"),
        "membership_ends": _("学会会籍先于证书到期"),
        "membership_lapsed": _("学会会籍已到期"),
        "summary_missing": _("还没有写职业发展总结"),
        "summary_short": _("职业发展总结太短"),
        "summary_long": _("职业发展总结太长"),
        "expires_soon": _("证书快到期了，还没有提交"),
        "expired": _("证书已到期，还没有提交"),
    }
    return titles[check.says]


def _item(check: Check, standing: Standing) -> CheckItem:
    action, href = _action(check)
    short = [y for y in standing.years if y.verdict is Verdict.SHORT]
    return CheckItem(
        code=check.code,
        state=check.state.value,
        title=title_of(check),
        text=_text_of(check, standing),
        action=action,
        href=href,
        short_years=short if check.says == "year_short" else [],
    )


def _text_of(check: Check, standing: Standing) -> str:
    """Why it matters; the title has said already what it is."""
    if check.says == "evidence_missing":
        return _("共 %(hours)s 学时，现在照计，审核时可能被减。", **_evidence(standing))
    if check.says == "ruling_open":
        return _("由学会逐条认定，认定前计 0.0 学时。")
    if check.says == "summary_missing":
        least, most = (f"{check.values[name]:,}" for name in ("least", "most"))
        return _("%(least)s 至 %(most)s 字，提交再注册前写好。", least=least, most=most)
    return check_sentence(check)


#: what to do of a check -> where it is done
PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "log_activity": ("activities.choose", {}),
    "add_evidence": ("activities.index", {"year": ALL, "show": "missing"}),
    "wait_for_ruling": ("activities.index", {"year": ALL, "show": "waiting"}),
    "write_summary": ("renewal.summary", {}),
    "file_renewal": ("renewal.index", {}),
    "answer_return": ("filing_process.waiting", {}),
}


def _action(check: Check) -> tuple[str, str]:
    """The button of a check; only for places that are there."""
    words = {
        "log_activity": _("记一笔"),
        "add_evidence": _("补佐证"),
        "wait_for_ruling": _("看这些记录"),
        "write_summary": _("写总结"),
        "file_renewal": _("去提交"),
        "answer_return": _("去答复"),
    }
    if check.action not in PLACES:
        return "", ""
    endpoint, values = PLACES[check.action]
    return words[check.action], url_for(endpoint, **values)


def _evidence(standing: Standing) -> dict[str, Any]:
    """Records that count without every listed proof, and their hours."""
    lacking = [r for r in standing.in_term if SHOW["missing"](r) and r.recognised]
    return {"n": len(lacking), "hours": hours(sum(r.recognised for r in lacking))}
