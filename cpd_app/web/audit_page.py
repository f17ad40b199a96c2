"""The page of a file: head, years, records by kind with totals against need, progress."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from cpd_app.domain.assurance import Assurance
from cpd_app.domain.filed_flags import FlagKind
from cpd_app.domain.hours import format_hours
from cpd_app.domain.review import YearReview, YearState
from cpd_app.policy import Actor
from cpd_app.texts.certificate_papers import LEVEL_NAMES
from cpd_app.usecases.audit_file import AuditFile
from cpd_app.usecases.filed_records import Reading
from cpd_app.web.activity_forms import named
from cpd_app.web.audit_record import (
    Panel,
    WholeAnswer,
    kind_of,
    panel_of,
    title_of,
    whole_answers,
)
from cpd_app.web.audit_words import (
    VERDICT_KINDS,
    due_words,
    flag_icon,
    flag_name,
    verdict_words,
    year_words,
)
from cpd_app.web.filters import day
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import Judgement, SnapshotRecord


@dataclass(frozen=True)
class Row:
    """One record in the list of a year."""

    record: "SnapshotRecord"
    title: str
    words: str
    #: pairs of name and icon
    flags: list[tuple[str, str]]
    href: str
    selected: bool
    #: must be judged, was judged by hand besides, or 不需要
    chosen: bool
    judgement: "Judgement | None"
    #: the member has answered since
    answered: bool

    @property
    def verdict(self) -> tuple[str, str, str]:
        """Words, kind and icon of its state."""
        return verdict_state(self.judgement, chosen=self.chosen, answered=self.answered)

    @property
    def seen(self) -> int:
        """Id of the judgement the reader sees; 0 = none."""
        return self.judgement.id if self.judgement else 0


@dataclass(frozen=True)
class Group:
    """Records of one kind in a year."""

    name: str
    total: str
    rows: list[Row]


@dataclass(frozen=True)
class Year:
    """One year: its cell, its line, its groups."""

    review: YearReview
    cell: dict[str, Any]
    current: bool
    heading: str
    words: list[str]
    groups: list[Group]


@dataclass(frozen=True)
class FilePage:
    """Everything the template prints."""

    name: str
    level: str
    facts: list[str]
    due: str
    due_tone: str
    summary: str
    #: answers to points of a return about the file as a whole
    answers: list[WholeAnswer]
    years: list[Year]
    panels: list[Panel]
    #: the record that is opened; 0 = the summary
    current: int
    done: int
    needed: int


def _field(file: AuditFile) -> str:
    """The field as it was filed; in English where the register has the name."""
    field = file.registration.field
    if field is not None and short_locale() == "en":
        return field.name_en
    return str(file.content.get("field") or file.registration.field_text)


def file_page(
    actor: Actor, file: AuditFile, *, year: str, record_id: int | None, today: date
) -> FilePage:
    """Shape a file; the record of the address is opened, else the first that wants judging."""
    current = _current(file, year, record_id)
    shown = current.year_index if current else 1
    if year.isdigit() and current is None:
        shown = int(year)
    content = file.content
    term = file.term
    due = file.due_on
    return FilePage(
        name=str(content.get("name", file.registration.number)),
        level=" · ".join((LEVEL_NAMES[term.level][short_locale() == "en"], _field(file))),
        facts=[
            file.registration.number,
            file.filing.employer or "",
            _("证书 %(from)s – %(to)s", **{"from": day(term.starts_on), "to": day(_last(term))}),
        ],
        due=due_words(due, today) if due else "",
        due_tone="blocker" if due and due <= today else "",
        summary=str(content.get("summary") or ""),
        answers=whole_answers(file, today=today),
        years=years_of(file, shown, current.id if current else 0, today=today),
        panels=[panel_of(actor, file, r, today=today) for r in _in_order(file)],
        current=current.id if current else 0,
        done=file.reading.done,
        needed=file.reading.needed,
    )


def years_of(file: AuditFile, shown: int, selected: int, *, today: date) -> list[Year]:
    """Every year of the file with its records."""
    cells = cells_of(file.filing.id, file.reading, shown, today=today)
    made = []
    for review, cell in zip(file.reading.years, cells, strict=True):
        rows = [r for r in file.reading.records if r.year_index == review.index]
        made.append(
            Year(
                review=review,
                cell=cell,
                current=review.index == shown,
                heading=_("第 %(n)s 年", n=review.index),
                words=year_line(review),
                groups=_groups(file, rows, selected),
            )
        )
    return made


def year_line(review: YearReview) -> list[str]:
    """已认可 36.0，还要 14.0 到 50.0 · 要判 6 条，已判 3 条，共 55.0."""
    missing = (
        _("已认可 %(judged)s，还要 %(missing)s 到 %(required)s",
          judged=format_hours(review.judged), missing=format_hours(review.missing),
          required=_whole(review.required))
        if review.missing
        else _("已认可 %(judged)s，够 %(required)s",
               judged=format_hours(review.judged), required=_whole(review.required))
    )  # fmt: skip
    return [
        missing,
        _("要判 %(needed)s 条，已判 %(done)s 条，共 %(total)s",
          needed=review.needed, done=review.done, total=format_hours(review.computed)),
    ]  # fmt: skip


def verdict_state(
    judgement: "Judgement | None", *, chosen: bool, answered: bool = False
) -> tuple[str, str, str]:
    """Words, kind and icon of a record's state; what was answered waits to be judged again."""
    if answered:
        return _("已答复"), "none", ""
    if judgement is None or judgement.verdict == "taken_back":
        return (_("未判") if chosen else _("不需要")), "none", ""
    words = verdict_words(judgement.verdict)
    if judgement.verdict == "reduced":
        words = f"{words} {format_hours(judgement.hours)}"
    return words, *VERDICT_KINDS[judgement.verdict]


