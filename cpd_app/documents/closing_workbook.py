"""The closing package as a workbook: the same people, counts and sums as its PDF."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from cpd_app.documents.attendance import by_name
from cpd_app.documents.closing_package import ClosingPackage, Count, figures_of
from cpd_app.domain.hours import to_number
from cpd_app.texts import documents as words

#: text stays text: a name that begins with = is a name
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONGEST_SHEET_NAME = 31
#: columns of the lists, by the code of their label, and how many characters wide each is
ATTENDANCE = "row number name unit society in out minutes hours assurance note"
DETAILS = "number name session in out note"
ABSENT = "number name unit note"
WIDTHS = {
    "row": 6,
    "number": 16,
    "name": 12,
    "unit": 32,
    "society": 24,
    "session": 24,
    "in": 17,
    "out": 17,
    "minutes": 9,
    "hours": 9,
    "assurance": 7,
    "note": 20,
}


@dataclass(frozen=True)
class _Sheet:
    """One sheet: label of its name, headings with widths in characters, rows; sums end a list."""

    name: str
    columns: list[tuple[str, int]]
    rows: list[list[Any]]
    totals: list[Any] | None = None


def package_xlsx(package: ClosingPackage, language: str) -> bytes:
    """Sheets: the event, attendance, every stay, who did not come, by society, by unit."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        book.set_properties(
            {
                "title": package.event.title,
                "company": package.event.organiser,
                "created": package.as_of.replace(tzinfo=None),
            }
        )
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "total": book.add_format({"bold": True, "top": 1}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "text": book.add_format({"valign": "top"}),
        }
        label = words.labels(language)
        _write_facts(book, formats, package, language)
        for sheet in (
            _attendance(package, language),
            _details(package, label),
            _absent(package, label),
            _counts(label["by_society"], label["society"], package.by_society(language), label),
            _counts(label["by_unit"], label["unit"], package.by_unit(language), label),
        ):
            _write(book, formats, sheet)
    return made.getvalue()


def _attendance(package: ClosingPackage, language: str) -> _Sheet:
    label = words.labels(language)
    rows = [
        [
            order,
            row.number,
            row.name,
            row.unit,
            row.society,
            _local(package, min((s.in_at for s in row.stays), default=None)),
            _local(package, max((s.out_at for s in row.stays if s.out_at), default=None)),
            row.minutes,
            to_number(row.hours),
            row.assurance,
            words.listed((label[code] for code in row.notes), language) or None,
        ]
        for order, row in enumerate(package.in_order, start=1)
    ]
    minutes = sum(row.minutes for row in package.rows)
    totals = [label["total"], *[None] * 6, minutes, to_number(package.hours), None, None]
    return _Sheet(label["attendance"], _named(ATTENDANCE, label), rows, totals)


def _details(package: ClosingPackage, label: dict[str, str]) -> _Sheet:
    rows = [
        [
            row.number,
            row.name,
            stay.session,
            _local(package, stay.in_at),
            _local(package, stay.out_at),
            _end(stay.assumed, stay.out_at, label),
        ]
        for row in package.in_order
        for stay in row.stays
    ]
    return _Sheet(label["details"], _named(DETAILS, label), rows)


def _end(assumed: bool, out_at: datetime | None, label: dict[str, str]) -> str | None:  # noqa: FBT001
    if assumed:
        return label["assumed"]
    return label["missing"] if out_at is None else None


def _absent(package: ClosingPackage, label: dict[str, str]) -> _Sheet:
    rows: list[list[Any]] = [
        [person.number, person.name, person.unit, label["excused"] if person.excused else None]
        for person in sorted(package.absent, key=lambda person: by_name(person.name))
    ]
    return _Sheet(label["absent"], _named(ABSENT, label), rows)


def _counts(name: str, column: str, counts: list[Count], label: dict[str, str]) -> _Sheet:
    rows: list[list[Any]] = [[c.name, c.people, to_number(c.hours)] for c in counts]
    totals = [
        label["total"],
        sum(c.people for c in counts),
        to_number(sum(c.hours for c in counts)),
    ]
    return _Sheet(name, [(column, 36), (label["people"], 9), (label["hours"], 10)], rows, totals)


def _named(columns: str, label: dict[str, str]) -> list[tuple[str, int]]:
    return [(label[code], WIDTHS[code]) for code in columns.split()]


def _local(package: ClosingPackage, moment: datetime | None) -> datetime | None:
    """On the event's clock, as spreadsheets want it: without a zone."""
    return None if moment is None else package.event.local(moment).replace(tzinfo=None)


def _write_facts(
    book: Any, formats: dict[str, Any], package: ClosingPackage, language: str
) -> None:
    """The first sheet: the event, and the sums of the others."""
    label = words.labels(language)
    sheet = book.add_worksheet(label["event"][:LONGEST_SHEET_NAME])
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 60)
    lines: list[tuple[str, Any]] = [(name, value) for name, value in package.event.facts(language)]
    lines.append((label["missing_out"], label[package.missing_out]))
    lines += [
        (label[code], to_number(value) if code == "hours_sum" else value)
        for code, value in figures_of(package).items()
    ]
    moment = words.moment(package.event.local(package.as_of), language)
    lines.append((label["as_of"], moment))
    if package.settled_at is None:
        lines.append((label["note"], label["not_settled"]))
    for line, (name, value) in enumerate(lines):
        sheet.write_string(line, 0, name, formats["head"])
        _put(sheet, line, 1, value, formats)


def _write(book: Any, formats: dict[str, Any], made: _Sheet) -> None:
    sheet = book.add_worksheet(made.name[:LONGEST_SHEET_NAME])
    for place, (heading, width) in enumerate(made.columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, formats["head"])
    for line, row in enumerate(made.rows, start=1):
        for place, value in enumerate(row):
            _put(sheet, line, place, value, formats)
    if made.totals is not None:
        for place, value in enumerate(made.totals):
            sheet.write(len(made.rows) + 1, place, value, formats["total"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(made.rows), len(made.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _put(sheet: Any, line: int, place: int, value: Any, formats: dict[str, Any]) -> None:
    match value:
        case None:
            return
        case datetime():
            sheet.write_datetime(line, place, value, formats["moment"])
        case int() | float():
            sheet.write_number(line, place, value, formats["text"])
        case _:
            sheet.write_string(line, place, str(value), formats["text"])
