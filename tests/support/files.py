"""Import files as people send them: CSV in their encodings, XLSX, made from plain rows."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

MEMBERS = ["login", "name", "email", "society", "registration_no", "level", "field", "starts_on"]
ACTIVITIES = ["login", "kind", "title", "ended_on", "minutes"]


def a_csv(
    heading: Sequence[str], *rows: Sequence[Any], encoding: str = "utf-8", delimiter: str = ","
) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([heading, *rows])
    return text.getvalue().encode(encoding)


def an_xlsx(heading: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """An XLSX file with typed cells."""
    book = Workbook()
    sheet = book.create_sheet("Sheet", 0)
    for row in [heading, *rows]:
        sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def a_member_row(**over: str) -> list[str]:
    """A good row of a members file for the society `home`."""
    return [
        str(v)
        for v in {
            "login": "lin@example.org",
            "name": "林示范",
            "email": "lin@example.org",
            "society": "home",
            "registration_no": "HOME-0001",
            "level": "professional",
            "field": "电气工程类",
            "starts_on": "2023-03-01",
            **over,
        }.values()
    ]
