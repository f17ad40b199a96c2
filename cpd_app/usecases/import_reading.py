"""Bytes of a CSV or XLSX file to headed rows of text; nothing of what they mean."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from cpd_app.domain.errors import Rejected

#: a file of this many rows is read, checked and saved in about a minute
MOST_ROWS = 100_000
MOST_COLUMNS = 200
#: what an XLSX may unfold to, and how much of that openpyxl holds in memory at once
MOST_UNFOLDED = 400 * 1024 * 1024
MOST_STRINGS = 100 * 1024 * 1024
MOST_PARTS = 2000
DELIMITERS = ",;\t"
GUARDED = tuple("=+-@")
OLD_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file as it stands there."""

    #: line in the file; the heading is 1
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A file: its heading and its rows that are not empty."""

    heading: tuple[str, ...]
    lines: list[Line]


def read_sheet(data: bytes, *, most_rows: int = MOST_ROWS) -> Sheet:
    """The first sheet of a file, told apart by its content, not by its name.

    Raises Rejected `file_empty`, `file_unknown`, `file_broken`, `file_bomb`, `file_encoding`,
    `too_many_rows`.
    """
    if not data.strip():
        raise Rejected("file_empty", "file")
    if data.startswith(OLD_XLS):
        raise Rejected("file_unknown", "file")
    lines = _xlsx_lines(data) if data.startswith(b"PK\x03\x04") else _csv_lines(data)
    filled = (line for line in lines if any(line.cells))
    heading = next(filled, None)
    if heading is None:
        raise Rejected("file_empty", "file")
    kept: list[Line] = []
    for line in filled:
        if len(kept) == most_rows:
            raise Rejected("too_many_rows", "file", most=most_rows)
        kept.append(line)
    return Sheet(heading.cells, kept)


def _csv_lines(data: bytes) -> Iterator[Line]:
    text = _decoded(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    try:
        for cells in reader:
            yield Line(begins, tuple(_unguarded(cell.strip()) for cell in cells))
            begins = reader.line_num + 1
    except csv.Error:
        raise Rejected("file_broken", "file") from None


def _unguarded(cell: str) -> str:
    """A cell without the mark that exports put before what a spreadsheet would calculate."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in GUARDED else cell


def _decoded(data: bytes) -> str:
    """The text of a CSV: UTF-8, what Excel in China writes, or Excel's own Unicode text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise Rejected("file_unknown", "file")
        return text
    raise Rejected("file_encoding", "file")


def _xlsx_lines(data: bytes) -> Iterator[Line]:
    _check_unfolded(data)
    try:
        # openpyxl reads through defusedxml when that is installed, which a test asserts.
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # A wrong stored extent would hide rows or yield a million empty ones.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        for number, values in enumerate(rows, start=1):
            yield Line(number, tuple(cell_text(value) for value in values))
    except _BROKEN:
        raise Rejected("file_broken", "file") from None


_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
)


def _check_unfolded(data: bytes) -> None:
    """Refuse what would unfold to more than any register; zipfile never reads more than is said."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Rejected("file_broken", "file") from None
    strings = sum(p.file_size for p in parts if not p.filename.startswith("xl/worksheets/"))
    total = sum(p.file_size for p in parts)
    if len(parts) > MOST_PARTS or total > MOST_UNFOLDED or strings > MOST_STRINGS:
        raise Rejected("file_bomb", "file")


def cell_text(value: Any) -> str:
    """A cell of a workbook as the same cell of a CSV would read."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        plain = value.time() == time(0)
        return value.date().isoformat() if plain else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def parts_of(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """A sequence in parts of at most so many."""
    return (items[i : i + size] for i in range(0, len(items), size))
