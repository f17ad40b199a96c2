"""What the pages of imports show, for staff and for members: rows with their findings in words."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter
from flask import request, url_for
from flask_babel import gettext as _

from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.texts.imports import ACTIVITY_COLUMNS, MEMBER_COLUMNS, STATES, Column
from cpd_app.usecases.imports import PAGE, ImportPage
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import ImportRow

COLUMNS = {"members": MEMBER_COLUMNS, "activities": ACTIVITY_COLUMNS}
#: which columns a preview shows; the rest is in the file
SHOWN = {
    "members": ("registration_no", "name", "level", "field", "starts_on"),
    "activities": ("login", "kind", "title", "ended_on"),
}
#: what `?show=` may be -> states of rows
SHOW = {
    "bad": ("bad",),
    "warned": ("good", "saved"),
    "good": ("good",),
    "same": ("same",),
    "saved": ("saved",),
    "kept": ("kept",),
    "undone": ("undone",),
}
#: states of an import in which a job is at work
BUSY = frozenset({"reading", "saving", "undoing"})


@dataclass(frozen=True)
class Finding:
    """One thing said about a row, with the column it is about."""

    column: str
    words: str
    is_problem: bool


@dataclass(frozen=True)
class PreviewRow:
    """A row as the preview shows it."""

    line: int
    cells: list[str]
    hours: str
    findings: list[Finding]
    state: str


@dataclass(frozen=True)
class Tab:
    """One filter with its count."""

    href: str
    text: str
    count: int
    active: bool


@dataclass(frozen=True)
class ImportView:
    """Everything that the page of one import prints."""

    page: ImportPage
    heading: list[dict[str, Any]]
    rows: list[PreviewRow]
    tabs: list[Tab]
    show: str
    number: int
    pages: int
    busy: bool
    failed: str
    notes: list[str]
    with_hours: bool


def asked() -> tuple[str, int]:
    """The filter and the page that the address names."""
    show = request.args.get("show", "")
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return show if show in SHOW else "", max(1, number)


def view_of(page: ImportPage, *, show: str, number: int, address: str) -> ImportView:
    """The page of an import in the reader's language."""
    kind = page.imported.kind
    columns = [c for c in SHOWN[kind] if not (c == "login" and page.imported.society_id is None)]
    with_hours = kind == "activities"
    heading = [{"text": _("行"), "right": True}]
    heading += [{"text": label(kind, code)} for code in columns]
    if with_hours:
        heading.append({"text": _("学时"), "right": True})
    heading.append({"text": _("说明")})
    return ImportView(
        page=page,
        heading=heading,
        rows=[_row(row, kind, columns, page.names) for row in page.rows],
        tabs=_tabs(page, show, address),
        show=show,
        number=number,
        pages=max(1, -(-page.total // PAGE)),
        busy=page.imported.state in BUSY,
        failed=_failure(page),
        notes=[_said(note) for note in page.imported.notes if page.imported.state != "failed"],
        with_hours=with_hours,
    )


def label(kind: str, code: str) -> str:
    """A column's name in the reader's language; its code when it has none."""
    column = next((c for c in COLUMNS[kind] if c.code == code), None)
    if column is None:
        return code
    return column.en if short_locale() == "en" else column.zh


def state_words(state: str) -> str:
    """What the state of an import is called."""
    return str(_(STATES[state]))


def _row(row: "ImportRow", kind: str, columns: list[str], names: dict[int, str]) -> PreviewRow:
    cells = [row.data.get(code, "") for code in columns]
    if columns and columns[0] == "login" and row.person_id in names:
        cells[0] = f"{names[row.person_id]}（{cells[0]}）"
    hours = row.made.get("hours") if kind == "activities" else None
    return PreviewRow(
        line=row.row,
        cells=cells,
        hours=format_hours(hours) if isinstance(hours, int) else "",
        findings=[
            _finding(kind, said, is_problem=wrong)
            for found, wrong in ((row.problems, True), (row.warnings, False))
            for said in found
        ],
        state=row.state,
    )


def _finding(kind: str, said: dict[str, Any], *, is_problem: bool) -> Finding:
    words = _said(said)
    column = label(kind, said["field"]) if said.get("field") else ""
    # Some sentences begin with the column's name themselves.
    return Finding("" if words.startswith(column) else column, words, is_problem)


def _said(finding: dict[str, Any]) -> str:
    return sentence(finding["code"], finding)


def _failure(page: ImportPage) -> str:
    """Why the file was not read, or why the job at work on it gave up."""
    if page.imported.state == "failed":
        return " ".join(_said(note) for note in page.imported.notes)
    if page.job is not None and page.job.state in {"failed", "cancelled"}:
        return _("处理中断，没有完成。请再试一次。")
    return ""


def _tabs(page: ImportPage, show: str, address: str) -> list[Tab]:
    words = {
        "bad": _("不能导入"),
        "good": _("可以导入"),
        "same": _("已有"),
        "saved": _("已导入"),
        "kept": _("保留"),
        "undone": _("已撤销"),
    }
    tabs = [Tab(address, _("全部"), sum(page.states.values()), not show)]
    tabs += [
        Tab(f"{address}?show={name}", text, page.states[name], show == name)
        for name, text in words.items()
        if page.states.get(name)
    ]
    warned = page.imported.counts.get("warnings", 0)
    if warned:
        tabs.insert(1, Tab(f"{address}?show=warned", _("有提示"), warned, show == "warned"))
    return tabs


def page_href(address: str, show: str, number: int, pages: int) -> str:
    """The address of another page of rows; empty past the ends."""
    if not 1 <= number <= pages:
        return ""
    return f"{address}?{f'show={show}&' if show else ''}page={number}"


def uploaded() -> tuple[str, bytes]:
    """Name and bytes of the posted file; Rejected `file_missing`."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Rejected("file_missing", "file")
    return file.filename, file.read()


def template_of(kind: str, columns: tuple[Column, ...]) -> io.BytesIO:
    """An empty XLSX with the heading, and a second sheet that says what belongs in each column."""
    made = io.BytesIO()
    english = short_locale() == "en"
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet, words = book.add_worksheet(kind), book.add_worksheet(_("说明"))
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.code, bold)
            words.write_string(index, 0, column.code, bold)
            words.write_string(index, 1, column.en if english else column.zh)
        # As text, or Excel turns numbers such as 0138… and days into something else.
        sheet.set_column(0, len(columns) - 1, 16, text)
        sheet.freeze_panes(1, 0)
        words.set_column(0, 1, 24)
    made.seek(0)
    return made


def address_of(endpoint: str, import_id: int) -> str:
    """The page of one import."""
    return url_for(endpoint, import_id=import_id)
