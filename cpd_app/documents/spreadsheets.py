"""Rows as CSV or XLSX while they come: never more than a row in memory, no cell can calculate."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"csv": CSV, "xlsx": XLSX}
#: characters; longer texts are cut by their column, not in their cell
NARROW, WIDE = 8, 40
LONGEST_NAME = 31

Cell = str | int | float | bool | None
Rows = Iterable[Sequence[Cell]]


def as_text(cell: str) -> str:
    """The cell with a mark before what a spreadsheet would calculate; imports take it off again."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def write_csv(out: BinaryIO, heading: Sequence[str], rows: Rows) -> None:
    """UTF-8 with the mark that Excel needs."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    text.detach()


def write_xlsx(
    out: Path | BinaryIO,
    heading: Sequence[str],
    rows: Rows,
    *,
    name: str,
    folder: Path | None = None,
) -> None:
    """A workbook with one sheet; text stays text, numbers stay numbers.

    `folder`: where rows wait on the disk until the sheet is closed.
    """
    options: dict[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(folder) if folder else None,
    }
    with xlsxwriter.Workbook(out if isinstance(out, io.IOBase) else str(out), options) as book:
        sheet = book.add_worksheet(name[:LONGEST_NAME])
        for place, words in enumerate(heading):
            sheet.set_column(place, place, min(WIDE, max(NARROW, 2 * len(words) + 4)))
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for place, words in enumerate(heading):
            sheet.write_string(0, place, words, bold)
        line = 0
        for line, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                _write(sheet, line, place, cell)
        sheet.autofilter(0, 0, line, len(heading) - 1)


def write_sheet(
    out: Path, form: str, heading: Sequence[str], rows: Rows, *, name: str, folder: Path
) -> None:
    """A file of the disk as `csv` or `xlsx`."""
    if form == "csv":
        with out.open("wb") as made:
            write_csv(made, heading, rows)
    else:
        write_xlsx(out, heading, rows, name=name, folder=folder)


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return as_text(cell)
    return "" if cell is None else cell


def _write(sheet: Any, line: int, place: int, cell: Cell) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(line, place, cell)
    elif cell is not None:
        sheet.write_string(line, place, cell)
