"""The plain values of a kind that people change most: its numbers, found and set by their path."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cpd_app.domain.reading import key_text

Path = tuple[str, ...]
"""Keys from the kind's mapping down; items of a list are counted from 1, as in `differences`."""

#: blocks whose numbers are figures of the table; everything else is words or structure
FIGURES = ("amount", "factor", "zero_when", "item_cap", "year_cap")
#: these may be absent, and then there is no cap
CAPS = ("item_cap", "year_cap")


class Value(NamedTuple):
    """One number; `optional` when it may be left empty."""

    path: Path
    number: int | float | None
    optional: bool


def values_of(kind: Mapping[str, Any]) -> list[Value]:
    """Every figure of a kind in the order of its blocks; a cap that is absent stands as None."""
    found: list[Value] = []
    for block in FIGURES:
        inner = kind.get(block)
        if block in CAPS and (inner is None or _is_number(inner)):
            found.append(Value((block,), inner, optional=True))
        else:
            found += [Value(path, number, optional=False) for path, number in _in(inner, (block,))]
    return found


def with_value(kind: Mapping[str, Any], path: Path, number: float | None) -> dict[str, Any]:
    """The kind with one figure set; None takes a cap away. Raises KeyError for a lost path."""
    changed: dict[str, Any] = _set(kind, path, number)
    return changed


def _in(value: Any, path: Path) -> Iterator[tuple[Path, int | float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _in(inner, (*path, key_text(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value, 1):
            yield from _in(inner, (*path, str(index)))
    elif _is_number(value):
        yield path, value


def _set(value: Any, path: Path, number: float | None) -> Any:
    key, rest = path[0], path[1:]
    if isinstance(value, list):
        place = int(key) - 1
        if not 0 <= place < len(value):
            raise KeyError(key)
        return [_put(v, rest, number) if i == place else v for i, v in enumerate(value)]
    if not isinstance(value, Mapping):
        raise KeyError(key)
    known = {key_text(k): k for k in value}
    if rest and key not in known:
        raise KeyError(key)
    if not rest and number is None:
        return {k: v for k, v in value.items() if key_text(k) != key}
    changed = dict(value)
    changed[known.get(key, key)] = _put(changed.get(known.get(key, key)), rest, number)
    return changed


def _put(value: Any, rest: Path, number: float | None) -> Any:
    return _set(value, rest, number) if rest else number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
