"""The building blocks of a kind read from their mappings: the closed list of §4."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from cpd_app.domain.kinds import (
    Amount,
    Factor,
    Field,
    FieldType,
    Fixed,
    ItemCap,
    Key,
    Label,
    PerFull,
    PerMinutes,
    PerUnit,
    Pool,
    Row,
    Table,
    YearCap,
    ZeroWhen,
)
from cpd_app.domain.reading import MISSING, Path, Reading, Said, key_text, shown

Fields = Mapping[str, Field]
AMOUNTS = ("per_minutes", "fixed", "per_unit", "per_full", "table")
WHOLE = (FieldType.WHOLE,)
COUNTED = (FieldType.WHOLE, FieldType.DAYS)
KEYED = (FieldType.CHOICE, FieldType.BOOLEAN)
MOST_IN_A_RANGE = 999
TWO = 2


def read_amount(reading: Reading, value: object, path: Path, fields: Fields) -> Amount | None:
    """One amount block."""
    body = reading.record(value, path, may=AMOUNTS)
    if len(body) != 1:
        reading.problem(path, Said(f"{len(body)} blocks"), f"exactly one of {', '.join(AMOUNTS)}")
        return None
    ((block, inner),) = body.items()
    at = (*path, block)
    match block:
        case "per_minutes":
            got = reading.record(inner, at, needs=("field",), may=("weight",))
            code = _field(reading, got, at, fields, (FieldType.MINUTES,))
            weight = reading.number(got.get("weight", 1), (*at, "weight"), above_zero=True)
            return PerMinutes(code, weight) if code else None
        case "fixed":
            return Fixed(reading.number(inner, at))
        case "per_unit":
            got = reading.record(inner, at, needs=("field", "hours"))
            code = _field(reading, got, at, fields, COUNTED)
            return PerUnit(code, _hours(reading, got, at)) if code else None
        case "per_full":
            got = reading.record(inner, at, needs=("field", "size", "hours"), may=("most",))
            code = _field(reading, got, at, fields, WHOLE)
            size = reading.whole(got.get("size", 1), (*at, "size"))
            most = reading.number(got["most"], (*at, "most")) if "most" in got else None
            return PerFull(code, size, _hours(reading, got, at), most) if code else None
    return _table(reading, inner, at, fields)


def read_factor(reading: Reading, value: object, path: Path, fields: Fields) -> Factor:
    """A multiplier by the value of a field."""
    body = reading.record(value, path, needs=("field", "values"))
    code = _field(reading, body, path, fields, KEYED)
    at = (*path, "values")
    given = reading.mapping(body.get("values", {}), at)
    if not code:
        return Factor("", {})
    values: dict[str | bool, Fraction] = {}
    for key, share in given.items():
        plain = _code_key(reading, key, (*at, key), fields[code])
        if plain is not None:
            values[plain] = reading.number(share, (*at, key))
    for missing in [c for c in fields[code].choices if c not in values]:
        reading.problem((*at, missing), MISSING, "a factor for every choice")
    return Factor(code, values)


def read_zero_when(reading: Reading, value: object, path: Path, fields: Fields) -> ZeroWhen:
    """A condition under which nothing is given, with the reason that is shown."""
    body = reading.record(value, path, needs=("field", "why"), may=("is", "below"))
    why = reading.label(body["why"], (*path, "why")) if "why" in body else None
    if ("is" in body) == ("below" in body):
        reading.problem(path, Said(" and ".join(body)), "exactly one of is, below")
    types = WHOLE if "below" in body else KEYED
    code = _field(reading, body, path, fields, types)
    is_value: str | bool | None = None
    below = None
    if "below" in body:
        below = reading.whole(body["below"], (*path, "below"))
    elif "is" in body and code:
        plain = _code_key(reading, key_text(body["is"]), (*path, "is"), fields[code])
        is_value = plain
    return ZeroWhen(code, is_value, below, why or Label("", ""))


def read_item_cap(reading: Reading, value: object, path: Path, fields: Fields) -> ItemCap:
    """A number, {per_day}, {field}, or {by, hours} with any of these for each value."""
    if not isinstance(value, Mapping):
        return ItemCap(hours=reading.hundredths(value, path))
    body = reading.record(value, path, may=("per_day", "field", "by", "hours"))
    if set(body) == {"per_day"}:
        per_day = reading.hundredths(body["per_day"], (*path, "per_day"), above_zero=True)
        return ItemCap(per_day=per_day)
    if set(body) == {"field"}:
        return ItemCap(from_field=_field(reading, body, path, fields, (FieldType.HOURS,)) or None)
    if set(body) == {"by", "hours"}:
        values: dict[str | bool, ItemCap] = {}
        for key, inner, at in _by(reading, body, path, fields):
            values[key] = read_item_cap(reading, inner, at, fields)
        return ItemCap(by=str(body["by"]), values=values)
    reading.problem(path, value, "a number, {per_day}, {field}, or {by, hours}")
    return ItemCap()


def read_year_cap(
    reading: Reading, value: object, path: Path, fields: Fields, pools: Mapping[str, Pool]
) -> YearCap:
    """A number, {by, hours} for each value of a field, or {pool}."""
    if not isinstance(value, Mapping):
        return YearCap(hours=reading.hundredths(value, path))
    body = reading.record(value, path, may=("by", "hours", "pool"))
    if set(body) == {"pool"}:
        return YearCap(pool=reading.one_of(body["pool"], (*path, "pool"), pools) or None)
    if set(body) == {"by", "hours"}:
        values: dict[str | bool, int] = {}
        for key, inner, at in _by(reading, body, path, fields):
            values[key] = reading.hundredths(inner, at)
        return YearCap(by=str(body["by"]), values=values)
    reading.problem(path, value, "a number, {by, hours}, or {pool}")
    return YearCap()


def _hours(reading: Reading, got: Mapping[str, Any], path: Path) -> Fraction:
    return reading.number(got.get("hours", 0), (*path, "hours"))


def _field(
    reading: Reading,
    body: Mapping[str, Any],
    path: Path,
    fields: Fields,
    types: tuple[FieldType, ...],
    key: str = "field",
) -> str:
    """A field of the kind with one of these types."""
    if key not in body:
        return ""
    fitting = [code for code, field in fields.items() if field.type in types]
    return reading.one_of(body[key], (*path, key), fitting)


def _by(
    reading: Reading, body: Mapping[str, Any], path: Path, fields: Fields
) -> list[tuple[str | bool, Any, Path]]:
    """The entries of {by, hours}, one for each value of a choice or boolean field."""
    code = _field(reading, body, path, fields, KEYED, "by")
    at = (*path, "hours")
    entries = []
    for key, inner in reading.mapping(body["hours"], at).items():
        plain = _code_key(reading, key, (*at, key), fields[code]) if code else None
        if plain is not None:
            entries.append((plain, inner, (*at, key)))
    return entries


def _code_key(reading: Reading, key: str, path: Path, field: Field) -> str | bool | None:
    """A choice's code, or true and false."""
    if field.type is FieldType.BOOLEAN:
        named = reading.one_of(key, path, ("true", "false"))
        return named == "true" if named else None
    return reading.one_of(key, path, field.choices) or None


