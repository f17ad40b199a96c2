"""What changed between two rule sets, value by value, and whether it is looser or tighter."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.reading import key_text


class Direction(StrEnum):
    """What a change means for members' hours."""

    LOOSER = "looser"
    TIGHTER = "tighter"
    OTHER = "other"


class Difference(NamedTuple):
    """One changed value: of a kind, or of the whole rule set (kind None)."""

    kind: str | None
    path: tuple[str, ...]
    old: Any
    new: Any
    direction: Direction


ABSENT = None
#: what an absent value stands for where that is a number
DEFAULTS = {"weight": 1}
IGNORED = ("code", "version", "source", "official")
WORDS = ("names", "hint", "range", "unit", "why", "icon", "date_label", "key", "zh", "en")
GIVES = ("amount", "factor", "item_cap", "year_cap", "pools", "minutes_per_day")
ASKS_MORE = ("step", "minutes_per_hour", "below", "size", "year_min", "minimum")
RESTRICTS = (
    "item_cap",
    "year_cap",
    "year_min",
    "zero_when",
    "deducts",
    "needs_ruling",
    "evidence",
    "required_when",
    "most",
)


def differences(old: RuleSet, new: RuleSet) -> list[Difference]:
    """Every changed value, those of the whole rule set first, then kind by kind."""
    found: list[Difference] = []
    olds, news = _of_kinds(old), _of_kinds(new)
    tops = [{k: v for k, v in r.body.items() if k not in (*IGNORED, "kinds")} for r in (old, new)]
    found += _compare(None, tops[0], tops[1])
    for kind in dict.fromkeys((*olds, *news)):
        if kind not in news:
            found.append(Difference(kind, (), kind, ABSENT, Direction.TIGHTER))
        elif kind not in olds:
            found.append(Difference(kind, (), ABSENT, kind, Direction.LOOSER))
        else:
            found += _compare(kind, olds[kind], news[kind])
    return found


def _of_kinds(rule_set: RuleSet) -> dict[str, Mapping[str, Any]]:
    return {key_text(code): body for code, body in rule_set.body["kinds"].items()}


def _compare(
    kind: str | None, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    olds, news = dict(_leaves(old)), dict(_leaves(new))
    shared = _parents(olds, news)
    for path in dict.fromkeys((*olds, *news)):
        missing = DEFAULTS.get(path[-1], ABSENT) if path[:-1] in shared else ABSENT
        before, after = olds.get(path, missing), news.get(path, missing)
        if before != after or (type(before) is not type(after) and not _numbers(before, after)):
            yield Difference(kind, path, before, after, _direction(path, before, after))


def _parents(*leaves: Mapping[tuple[str, ...], Any]) -> set[tuple[str, ...]]:
    """Paths under which both have something, so that what is absent stands at its default."""
    of_each = [{path[:-1] for path in one} for one in leaves]
    return set.intersection(*of_each)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Single values with their path; a list of codes is a set, so that order is no change."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key_text(key)))
    elif isinstance(value, list):
        plain = all(isinstance(item, str) for item in value)
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, str(item) if plain else str(index + 1)))
    elif value is not None:
        yield path, value


def _direction(path: tuple[str, ...], old: Any, new: Any) -> Direction:
    if any(word in WORDS for word in path):
        return Direction.OTHER
    more: bool | None = None
    if _numbers(old, new):
        if any(key in ASKS_MORE for key in path):
            more = new < old
        elif path[0] in GIVES:
            more = new > old
    elif "enabled" in path or "counts_once" in path or "required" in path:
        # An absent switch stands at its default: the kind is on, it counts once, it is required.
        more = _is_on(new) if "enabled" in path else not _is_on(new)
    elif old is ABSENT or new is ABSENT:
        if any(key in RESTRICTS for key in path):
            more = new is ABSENT
        elif "choices" in path:
            more = old is ABSENT
    if more is None:
        return Direction.OTHER
    return Direction.LOOSER if more else Direction.TIGHTER


def _is_on(value: Any) -> bool:
    return value is ABSENT or bool(value)


def _numbers(old: Any, new: Any) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in (old, new))
