"""One kind of a rule set read from its mapping, strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from cpd_app.domain.block_reading import (
    read_amount,
    read_factor,
    read_item_cap,
    read_year_cap,
    read_zero_when,
)
from cpd_app.domain.kinds import (
    Evidence,
    Field,
    FieldType,
    Fixed,
    Group,
    Kind,
    Label,
    Pool,
    Table,
)
from cpd_app.domain.reading import MISSING, Path, Reading, Said

FIELD_KEYS = (
    "type",
    "names",
    "required",
    "required_when",
    "minimum",
    "choices",
    "range",
    "unit",
    "hint",
)
KIND_KEYS = (
    "icon",
    "enabled",
    "fields",
    "one_of",
    "amount",
    "factor",
    "zero_when",
    "item_cap",
    "year_cap",
    "counts_once",
    "deducts",
    "needs_ruling",
    "evidence",
    "key",
    "hint",
)
DEFAULT_ICON = "circle"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the kinds of a rule set may refer to."""

    fields: Mapping[str, Mapping[str, Any]]
    evidence: Mapping[str, Label]
    groups: Mapping[str, Group]
    pools: Mapping[str, Pool]
    kinds: tuple[str, ...]


def read_kind(reading: Reading, code: str, value: object, path: Path, known: Catalogue) -> Kind:
    """A kind; what is wrong goes to `reading.problems`."""
    reading.code(code, path)
    body = reading.record(value, path, needs=("names", "group", "date_label"), may=KIND_KEYS)
    fields, one_of = _fields(reading, body, path, known)
    amounts = tuple(
        read_amount(reading, item, at, fields)
        for at, item in reading.items(body.get("amount"), (*path, "amount"))
    )
    key = (
        reading.record(body["key"], (*path, "key"), needs=("names",), may=("hint",))
        if "key" in body
        else {}
    )
    kind = Kind(
        code=code,
        names=_label(reading, body, "names", path),
        group=reading.one_of(body.get("group"), (*path, "group"), known.groups)
        if "group" in body
        else "",
        icon=reading.text(body.get("icon", DEFAULT_ICON), (*path, "icon")),
        enabled=reading.boolean(body.get("enabled"), (*path, "enabled"), default=True),
        fields=fields,
        one_of=one_of,
        amounts=tuple(amount for amount in amounts if amount is not None),
        factors=tuple(
            read_factor(reading, item, at, fields)
            for at, item in reading.items(body.get("factor"), (*path, "factor"))
        ),
        zero_when=tuple(
            read_zero_when(reading, item, at, fields)
            for at, item in reading.items(body.get("zero_when"), (*path, "zero_when"))
        ),
        item_caps=tuple(
            read_item_cap(reading, item, at, fields)
            for at, item in reading.items(body.get("item_cap"), (*path, "item_cap"))
        ),
        year_caps=tuple(
            read_year_cap(reading, item, at, fields, known.pools)
            for at, item in reading.items(body.get("year_cap"), (*path, "year_cap"))
        ),
        counts_once=reading.boolean(body.get("counts_once"), (*path, "counts_once"), default=True),
        deducts=reading.one_of(body["deducts"], (*path, "deducts"), known.kinds)
        if "deducts" in body
        else None,
        asked=_asked(reading, body, path, fields),
        evidence=_evidence(reading, body, path, known),
        date_label=_label(reading, body, "date_label", path),
        key_label=_label(reading, key, "names", (*path, "key")) if key else None,
        key_hint=_label(reading, key, "hint", (*path, "key")) if "hint" in key else None,
        hint=_label(reading, body, "hint", path) if "hint" in body else None,
    )
    _check_amounts(reading, kind, path)
    return kind


def _label(reading: Reading, body: Mapping[str, Any], key: str, path: Path) -> Label:
    return reading.label(body[key], (*path, key)) if key in body else Label("", "")


def _asked(
    reading: Reading, body: Mapping[str, Any], path: Path, fields: Mapping[str, Field]
) -> str | None:
    if "needs_ruling" not in body:
        return None
    at = (*path, "needs_ruling")
    asked = reading.record(body["needs_ruling"], at, needs=("asked",)).get("asked")
    of_hours = [code for code, field in fields.items() if field.type is FieldType.HOURS]
    return reading.one_of(asked, (*at, "asked"), of_hours)


def _evidence(
    reading: Reading, body: Mapping[str, Any], path: Path, known: Catalogue
) -> tuple[Evidence, ...]:
    listed = []
    for at, item in reading.items(body.get("evidence"), (*path, "evidence")):
        code = reading.one_of(item, at, known.evidence)
        if code:
            listed.append(Evidence(code, known.evidence[code]))
    return tuple(listed)


def _fields(
    reading: Reading, body: Mapping[str, Any], path: Path, known: Catalogue
) -> tuple[dict[str, Field], tuple[str, ...]]:
    at = (*path, "fields")
    given = reading.mapping(body.get("fields", {}), at)
    one_of = tuple(
        reading.one_of(item, where, given)
        for where, item in reading.items(body.get("one_of"), (*path, "one_of"))
    )
    if len(one_of) == 1:
        reading.problem((*path, "one_of"), one_of[0], "at least two fields")
    fields: dict[str, Field] = {}
    for code, inner in given.items():
        shared = known.fields.get(code, {})
        own = {} if inner is None else reading.mapping(inner, (*at, code))
        fields[code] = _field(reading, code, {**shared, **own}, (*at, code), shared, one_of)
    for code, field in fields.items():
        if field.required_when is not None:
            _check_condition(reading, field.required_when, (*at, code, "required_when"), fields)
    return fields, one_of


