"""Exported records as a table and as the bytes of its files."""

import io
import json
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from cpd_app.documents.spreadsheets import Cell, write_csv, write_xlsx
from cpd_app.domain.hours import to_number
from cpd_app.domain.kinds import FieldType
from cpd_app.texts.imports import ACTIVITY_COLUMNS, EXPORT_COLUMNS, Column
from cpd_app.usecases.exports import Exported
from cpd_app.usecases.record_details import RecordDetail
from cpd_app.wording import language


@dataclass(frozen=True)
class Table:
    """Records as rows of plain values under a heading."""

    heading: list[str]
    rows: list[list[Cell]]


def table_of(exported: Exported) -> Table:
    """One row a record, in the columns of the import file and what came of it.

    With several registrations the hours are those of the first that credits it; JSON has all.
    """
    columns = [c for c in ACTIVITY_COLUMNS if c.code != "login"]
    fields = [c.code for c in columns]
    extra = sorted({n for a in exported.activities for n in a.fields if n not in fields})
    columns = [*columns, *(Column(n, n, n) for n in extra), *EXPORT_COLUMNS]
    english = language() == "en"
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
    spoken = language()
    values["kind"] = kind.names.in_language(spoken)
    for field in kind.fields.values():
        value = activity.fields.get(field.code)
        if field.type is FieldType.CHOICE and value in field.choices:
            values[field.code] = field.choices[value].in_language(spoken)
    return values


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark that Excel needs; no cell can become a formula."""
    made = io.BytesIO()
    write_csv(made, table.heading, table.rows)
    return made.getvalue()


def as_xlsx(table: Table) -> bytes:
    """A workbook with one sheet; text stays text."""
    made = io.BytesIO()
    write_xlsx(made, table.heading, table.rows, name=str(_("活动记录")))
    return made.getvalue()


def as_json(data: dict[str, Any]) -> bytes:
    """Indented, so that people can read it too."""
    return json.dumps(data, ensure_ascii=False, indent=2).encode()
