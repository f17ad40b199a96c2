"""A member's page at the desk in words: years, checks, records of a year, one record opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.errors import NotFound
from cpd_app.domain.progress import YearProgress
from cpd_app.policy import Actor
from cpd_app.sheets.words import level_word, state_word
from cpd_app.texts.renewal import VERDICTS
from cpd_app.usecases.member_file import MemberFile
from cpd_app.usecases.record_details import details_of
from cpd_app.usecases.records import RecordRow, kind_of
from cpd_app.web.activity_forms import named
from cpd_app.web.activity_list import assurance_words, mark_of
from cpd_app.web.activity_page import RecordPage, record_page
from cpd_app.web.evidence_panel import Panel, panel_of
from cpd_app.web.filters import hours
from cpd_app.web.locale import short_locale
from cpd_app.web.member_list import STATE_KINDS
from cpd_app.web.progress_page import CheckItem, readiness_page

#: the year of the address that shows what falls outside the term
OUTSIDE = "outside"
VERDICT_KINDS = {
    "met": "ok",
    "on_track": "now",
    "behind": "warning",
    "short": "blocker",
    "waived": "none",
    "ahead": "none",
}


@dataclass(frozen=True)
class Line:
    """One record in the list of a year."""

    row: RecordRow
    kind: str
    words: str
    flag: str
    href: str
    selected: bool


@dataclass(frozen=True)
class Group:
    """Records of one kind in a year, with what they were recognised."""

    title: str
    total: str
    lines: list[Line]


@dataclass(frozen=True)
class Opened:
    """The record that is looked at: its arithmetic, facts and documents."""

    page: RecordPage
    panel: Panel
    row: RecordRow
    closing: str


@dataclass(frozen=True)
class MemberPage:
    """Everything the page prints."""

    file: MemberFile
    answer: str
    window: str
    checks: list[CheckItem]
    fine: int
    cells: list[dict[str, Any]]
    year: str
    year_words: str
    groups: list[Group]
    outside: int
    opened: Opened | None
    last_on: date
    #: of the certificate: word, kind and icon
    state: tuple[str, str, str]


def member_page(actor: Actor, file: MemberFile, *, year: str, record_id: int | None) -> MemberPage:
    """Shape a member's file; the chosen year and record stand in the address."""
    readiness = readiness_page(file.standing)
    chosen = _chosen_year(file, year)
    rows = [r for r in file.standing.records if _in_year(r, chosen, file)]
    opened = _opened(actor, file, record_id, chosen) if record_id else None
    return MemberPage(
        file=file,
        answer=(" " if short_locale() == "en" else "").join(readiness.answer),
        window=readiness.sub,
        checks=readiness.to_do,
        fine=len(readiness.fine),
        cells=[_cell(file, y, chosen) for y in file.standing.years],
        year=chosen,
        year_words=_year_words(file, chosen, rows),
        groups=_groups(file, rows, chosen, record_id),
        outside=sum(1 for r in file.standing.records if r.term_id != file.term.id),
        opened=opened,
        last_on=last_day(file.term),
        state=_state(file),
    )


def role_word(role: str) -> str:
    """What a role is called."""
    return {
        "registrar": _("注册管理员"),
        "auditor": _("审核员"),
        "expert": _("外部专家"),
        "organiser": _("活动组织者"),
        "federation": _("联合体"),
    }[role]


def last_day(term: Any) -> date:
    """A term's last day; `ends_on` is the first day after it."""
    day: date = term.ends_on - timedelta(days=1)
    return day


def _state(file: MemberFile) -> tuple[str, str, str]:
    over = file.term.state == "active" and file.term.ends_on <= file.standing.readiness.on
    state = "expired" if over else file.term.state
    return (state_word(state), *STATE_KINDS[state])