def _table(reading: Reading, value: object, path: Path, fields: Fields) -> Table | None:
    body = reading.record(value, path, needs=("by", "hours"))
    by = [
        _field(reading, {"by": c}, at, fields, (*KEYED, FieldType.WHOLE), "by")
        for at, c in reading.items(body.get("by"), (*path, "by"))
    ]
    if not 1 <= len(by) <= TWO:
        reading.problem((*path, "by"), body.get("by"), "one or two fields")
        return None
    if not all(by) or "hours" not in body:
        return None
    rows: list[Row] = []
    at = (*path, "hours")
    for first, inner, where in _keys(reading, body["hours"], at, fields[by[0]]):
        if len(by) == 1:
            rows.append(Row((first,), reading.number(inner, where)))
            continue
        rows += [
            Row((first, second), reading.number(hours, there))
            for second, hours, there in _keys(reading, inner, where, fields[by[1]], whole=True)
        ]
    return Table(tuple(by), tuple(rows))


def _keys(
    reading: Reading, value: object, path: Path, field: Field, *, whole: bool = False
) -> list[tuple[Key, Any, Path]]:
    """The keys of one level of a table: codes, or ranges that follow each other to an open end."""
    given = reading.mapping(value, path)
    entries: list[tuple[Key, Any, Path]] = []
    if field.type in KEYED:
        for key, inner in given.items():
            plain = _code_key(reading, key, (*path, key), field)
            if plain is not None:
                entries.append((plain, inner, (*path, key)))
        if whole:
            for missing in [c for c in field.choices if c not in given]:
                reading.problem((*path, missing), MISSING, "hours for every choice")
        return entries
    ranges: list[tuple[int, int | None]] = []
    for key, inner in given.items():
        span = _range(key)
        if span is None:
            reading.problem(
                (*path, key), Said(f"the key {shown(key)}"), "a range such as 1, 2-5 or 6+"
            )
            continue
        ranges.append(span)
        entries.append((span, inner, (*path, key)))
    _check_ranges(reading, ranges, path, field)
    return entries


def _range(key: str) -> tuple[int, int | None] | None:
    first, dash, last = key.partition("-")
    if key.endswith("+"):
        first, dash, last = key[:-1], "", ""
    if not (first.isascii() and first.isdigit()) or int(first) > MOST_IN_A_RANGE:
        return None
    if key.endswith("+"):
        return int(first), None
    if not dash:
        return int(first), int(first)
    if not (last.isascii() and last.isdigit()) or int(last) > MOST_IN_A_RANGE:
        return None
    return (int(first), int(last)) if int(first) < int(last) else None


def _check_ranges(
    reading: Reading, ranges: list[tuple[int, int | None]], path: Path, field: Field
) -> None:
    ordered = sorted(ranges, key=lambda span: span[0])
    follow = all(b[0] == (a[1] if a[1] is not None else -2) + 1 for a, b in pairwise(ordered))
    ends = ordered and ordered[0][0] == field.minimum and ordered[-1][1] is None
    if not (follow and ends):
        found = ", ".join(
            f"{a}+" if b is None else str(a) if a == b else f"{a}-{b}" for a, b in ordered
        )
        reading.problem(
            path,
            Said(found or "no range"),
            f"ranges that begin at {field.minimum} and follow each other to an open one such as 6+",
        )
