"""The list of records: filters from the address, months, rows and chips ready to print."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.kinds import RuleSet
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.records import RecordRow, kind_of
from cpd_app.web.activity_forms import named
from cpd_app.web.filters import hours, short_day
from cpd_app.web.locale import short_locale

PAGE = 100
#: years of the address besides 1, 2, 3 …
ALL, OUTSIDE = "all", "outside"


@dataclass(frozen=True)
class Filters:
    """What the address asks for; unknown values ask for nothing."""

    year: str = ""
    q: str = ""
    kind: str = ""
    assurance: str = ""
    show: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """From the query of a request."""
        page = args.get("page", "1")
        return cls(
            year=args.get("year", "")[:10],
            q=args.get("q", "").strip()[:100],
            kind=args.get("kind", "")[:40],
            assurance=args.get("assurance", "")[:1],
            show=args.get("show", "")[:20],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )

    @property
    def searching(self) -> bool:
        """Whether the search form has something in it."""
        return bool(self.q or self.kind or self.assurance)

    def href(self, **changes: Any) -> str:
        """The address of the list with some filters changed; the page begins anew."""
        asked = {
            "year": self.year, "q": self.q, "kind": self.kind,
            "assurance": self.assurance, "show": self.show, **changes,
        }  # fmt: skip
        return url_for("activities.index", **{k: v for k, v in asked.items() if v})


@dataclass(frozen=True)
class Entry:
    """One row: what components/row.html is called with."""

    title: str
    href: str
    meta: list[str]
    mark: str
    figure: str
    letter: str
    words: str
    proof: bool
    #: a word in place of hours (草稿)
    side: str = ""


@dataclass(frozen=True)
class Month:
    """A headed group of rows."""

    title: str
    total: str
    entries: list[Entry]


@dataclass(frozen=True)
class Listing:
    """The page's content."""

    sub: str
    tabs: list[dict[str, Any]]
    chips: list[dict[str, Any]]
    months: list[Month]
    kinds: list[tuple[str, str]]
    page: int
    pages: int
    shown: int
    filters: Filters
    unfinished: int = 0
    years: list[tuple[str, str]] = field(default_factory=list)


SHOW: dict[str, Callable[[RecordRow], bool]] = {
    "missing": lambda r: r.counts and bool(r.missing_proofs),
    "proof": lambda r: r.counts and r.audit_proof,
    "waiting": lambda r: r.waiting_ruling,
    "cut": lambda r: r.counts and r.recognised < r.conversion,
}
UNFINISHED = {"draft", "proposed"}


def listing(
    standing: Standing, unfinished: list[RecordRow], filters: Filters, rule_set: RuleSet | None
) -> Listing:
    """Everything the list shows."""
    current = standing.current
    year = filters.year or (ALL if filters.searching else str(current.index if current else ALL))
    if filters.show in UNFINISHED:
        year, chosen = ALL, [r for r in unfinished if r.state == filters.show]
    else:
        chosen = [r for r in standing.records if _in_year(r, year, standing)]
    scope = [r for r in chosen if _fits(r, filters)]
    shown = [r for r in scope if filters.show not in SHOW or SHOW[filters.show](r)]
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(filters.page, 1), pages)
    return Listing(
        sub=_sub(standing, year, shown),
        tabs=_tabs(standing, year, filters),
        chips=_chips(scope, unfinished, filters),
        months=_months(shown[(page - 1) * PAGE : page * PAGE], _first_year(standing, year)),
        kinds=_kinds([*standing.records, *unfinished], rule_set),
        page=page,
        pages=pages,
        shown=len(shown),
        filters=filters,
        unfinished=len(unfinished),
        years=[(str(y.index), _("第 %(n)s 年", n=y.index)) for y in standing.years],
    )


def entry_of(row: RecordRow, *, whole_day: bool = False) -> Entry:
    """A record as a row of a list."""
    kind = kind_of(row)
    whole_day = whole_day or short_locale() == "en"
    day = short_day(row.ended_on) if whole_day else f"{row.ended_on.day}日"
    counted = row.state == "recorded"
    return Entry(
        title=row.title or _("未命名"),
        href=url_for("activities.show", activity_id=row.id),
        meta=[named(kind.names) if kind else row.kind, day] if row.kind else [day],
        mark="" if not counted else mark_of(row),
        figure=hours(row.recognised) if counted else "",
        letter=row.assurance if counted else "",
        words=assurance_words(row),
        proof=row.audit_proof,
        side="" if counted else state_word(row.state),
    )


def state_word(state: str) -> str:
    """A record's state in a word."""
    return {
        "draft": _("草稿"),
        "proposed": _("待您确认"),
        "recorded": _("已记录"),
        "withdrawn": _("已撤回"),
    }[state]


def assurance_words(row: RecordRow) -> str:
    """What the letter says."""
    if row.assurance == "E":
        return _("有佐证，未核") if row.audit_proof else _("佐证不全")
    return {
        "A": _("主办方扫码签到"),
        "B": _("本人扫码签到签退"),
        "C": _("主办方名单"),
        "D": _("学会已核对佐证"),
    }.get(row.assurance, _("仅自述"))


