"""What a heading and a cell mean: columns by code or name, texts to values, faults by column."""

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from cpd_app.domain.errors import DomainError, Rejected
from cpd_app.texts.imports import Column
from cpd_app.usecases.import_reading import Sheet

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")
TRUE = frozenset({"true", "是"})
FALSE = frozenset({"false", "否"})
#: a number as people write it; no thousands separators, since 1,5 means something else elsewhere
NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,10})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: filled cells by the code of their column."""

    number: int
    cells: Mapping[str, str]
    #: more cells than the heading has
    spills: bool = False


@dataclass
class Findings:
    """What is wrong with a row, and what is only said about it; both as data."""

    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def problem(self, code: str, column: str | None = None, **values: Any) -> None:
        """Note something that keeps the row out."""
        self.problems.append({"code": code, "field": column, **_plain(values)})

    def warn(self, code: str, column: str | None = None, **values: Any) -> None:
        """Note something that does not."""
        self.warnings.append({"code": code, "field": column, **_plain(values)})

    def refuse(self, error: DomainError) -> None:
        """Note what a rule said."""
        self.problem(error.code, error.field, **error.values)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that JSON can hold, as a sentence shows them."""
    return {name: _shown(value) for name, value in values.items()}


def _shown(value: Any) -> int | float | str | None:
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(map(str, value))
    return value if isinstance(value, int | float | str | None) else str(value)


@dataclass(frozen=True)
class Headed:
    """A file with its columns known."""

    columns: tuple[str, ...]
    rows: list[Row]
    #: headings that no column is known for
    ignored: tuple[str, ...]


def headed(sheet: Sheet, known: tuple[Column, ...], required: frozenset[str]) -> Headed:
    """Find the columns of a file by its heading.

    Raises Rejected `columns_missing`, `column_twice`.
    """
    by_name: dict[str, str] = {}
    for name, code in [(c.code, c.code) for c in known] + [
        (name, c.code) for c in known for name in (c.zh, c.en)
    ]:
        by_name.setdefault(folded(name), code)
    places: dict[int, str] = {}
    ignored: list[str] = []
    for index, heading in enumerate(sheet.heading):
        column = by_name.get(folded(heading))
        if column is None:
            if heading:
                ignored.append(heading[:60])
        elif column in places.values():
            raise Rejected("column_twice", "file", column=heading)
        else:
            places[index] = column
    missing = [c.code for c in known if c.code in required and c.code not in places.values()]
    if missing:
        raise Rejected("columns_missing", "file", columns=", ".join(missing))
    width = len(sheet.heading)
    rows = [
        Row(
            line.number,
            {places[i]: cell for i, cell in enumerate(line.cells) if cell and i in places},
            spills=any(line.cells[width:]),
        )
        for line in sheet.lines
    ]
    return Headed(tuple(places.values()), rows, tuple(ignored))


def folded(text: str) -> str:
    """A heading or a code as compared: NFKC, lower case, without white space and underscores."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.split()).replace("_", "")


def text_of(row: Row, column: str, found: Findings) -> str:
    """A text; control characters are a problem."""
    text = row.cells.get(column, "")
    if any(ch < " " and ch not in "\t\r\n" for ch in text):
        found.problem("bad_character", column)
        return ""
    return text


def day_of(row: Row, column: str, found: Findings) -> date | None:
    """A day: 2026-10-15, 2026/10/15, 2026.10.15 or 2026年10月15日; None when empty or bad."""
    text = row.cells.get(column)
    if not text:
        return None
    if match := DAY.fullmatch(unicodedata.normalize("NFKC", text)):
        year, month, day = (int(part) for part in match.groups())
        with suppress(ValueError):
            return date(year, month, day)
    found.problem("bad_date", column, found=text[:40])
    return None


def number_of(row: Row, column: str, found: Findings) -> int | float | None:
    """A JSON number; None when empty or bad."""
    text = row.cells.get(column)
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text)
    if not NUMBER.fullmatch(plain):
        found.problem("bad_number", column, found=text[:40])
        return None
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else float(number)


def boolean_of(row: Row, column: str, found: Findings) -> bool | None:
    """A truth (true, false, 是, 否); None when empty or bad."""
    text = row.cells.get(column)
    if not text:
        return None
    plain = folded(text)
    if plain in TRUE:
        return True
    if plain in FALSE:
        return False
    found.problem("bad_boolean", column, found=text[:40])
    return None
