"""Reference data of the federation: the fields of engineering, the grounds of relief."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

FIELD_KEYS = frozenset(
    {"code", "name", "name_en", "aliases", "valid_from", "source", "specialties"}
)
SPECIALTY_KEYS = frozenset({"code", "name", "name_en", "scope"})


class BadReference(ValueError):
    """A reference file breaks its own rules; the message says where and what is expected."""


@dataclass(frozen=True, slots=True)
class Specialty:
    """A specialty (专业类别) of a field."""

    code: str
    #: unique within its field only: several fields have 其他
    name: str
    name_en: str
    #: 范围 in short; None where the source leaves it empty
    scope: str | None
    #: the document and clause that lists it
    source: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of engineering (工程技术领域) in which members are registered."""

    code: str
    name: str
    name_en: str
    #: other Chinese spellings of the same field
    aliases: tuple[str, ...]
    #: date of the earliest source that lists it, None when that has no date; a certificate that
    #: is older is not wrong, since fields were evaluated before they were listed
    valid_from: date | None
    #: the documents and clauses that list it
    source: str
    specialties: tuple[Specialty, ...]

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name and every other spelling of it."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class ReliefGround:
    """A default ground of the contingency plan (预案)."""

    code: str
    name: str
    name_en: str
    #: what proves it
    proof: str
    proof_en: str
    #: reduction, waiver or deferral
    effect: str
    #: least whole months it must last to be asked for
    least_months: int
    #: whose practice it follows
    source: str
    #: the society gives it to everybody at once
    society_wide: bool = False


@cache
def load_relief_grounds() -> tuple[ReliefGround, ...]:
    """Give the default grounds of relief in the order in which they are offered."""
    text = resources.files(__name__).joinpath("relief_grounds.yaml").read_text(encoding="utf-8")
    grounds = tuple(ReliefGround(**row) for row in yaml.safe_load(text))
    _refuse_repeats("ground", [ground.code for ground in grounds])
    return grounds


@cache
def load_fields() -> tuple[Field, ...]:
    """Give the fields in the order of their list (notice of 2025, appendix 1; handbook Q5)."""
    text = resources.files(__name__).joinpath("fields.yaml").read_text(encoding="utf-8")
    return parse_fields(text)


def parse_fields(text: str) -> tuple[Field, ...]:
    """Read fields from YAML; `BadReference` when a key, a code or a spelling is not as it must be.

    Codes are unique over fields and specialties together, spellings over all fields, names of
    specialties within their field.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadReference(f"not YAML: {error}") from error
    top = _mapping(document, "the file", frozenset({"specialties_source", "fields"}))
    source = _text(top, "specialties_source", "the file")
    fields = tuple(
        _field(row, f"fields[{index}]", source)
        for index, row in enumerate(_list(top, "fields", "the file"))
    )
    _refuse_repeats(
        "code",
        [field.code for field in fields]
        + [specialty.code for field in fields for specialty in field.specialties],
    )
    _refuse_repeats("spelling", [spelling for field in fields for spelling in field.spellings])
    _refuse_repeats("English name", [field.name_en for field in fields])
    return fields


def _field(row: object, where: str, specialties_source: str) -> Field:
    values = _mapping(row, where, FIELD_KEYS)
    code = _code(values, where)
    valid_from = values["valid_from"]
    if valid_from is not None and type(valid_from) is not date:
        raise BadReference(f"{code}: valid_from must be a day (YYYY-MM-DD) or null")
    aliases = _list(values, "aliases", code)
    if not all(isinstance(alias, str) and alias.strip() for alias in aliases):
        raise BadReference(f"{code}: aliases must be texts")
    specialties = tuple(
        _specialty(row, f"{code}.specialties[{index}]", code, specialties_source)
        for index, row in enumerate(_list(values, "specialties", code))
    )
    _refuse_repeats(f"specialty of {code}", [specialty.name for specialty in specialties])
    return Field(
        code=code,
        name=_text(values, "name", code),
        name_en=_text(values, "name_en", code),
        aliases=tuple(aliases),
        valid_from=valid_from,
        source=_text(values, "source", code),
        specialties=specialties,
    )


def _specialty(row: object, where: str, field_code: str, source: str) -> Specialty:
    values = _mapping(row, where, SPECIALTY_KEYS)
    code = _code(values, where)
    if not code.startswith(f"{field_code}-"):
        raise BadReference(f"{where}: code {code} must begin with {field_code}-")
    return Specialty(
        code=code,
        name=_text(values, "name", code),
        name_en=_text(values, "name_en", code),
        scope=None if values["scope"] is None else _text(values, "scope", code),
        source=source,
    )


def _mapping(row: object, where: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(row, Mapping) or set(row) != keys:
        raise BadReference(f"{where}: must have exactly the keys {', '.join(sorted(keys))}")
    return row


def _list(values: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = values[key]
    if not isinstance(value, list):
        raise BadReference(f"{where}: {key} must be a list")
    return value


def _text(values: Mapping[str, Any], key: str, where: str) -> str:
    value = values[key]
    if not isinstance(value, str) or not value.strip():
        raise BadReference(f"{where}: {key} must be a text")
    return value.strip()


def _code(values: Mapping[str, Any], where: str) -> str:
    code = _text(values, "code", where)
    if not KEBAB.fullmatch(code):
        raise BadReference(f"{where}: code {code} must be kebab-case ASCII")
    return code


def _refuse_repeats(what: str, words: Iterable[str]) -> None:
    repeated = [word for word, times in Counter(words).items() if times > 1]
    if repeated:
        raise BadReference(f"{what} given twice: {', '.join(repeated)}")
