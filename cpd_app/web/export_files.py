"""Exported records as the bytes of a CSV, an XLSX, or a ZIP that is sent while it is made."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from cpd_app.documents.archive import Sink
from cpd_app.domain.hours import to_number
from cpd_app.domain.kinds import FieldType
from cpd_app.storage import LocalFiles
from cpd_app.texts.imports import ACTIVITY_COLUMNS, EXPORT_COLUMNS, Column
from cpd_app.usecases.exports import Exported
from cpd_app.usecases.record_details import RecordDetail
from cpd_app.web.cells import as_text
from cpd_app.web.locale import short_locale

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Table:
    """Records as rows of plain values under a heading."""

    heading: list[str]
    rows: list[list[Any]]


def table_of(exported: Exported) -> Table:
    """One row a record, in the columns of the import file and what came of it.

    With several registrations the hours are those of the first that credits it; JSON has all.
    """
    columns = [c for c in ACTIVITY_COLUMNS if c.code != "login"]
    fields = [c.code for c in columns]
    extra = sorted({n for a in exported.activities for n in a.fields if n not in fields})
    columns = [*columns, *(Column(n, n, n) for n in extra), *EXPORT_COLUMNS]
    english = short_locale() == "en"
    rows = []
    for activity in exported.activities:
        details = exported.details.get(activity.id, [])
        values = _values(activity, details[0] if details else None)
        values["evidence"] = len(exported.evidence.get(activity.id, []))
        rows.append([values.get(c.code) for c in columns])
    return Table([c.en if english else c.zh for c in columns], rows)


def _values(activity: Any, detail: RecordDetail | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        **activity.fields,
        "record_id": activity.id,
        "kind": activity.kind,
        "title": activity.title,
        "organiser": activity.organiser,
        "started_on": activity.started_on.isoformat(),
        "ended_on": activity.ended_on.isoformat(),
        "achievement_key": activity.achievement_key,
        "place": activity.place,
        "reflection": activity.reflection,
        "state": activity.state,
    }
    if detail is None:
        return values
    values.update(
        registration_no=detail.registration.number if detail.registration is not None else None,
        year=detail.row.year_index,
        conversion_hours=to_number(detail.row.conversion),
        claimed_hours=to_number(detail.row.claimed),
        recognised_hours=to_number(detail.row.recognised),
        assurance=detail.row.assurance,
    )
    kind = detail.kind
    if kind is None:
        return values
    language = short_locale()
    values["kind"] = kind.names.in_language(language)
    for field in kind.fields.values():
        value = activity.fields.get(field.code)
        if field.type is FieldType.CHOICE and value in field.choices:
            values[field.code] = field.choices[value].in_language(language)
    return values


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark that Excel needs; no cell can become a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.heading)
    writer.writerows([[_safe(value) for value in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return as_text(value)
    return "" if value is None else value


def as_xlsx(table: Table) -> bytes:
    """A workbook with one sheet; text stays text."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("活动记录")[:31])
        for place, heading in enumerate(table.heading):
            sheet.write_string(0, place, heading, bold)
        for line, row in enumerate(table.rows, start=1):
            for place, value in enumerate(row):
                _write(sheet, line, place, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table.rows), len(table.heading) - 1)
    return made.getvalue()


def _write(sheet: Any, line: int, place: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    elif value is not None:
        sheet.write_string(line, place, str(value))


def as_json(data: dict[str, Any]) -> bytes:
    """Indented, so that people can read it too."""
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


def as_zip(exported: Exported, data: dict[str, Any], files: LocalFiles) -> Iterator[bytes]:
    """records.json, records.csv and every proof; never more than a piece of a file in memory.

    A proof whose bytes are gone is left out; records.json still names it.
    """
    sink = Sink()
    csv_bytes = as_csv(table_of(exported))
    return _zipped(sink, [("records.json", as_json(data)), ("records.csv", csv_bytes)],
                   exported, files)  # fmt: skip


def _zipped(
    sink: Sink, texts: list[tuple[str, bytes]], exported: Exported, files: LocalFiles
) -> Iterator[bytes]:
    proofs = exported.files
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in texts:
            archive.writestr(name, content)
            yield sink.drain()
        for proof in proofs:
            if not files.exists(proof.folder, proof.digest):
                continue
            # Photos and PDFs are packed already.
            entry = zipfile.ZipInfo(proof.path)
            with (
                files.open(proof.folder, proof.digest) as source,
                archive.open(entry, "w") as target,
            ):
                while piece := source.read(CHUNK):
                    target.write(piece)
                    yield sink.drain()
    yield sink.drain()