def _chosen_year(file: MemberFile, year: str) -> str:
    known = {str(y.index) for y in file.standing.years} | {OUTSIDE}
    if year in known:
        return year
    current = file.standing.current
    if current is not None:
        return str(current.index)
    begun = [y for y in file.standing.years if y.starts_on <= file.standing.readiness.on]
    return str(begun[-1].index if begun else 1)


def _in_year(row: RecordRow, year: str, file: MemberFile) -> bool:
    inside = row.term_id == file.term.id
    return not inside if year == OUTSIDE else inside and str(row.year_index) == year


def address(file: MemberFile, **changes: Any) -> str:
    """This page with another year, term or record."""
    asked = {"registration_id": file.registration.id, **changes}
    if len(file.terms) > 1 and "term" not in changes:
        asked["term"] = file.term.id
    return url_for("members.show", **{k: v for k, v in asked.items() if v})


def _cell(file: MemberFile, year: YearProgress, chosen: str) -> dict[str, Any]:
    judged = year.audit_proof
    return {
        "label": _("第 %(n)s 年", n=year.index),
        "verdict": _(VERDICTS[year.verdict.value]),
        "kind": VERDICT_KINDS[year.verdict.value],
        "figure": hours(year.recognised),
        "of": _("/ %(required)s 学时", required=hours(year.required)),
        "computed": year.recognised,
        "judged": min(judged, year.recognised),
        "required": year.required,
        "current": str(year.index) == chosen,
        "href": address(file, year=year.index),
        "starts_on": year.starts_on,
        "last_on": year.last_on,
        "audit_proof": hours(judged),
        "claimed": hours(year.claimed),
    }


def _year_words(file: MemberFile, chosen: str, rows: Sequence[RecordRow]) -> str:
    count = ngettext("%(num)s 条记录", "%(num)s 条记录", len(rows))
    year = next((y for y in file.standing.years if str(y.index) == chosen), None)
    if year is None:
        return count
    parts = [
        _("认可 %(hours)s 学时", hours=hours(year.recognised)),
        _("申报 %(hours)s", hours=hours(year.claimed)),
        _("经得起审核 %(hours)s", hours=hours(year.audit_proof)),
    ]
    if year.missing and year.starts_on <= file.standing.readiness.on:
        parts.insert(1, _("还差 %(hours)s", hours=hours(year.missing)))
    return _("，").join([*parts, count])


def _groups(
    file: MemberFile, rows: Sequence[RecordRow], chosen: str, record_id: int | None
) -> list[Group]:
    def name(row: RecordRow) -> str:
        kind = kind_of(row)
        return named(kind.names) if kind else row.kind

    made = []
    ordered = sorted(rows, key=lambda r: (r.kind, -r.ended_on.toordinal(), -r.id))
    for _kind, of_kind in groupby(ordered, key=lambda r: r.kind):
        records = list(of_kind)
        lines = [
            Line(
                row=row,
                kind=name(row),
                words=assurance_words(row),
                flag=mark_of(row),
                href=address(file, year=chosen, r=row.id) + f"#r{row.id}",
                selected=row.id == record_id,
            )
            for row in records
        ]
        total = sum(r.recognised for r in records)
        made.append((total, Group(name(records[0]), hours(total), lines)))
    return [group for _total, group in sorted(made, key=lambda pair: -pair[0])]


def _opened(actor: Actor, file: MemberFile, record_id: int, chosen: str) -> Opened:
    """One record of this registration; another society's, or another member's, is not there."""
    if record_id not in {r.id for r in file.standing.records}:
        raise NotFound
    detail = details_of(file.registration, [record_id])[0]
    return Opened(
        page=record_page(actor, detail),
        panel=panel_of(actor, detail.activity),
        row=detail.row,
        closing=address(file, year=chosen),
    )


def heading(file: MemberFile) -> str:
    """Number, level, field: who this is in one line."""
    field = file.registration.field
    parts = [file.registration.number, level_word(file.term.level)]
    if field is None:
        parts.append(file.registration.field_text)
    else:
        parts.append(field.name_en if short_locale() == "en" else field.name)
    return " · ".join(parts)
