"""What a rule set says about a kind of activity: plain frozen data, no kind known by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple


class Label(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The English name for `en…`, the Chinese one for everything else."""
        return self.en if language.startswith("en") else self.zh


class FieldType(StrEnum):
    """The closed list of what a field may hold."""

    MINUTES = "minutes"  # whole, at least 1, held against the minutes of a day
    DAYS = "days"  # halves, at least 0.5, held against the days spanned
    WHOLE = "whole"  # whole, at least `minimum`
    HOURS = "hours"  # 学时, at least 0
    BOOLEAN = "boolean"  # absent is false
    CHOICE = "choice"  # one of the codes named


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind."""

    code: str
    type: FieldType
    names: Label
    required: bool = True
    required_when: tuple[str, tuple[str, ...]] | None = None
    alternative: bool = False
    minimum: int = 1
    choices: Mapping[str, Label] = field(default_factory=dict)
    ranges: Label | None = None
    unit: Label | None = None
    hint: Label | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proof that is listed for a kind."""

    code: str
    names: Label


Key = str | bool | tuple[int, int | None]
"""A choice, a truth, or a range of whole numbers (first, last or None when open)."""


@dataclass(frozen=True, slots=True)
class PerMinutes:
    """weight × minutes ÷ the minutes of an hour."""

    field: str
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same hours for every record."""

    hours: Fraction


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Hours for each unit of a field."""

    field: str
    hours: Fraction


@dataclass(frozen=True, slots=True)
class PerFull:
    """Hours for each full `size` of a field, at most `most`."""

    field: str
    size: int
    hours: Fraction
    most: Fraction | None


@dataclass(frozen=True, slots=True)
class Table:
    """Hours by one or two fields; a whole field is cut into ranges, the last one open."""

    by: tuple[str, ...]
    rows: tuple["Row", ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of a table: a code or a range (first, last or None) for each field of `by`."""

    key: tuple[Key, ...]
    hours: Fraction


Amount = PerMinutes | Fixed | PerUnit | PerFull | Table


@dataclass(frozen=True, slots=True)
class Factor:
    """A multiplier by the value of a field."""

    field: str
    values: Mapping[str | bool, Fraction]


@dataclass(frozen=True, slots=True)
class ZeroWhen:
    """Nothing is given when a field is a value, or is below a number; absent never is."""

    field: str
    value: str | bool | None
    below: int | None
    why: Label


@dataclass(frozen=True, slots=True)
class ItemCap:
    """The most one record gives: a number, so much per day spanned, a field, or by a field."""

    hours: int | None = None
    per_day: int | None = None
    from_field: str | None = None
    by: str | None = None
    values: "Mapping[str | bool, ItemCap]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class YearCap:
    """The most a year gives: to the kind, to each value of a field, or to a pool of kinds."""

    hours: int | None = None
    by: str | None = None
    values: Mapping[str | bool, int] = field(default_factory=dict)
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A year cap that several kinds share."""

    code: str
    names: Label
    year_cap: int


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that pages show together; some rule sets ask a least of a group in each year."""

    code: str
    names: Label
    icon: str
    year_min: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of activity with all its rules."""

    code: str
    names: Label
    group: str
    icon: str
    enabled: bool
    fields: Mapping[str, Field]
    one_of: tuple[str, ...]
    amounts: tuple[Amount, ...]
    factors: tuple[Factor, ...]
    zero_when: tuple[ZeroWhen, ...]
    item_caps: tuple[ItemCap, ...]
    year_caps: tuple[YearCap, ...]
    counts_once: bool
    deducts: str | None
    asked: str | None
    evidence: tuple[Evidence, ...]
    date_label: Label
    key_label: Label | None
    key_hint: Label | None
    hint: Label | None

    @property
    def needs_ruling(self) -> bool:
        """Whether staff decide the hours of each record."""
        return self.asked is not None

    @property
    def timed_fields(self) -> tuple[str, ...]:
        """Fields that measure time spent."""
        timed = (FieldType.MINUTES, FieldType.DAYS)
        return tuple(code for code, f in self.fields.items() if f.type in timed)

    @property
    def item_based(self) -> bool:
        """Whether some record of it is worth what the society's table says, not its minutes."""
        return any(not isinstance(amount, PerMinutes) for amount in self.amounts)

    def is_timed(self, record: Mapping[str, Any]) -> bool:
        """Whether this record is measured in time, so that it can overlap another."""
        return any(record.get(code) is not None for code in self.timed_fields)


Program = Callable[[Mapping[str, Any], int | None], Any]


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """A conversion table ready for use; made only by `ruleset.compile_rule_set`."""

    code: str
    version: int
    names: Label
    official: bool
    source: str
    step: int
    minutes_per_hour: int
    minutes_per_day: int
    groups: Mapping[str, Group]
    pools: Mapping[str, Pool]
    kinds: Mapping[str, Kind]
    programs: Mapping[str, Program]
    body: Mapping[str, Any]

    @property
    def usable_kinds(self) -> tuple[Kind, ...]:
        """Kinds that are switched on, in the order of the file."""
        return tuple(kind for kind in self.kinds.values() if kind.enabled)

    def pooled(self, pool: str) -> tuple[str, ...]:
        """Codes of the kinds that share this pool."""
        return tuple(
            kind.code
            for kind in self.kinds.values()
            if any(cap.pool == pool for cap in kind.year_caps)
        )
