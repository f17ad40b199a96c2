"""Forms of rule versions: names and days, and the figures of kinds by their path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from marshmallow import fields
from werkzeug.datastructures import MultiDict

from cpd_app.domain.hours import exact
from cpd_app.domain.rule_values import values_of
from cpd_app.schemas.fields import DayField, TextField
from cpd_app.schemas.signin import FormSchema
from cpd_app.usecases.rules import KindChange

#: no figure of a table is larger
LARGEST = 1_000_000
#: these count things, everything else is hours or a factor
WHOLE = ("size", "below")
SHARES = ("weight", "factor")


class HeadSchema(FormSchema):
    """What a version is called, and the first finishing day it applies to."""

    title = TextField(required=True)
    in_force_on = DayField(required=True)
    seen = fields.String(load_default=None)


class AdoptionSchema(FormSchema):
    """文号 and the day of the document."""

    document_no = TextField(required=True)
    adopted_on = DayField(required=True)


class DaySchema(FormSchema):
    """A finishing day from which records are computed again."""

    from_on = DayField(required=True)


class RulingSchema(FormSchema):
    """The society's word on a record; hours come as text and are read by `hours_of`."""

    hours = fields.String(required=True)
    subject = TextField(required=True)
    reason = TextField(required=True)
    replaces = fields.Integer(load_default=None)
    seen = fields.Integer(load_default=None)


@dataclass
class KindForm:
    """What came out of the figures of some kinds: changes by kind, faults (codes) by field."""

    changes: dict[str, KindChange] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def name_of(kind: str, *path: str) -> str:
    """The name of the field of a figure."""
    return ".".join((kind, *path))


def read_kinds(
    form: MultiDict[str, str], kinds: Mapping[str, Mapping[str, Any]], *, whole: bool
) -> KindForm:
    """Figures, switches and (with `whole`) evidence of the kinds that the form names in `kind`.

    A figure whose field the form does not have is left as it is.
    """
    result = KindForm()
    for code in form.getlist("kind"):
        if code not in kinds:
            continue
        values: dict[tuple[str, ...], int | float | None] = {}
        for path, _old, optional in values_of(kinds[code]):
            name = name_of(code, *path)
            if name not in form:
                continue
            read = _figure(form[name], path, optional=optional)
            if isinstance(read, str):
                result.errors[name] = read
            else:
                values[path] = read
        result.changes[code] = KindChange(
            enabled=f"{code}.enabled" in form,
            values=_changed(values, kinds[code]),
            evidence=tuple(form.getlist(f"{code}.evidence")) if whole else None,
        )
    return result


def hours_of(text: str) -> int | None:
    """Hundredths of hours as typed in a ruling; None for what is no number of hours."""
    read = number_of(text, decimals=2)
    return None if read is None else round(read * 100)


def number_of(text: str, *, decimals: int) -> int | float | None:
    """A number from 0 as typed, also in full width; None for anything else."""
    plain = normalize("NFKC", text).strip()
    if not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        return None
    number = float(plain)
    if number > LARGEST or exact(number) != round(exact(number), decimals):
        return None
    return int(number) if number.is_integer() else number


def _figure(text: str, path: Iterable[str], *, optional: bool) -> int | float | str | None:
    """The number, None for a cap that is left empty, or the code of what is wrong."""
    path = tuple(path)
    if not text.strip():
        return None if optional else "missing"
    if path[-1] in WHOLE:
        number = number_of(text, decimals=0)
        return number or "bad_whole"
    share = any(part in SHARES for part in path)
    number = number_of(text, decimals=4 if share else 2)
    if number is not None:
        return number
    return "bad_share" if share else "bad_hours"


def _changed(
    values: Mapping[tuple[str, ...], int | float | None], kind: Mapping[str, Any]
) -> dict[tuple[str, ...], int | float | None]:
    """Only what differs: what was not touched keeps the form it has in the file."""
    old = {value.path: value.number for value in values_of(kind)}
    return {path: number for path, number in values.items() if number != old.get(path)}
