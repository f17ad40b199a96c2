"""The register as a spreadsheet: rows in parts, then the file in its form."""

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import force_locale

from cpd_app.documents.spreadsheets import MEDIA, Cell, write_sheet
from cpd_app.sheets import registers
from cpd_app.usecases import register_sheets
from cpd_app.usecases.register_sheets import AT_ONCE, SheetOrder
from scheduler.growing import Growing
from scheduler.making import being_made, folder_of, hand_in
from scheduler.post import CATALOGUES
from scheduler.work import Work, far


def make_sheet(work: Work) -> None:
    """Write down whom the sheet names, then part after part, then the sheet.

    An interrupted one goes on with the part that is missing, of those whom it named first.
    """
    order = SheetOrder.of(work.payload)
    with being_made(work) as growing, force_locale(CATALOGUES[order.language]):
        ids, parts = _named(work, growing, order)
        for first in range(parts * AT_ONCE, len(ids), AT_ONCE):
            _add_part(work, growing, order, ids, first)
        made = folder_of(work) / f"sheet.{order.form}"
        heading, folder = registers.heading(order.subject), folder_of(work)
        write_sheet(made, order.form, heading, _rows(growing), name=order.subject, folder=folder)
        name = f"{order.subject}-{{day}}.{order.form}"
        hand_in(work, made, name, MEDIA[order.form], total=len(ids))


def _named(work: Work, growing: Growing, order: SheetOrder) -> tuple[list[int], int]:
    """Whom the sheet names, and how many parts of it are there."""
    if growing.notes:
        return growing.notes[0], len(growing.notes) - 1
    ids = register_sheets.ids_of_sheet(work.actor, order)
    growing.whole(ids)
    return ids, 0


def _add_part(work: Work, growing: Growing, order: SheetOrder, ids: list[int], first: int) -> None:
    """Reading holds no lock; only how far it is is written."""
    part = ids[first : first + AT_ONCE]
    rows = register_sheets.rows_of_sheet(work.actor, order, part)
    lines = [registers.cells(order.subject, row) for row in rows]
    work.keep(far(first + len(part), len(ids)))
    growing.file.writelines(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in lines)
    growing.whole(None)


def _rows(growing: Growing) -> Iterator[list[Cell]]:
    growing.file.seek(0)
    for line in growing.file:
        cells: list[Any] = json.loads(line)
        yield cells