def _field(
    reading: Reading,
    code: str,
    merged: Mapping[str, Any],
    path: Path,
    shared: Mapping[str, Any],
    one_of: tuple[str, ...],
) -> Field:
    reading.code(code, path)
    if code in ("kind", "started_on", "ended_on", "achievement_key"):
        reading.problem(path, code, "a name that no record has already")
    body = reading.record(merged, path, needs=("type", "names"), may=FIELD_KEYS)
    named = reading.one_of(body.get("type"), (*path, "type"), [t.value for t in FieldType])
    kind = FieldType(named) if named else FieldType.WHOLE
    sometimes = None
    if "required_when" in body:
        wanted = reading.mapping(body["required_when"], (*path, "required_when"))
        for by, codes in wanted.items():
            listed = codes if isinstance(codes, list) else [codes]
            sometimes = (by, tuple(str(item) for item in listed))
    optional = kind is FieldType.BOOLEAN or code in one_of or sometimes is not None
    required = reading.boolean(body.get("required"), (*path, "required"), default=not optional)
    if required and optional:
        reading.problem((*path, "required"), True, "false: the field is not always given")
    return Field(
        code=code,
        type=kind,
        names=_label(reading, body, "names", path),
        required=required and not optional,
        required_when=sometimes,
        alternative=code in one_of,
        minimum=reading.whole(body.get("minimum", 1), (*path, "minimum"), low=0),
        choices=_choices(reading, body, path, kind, shared),
        ranges=_label(reading, body, "range", path) if "range" in body else None,
        unit=_label(reading, body, "unit", path) if "unit" in body else None,
        hint=_label(reading, body, "hint", path) if "hint" in body else None,
    )


def _choices(
    reading: Reading,
    body: Mapping[str, Any],
    path: Path,
    kind: FieldType,
    shared: Mapping[str, Any],
) -> dict[str, Label]:
    """Codes with names; a list picks some of those of the shared field."""
    at, value = (*path, "choices"), body.get("choices")
    if kind is not FieldType.CHOICE:
        if value is not None:
            reading.problem(at, value, "nothing: only a field of type choice has choices")
        return {}
    if isinstance(value, list):
        names = shared.get("choices")
        named = names if isinstance(names, Mapping) else {}
        picked = [reading.one_of(item, (*at, i), named) for i, item in enumerate(value)]
        value = {code: named[code] for code in picked if code}
    if not value:
        reading.problem(at, MISSING if value is None else value, "codes with names")
        return {}
    return {
        reading.code(code, (*at, code)): reading.label(names, (*at, code))
        for code, names in reading.mapping(value, at).items()
    }


def _check_condition(
    reading: Reading,
    condition: tuple[str, tuple[str, ...]],
    path: Path,
    fields: Mapping[str, Field],
) -> None:
    by, codes = condition
    field = fields.get(by)
    if field is None or field.type is not FieldType.CHOICE:
        reading.problem((*path, by), by, "a field of type choice")
        return
    for code in codes:
        reading.one_of(code, (*path, by), field.choices)


def _check_amounts(reading: Reading, kind: Kind, path: Path) -> None:
    """Some amount must apply to every record that passes the checks of its fields."""
    at = (*path, "amount")
    if kind.asked is not None:
        if kind.amounts or kind.factors or kind.zero_when:
            reading.problem(at, Said("an amount"), "nothing: staff rule on each record")
        return
    if not kind.amounts:
        reading.problem(at, MISSING, "at least one amount")
        return
    if any(field.type is FieldType.CHOICE and not field.choices for field in kind.fields.values()):
        return  # said already
    by = sorted({c for a in kind.amounts if isinstance(a, Table) for c in a.by})
    choices = [c for c in by if kind.fields[c].type is FieldType.CHOICE]
    for values in product(*(kind.fields[c].choices for c in choices)):
        shape = dict(zip(choices, values, strict=True))
        for given in kind.one_of or ("",):
            if not any(_applies(amount, kind, shape, given) for amount in kind.amounts):
                what = ", ".join([*(f"{c} {v}" for c, v in shape.items()), given]).strip(", ")
                reading.problem(at, Said(f"no amount for {what or 'a record'}"), "one that applies")
                return


def _applies(amount: Any, kind: Kind, shape: Mapping[str, str], given: str) -> bool:
    def present(code: str) -> bool:
        field = kind.fields[code]
        if field.required or field.type is FieldType.BOOLEAN or code == given:
            return True
        when = field.required_when
        return when is not None and shape.get(when[0]) in when[1]

    if isinstance(amount, Fixed):
        return True
    if not isinstance(amount, Table):
        return present(amount.field)
    firsts = {row.key[0] for row in amount.rows}
    first = amount.by[0]
    if first in shape and shape[first] not in firsts:
        return False
    return all(present(code) for code in amount.by)