def address(file: AuditFile, **place: Any) -> str:
    """The page with another record or year opened."""
    return url_for("audits.show", filing_id=file.filing.id, **place)


def letter_words(record: "SnapshotRecord") -> str:
    """What a record's letter says."""
    return {
        Assurance.A: _("主办方扫码签到"),
        Assurance.B: _("本人扫码签到签退"),
        Assurance.C: _("主办方名单"),
        Assurance.D: _("学会已核对佐证"),
        Assurance.E: _("有佐证，未核") if record.audit_proof else _("佐证不全"),
        Assurance.F: _("仅自述"),
    }[Assurance(record.assurance)]


def _last(term: Any) -> date:
    last: date = date.fromordinal(term.ends_on.toordinal() - 1)
    return last


def _current(file: AuditFile, year: str, record_id: int | None) -> "SnapshotRecord | None":
    if record_id is not None:
        return file.record(record_id) if record_id else None
    records = _in_order(file)
    if year.isdigit():
        records = [r for r in records if r.year_index == int(year)]
    open_ones = (
        r
        for r in records
        if r.id in file.reading.chosen
        and verdict_state(
            file.reading.judgements.get(r.id),
            chosen=True,
            answered=r.id in file.reading.answered,
        )[1]
        == "none"
    )
    return next(open_ones, records[0] if records else None)


def _in_order(file: AuditFile) -> "list[SnapshotRecord]":
    """The records in the order in which the list shows them."""
    return [
        row.record
        for index in sorted({r.year_index for r in file.reading.records})
        for group in _groups(file, [r for r in file.reading.records if r.year_index == index], 0)
        for row in group.rows
    ]


def cells_of(filing_id: int, reading: Reading, shown: int, *, today: date) -> list[dict[str, Any]]:
    """The cells of the strip of years, as `_years.html` draws them."""
    filed = {
        y["index"]: y["verdict"]
        for y in reading.filed_years
        if date.fromisoformat(y["ends_on"]) > today
    }
    return [_cell(filing_id, review, shown, filed.get(review.index)) for review in reading.years]


def _cell(filing_id: int, review: YearReview, shown: int, running: str | None) -> dict[str, Any]:
    """`running`: the verdict that was filed, of a year that is not over yet."""
    words, kind, icon = year_words(review, running)
    begun = review.done > 0 or review.judged > 0 or review.state is YearState.MET
    figure = review.judged if begun else review.computed
    required = _whole(review.required)
    return {
        "index": review.index,
        "label": _("第 %(n)s 年", n=review.index),
        "verdict": words,
        "kind": kind,
        "icon": icon,
        "figure": format_hours(figure),
        "of": _("/ %(required)s 认可", required=required)
        if begun
        else _("/ %(required)s 折算", required=required),
        "computed": review.computed,
        "judged": review.judged,
        "required": review.required,
        "current": review.index == shown,
        "href": url_for("audits.show", filing_id=filing_id, y=review.index),
    }


def _whole(hours: int) -> str:
    """A requirement as people say it: 50, 37.5."""
    return format_hours(hours).removesuffix(".0")


def _groups(file: AuditFile, rows: "list[SnapshotRecord]", selected: int) -> list[Group]:
    def key(record: "SnapshotRecord") -> str:
        return record.kind

    made = []
    ordered = sorted(rows, key=lambda r: (r.kind, r.ended_on, r.activity_id))
    for _kind, of_kind in groupby(ordered, key=key):
        records = list(of_kind)
        kind = kind_of(records[0])
        total = sum(r.recognised for r in records)
        name = named(kind.names) if kind else records[0].kind
        lines = [_row(file, r, selected) for r in records]
        made.append((total, Group(name, format_hours(total), lines)))
    return [group for _total, group in sorted(made, key=lambda pair: -pair[0])]


def _row(file: AuditFile, record: "SnapshotRecord", selected: int) -> Row:
    flags = {str(f.kind) for f in file.flags.get(record.id, [])}
    order = [str(kind) for kind in FlagKind]
    return Row(
        record=record,
        title=title_of(record),
        words=letter_words(record),
        flags=[(flag_name(k), flag_icon(k)) for k in sorted(flags, key=order.index)][:2],
        href=address(file, r=record.id),
        selected=record.id == selected,
        chosen=record.id in file.reading.chosen,
        judgement=file.reading.judgements.get(record.id),
        answered=record.id in file.reading.answered,
    )