def mark_of(row: RecordRow) -> str:
    """The one warning word that matters most in a list."""
    codes = {r.get("code") for r in row.reasons}
    marks = (
        (row.left_out, _("已移出，不计")),
        ("outside_term" in codes, _("有效期外")),
        ("same_activity" in codes, _("同一活动？")),
        (row.waiting_ruling, _("待学会认定")),
        ("counts_once" in codes, _("同一成果已计")),
        ("year_cap" in codes, _("超年度上限")),
        (bool(row.missing_proofs), missing_words(row)),
        ("late_entry" in row.marks, _("迟录")),
    )
    return next((words for stands, words in marks if stands), "")


def missing_words(row: RecordRow) -> str:
    """缺签到表, or how many are missing."""
    if not row.missing_proofs:
        return ""
    if len(row.missing_proofs) > 1:
        return ngettext("缺 %(num)s 种佐证", "缺 %(num)s 种佐证", len(row.missing_proofs))
    kind = kind_of(row)
    known = {e.code: named(e.names) for e in kind.evidence} if kind else {}
    return _("缺%(proof)s", proof=known.get(row.missing_proofs[0], row.missing_proofs[0]))


def _in_year(row: RecordRow, year: str, standing: Standing) -> bool:
    inside = row.term_id == standing.term.id
    if year == ALL:
        return True
    if year == OUTSIDE:
        return not inside
    return inside and str(row.year_index) == year


def _fits(row: RecordRow, filters: Filters) -> bool:
    if filters.kind and row.kind != filters.kind:
        return False
    if filters.assurance and row.assurance != filters.assurance:
        return False
    if not filters.q:
        return True
    text = " ".join(filter(None, (row.title, row.organiser, row.achievement_key))).casefold()
    return all(word in text for word in filters.q.casefold().split())


def _sub(standing: Standing, year: str, shown: list[RecordRow]) -> str:
    count = ngettext("%(num)s 条", "%(num)s 条", len(shown))
    of_year = next((y for y in standing.years if str(y.index) == year), None)
    if of_year is None:
        return count
    return _(
        "第 %(n)s 年：%(hours)s / %(required)s 学时，%(count)s",
        n=of_year.index, hours=hours(of_year.recognised),
        required=hours(of_year.required), count=count,
    )  # fmt: skip


def _tabs(standing: Standing, year: str, filters: Filters) -> list[dict[str, Any]]:
    marks = [(str(y.index), _("第 %(n)s 年", n=y.index)) for y in standing.years]
    if any(r.term_id != standing.term.id for r in standing.records):
        marks.append((OUTSIDE, _("期外")))
    keep = "" if filters.show in UNFINISHED else filters.show
    return [
        {"href": filters.href(year=mark, show=keep), "text": text, "active": mark == year}
        for mark, text in marks
    ]


def _chips(
    scope: list[RecordRow], unfinished: list[RecordRow], filters: Filters
) -> list[dict[str, Any]]:
    counts = {show: sum(1 for r in scope if fits(r)) for show, fits in SHOW.items()}
    states = Counter(r.state for r in unfinished)
    if filters.show in UNFINISHED:
        counts = dict.fromkeys(counts, 0)
    words = [
        ("missing", _("缺佐证"), counts["missing"]),
        ("proof", _("经得起审核"), counts["proof"]),
        ("cut", _("有折减"), counts["cut"]),
        ("waiting", _("待认定"), counts["waiting"]),
        ("draft", _("草稿"), states["draft"]),
        ("proposed", _("待您确认"), states["proposed"]),
    ]
    first = {"href": filters.href(show=""), "text": _("全部"), "active": not filters.show}
    return [first] + [
        {"href": filters.href(show=show), "text": text, "count": n, "active": filters.show == show}
        for show, text, n in words
        if n or filters.show == show
    ]


def _months(rows: Iterable[RecordRow], year: int | None) -> list[Month]:
    months = []
    for (in_year, month), of_month in groupby(rows, lambda r: (r.ended_on.year, r.ended_on.month)):
        records = list(of_month)
        months.append(
            Month(
                title=_month(date(in_year, month, 1), whole=in_year != year),
                total=hours(sum(r.recognised for r in records)),
                entries=[entry_of(r) for r in records],
            )
        )
    return months


def _month(first: date, *, whole: bool) -> str:
    if short_locale() == "en":
        return f"{first:%B %Y}" if whole else f"{first:%B}"
    return f"{first.year}年{first.month}月" if whole else f"{first.month}月"


def _first_year(standing: Standing, year: str) -> int | None:
    """The calendar year whose months need no year beside them."""
    return next((y.starts_on.year for y in standing.years if str(y.index) == year), None)


def _kinds(rows: list[RecordRow], rule_set: RuleSet | None) -> list[tuple[str, str]]:
    """Kinds that the member has records of, in the order of the table."""
    used = {r.kind for r in rows}
    known = rule_set.kinds if rule_set else {}
    listed = [(code, named(kind.names)) for code, kind in known.items() if code in used]
    return listed + [(code, code) for code in sorted(used - set(known)) if code]
