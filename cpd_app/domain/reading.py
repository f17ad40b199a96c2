"""Strict reading of plain mappings: every problem says where, what is there, what should be."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from cpd_app.domain.hours import LARGEST, exact
from cpd_app.domain.kinds import Label

Path = tuple[str | int, ...]


class Said(str):
    """What was found, in words of our own rather than as it stands in the file."""

    __slots__ = ()


MISSING = Said("nothing")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")
CODE_EXPECTED = "a code of small letters, digits, _ or -"


class Problem(NamedTuple):
    """One thing wrong with a rule set."""

    path: Path
    found: str
    expected: str
    line: int | None = None

    def __str__(self) -> str:
        where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in self.path)
        line = f"line {self.line}: " if self.line is not None else ""
        return f"{line}{where.lstrip('.') or 'file'}: found {self.found}, expected {self.expected}"


class RuleSetInvalid(Exception):
    """A rule set that cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Reading:
    """Reads values at a path and collects what is wrong; reads go on after a problem."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, path: Path, found: object, expected: str) -> None:
        """Note a problem."""
        text = found if isinstance(found, Said) else shown(found)
        self.problems.append(Problem(path, text, expected))

    def mapping(self, value: object, path: Path, expected: str = "a mapping") -> dict[str, Any]:
        """A mapping with text keys; booleans and numbers as keys become their JSON text."""
        if not isinstance(value, Mapping):
            self.problem(path, value, expected)
            return {}
        return {key_text(key): inner for key, inner in value.items()}

    def record(
        self, value: object, path: Path, *, needs: Iterable[str] = (), may: Iterable[str] = ()
    ) -> dict[str, Any]:
        """A mapping with exactly the keys named; null is absent."""
        needs, may = tuple(needs), tuple(may)
        known = (*needs, *may)
        found = self.mapping(value, path, f"a mapping with {', '.join(known)}")
        if not isinstance(value, Mapping):
            return {}
        for key in found:
            if key not in known:
                self.problem(
                    (*path, key), Said(f"the key {shown(key)}"), f"one of {', '.join(known)}"
                )
        for key in needs:
            if found.get(key) is None:
                self.problem((*path, key), MISSING, "this key")
        return {key: inner for key, inner in found.items() if inner is not None and key in known}

    def text(self, value: object, path: Path) -> str:
        """Text that is not empty."""
        if isinstance(value, str) and value.strip():
            return value
        self.problem(path, value, "text")
        return ""

    def code(self, value: object, path: Path) -> str:
        """A code as used in the API."""
        if isinstance(value, str) and CODE.fullmatch(value):
            return value
        self.problem(path, value, CODE_EXPECTED)
        return ""

    def one_of(self, value: object, path: Path, allowed: Iterable[str]) -> str:
        """One of some codes."""
        allowed = tuple(allowed)
        if isinstance(value, str) and value in allowed:
            return value
        self.problem(path, value, f"one of {', '.join(allowed) or '(none)'}")
        return ""

    def label(self, value: object, path: Path) -> Label:
        """A name in both languages."""
        names = self.record(value, path, needs=("zh", "en"))
        texts = {key: self.text(names[key], (*path, key)) for key in names}
        return Label(texts.get("zh", ""), texts.get("en", ""))

    def boolean(self, value: object, path: Path, *, default: bool) -> bool:
        """A truth value."""
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self.problem(path, value, "true or false")
        return default

    def whole(self, value: object, path: Path, *, low: int = 1) -> int:
        """A whole number not below `low`."""
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= LARGEST:
            return value
        self.problem(path, value, f"a whole number from {low}")
        return low

    def number(self, value: object, path: Path, *, above_zero: bool = False) -> Fraction:
        """A number of hours or a weight, exact; at most four decimals."""
        expected = "a number above 0" if above_zero else "a number from 0"
        try:
            number = exact(value)
        except ValueError:
            number = Decimal(-1)
        if number < 0 or number > LARGEST or (above_zero and not number):
            self.problem(path, value, expected)
            return Fraction(1)
        if number != round(number, 4):
            self.problem(path, value, f"{expected} with at most four decimals")
        return Fraction(number)

    def hundredths(self, value: object, path: Path, *, above_zero: bool = False) -> int:
        """Hours as hundredths; at most two decimals."""
        hours = self.number(value, path, above_zero=above_zero) * 100
        if hours.denominator != 1:
            self.problem(path, value, "hours with at most two decimals")
        return int(hours)

    def items(self, value: object, path: Path) -> list[tuple[Path, Any]]:
        """A list with the path of each item; one thing stands for a list of one."""
        if value is None:
            return []
        if not isinstance(value, list):
            return [(path, value)]
        return [((*path, index), item) for index, item in enumerate(value)]


def key_text(key: object) -> str:
    """The JSON text of a mapping's key: YAML also has booleans and numbers there."""
    return ("true" if key else "false") if isinstance(key, bool) else str(key)


def shown(value: object) -> str:
    """A value as a person would write it in the file."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return key_text(value)
    if isinstance(value, str):
        return f"“{value}”" if value else "empty text"
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return str(value)
