"""A posted form as the input that the API reads too: one validation, faults as our sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from cpd_app.domain.errors import DomainError, Rejected
from cpd_app.schemas.fields import DayField, TimeField
from cpd_app.texts import SENTENCES
from cpd_app.wording import sentence


@dataclass
class Read:
    """What came out of a form: the typed input, or the faults by field; "" is no field's."""

    value: Any = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the input can be used."""
        return not self.errors

    def refuse(self, error: DomainError, *, known: Mapping[str, Any] | None = None) -> None:
        """Add what a rule said; beside its field when the page has that field."""
        name = error.field or ""
        if known is not None and name not in known:
            name = ""
        self.errors[name] = sentence(error.code, error.values)


def read(schema: Schema, data: Mapping[str, Any] | None = None) -> Read:
    """Load the posted form (or `data`, already plain) through a schema of the API."""
    given = plain(schema, request.form) if data is None else data
    try:
        return Read(schema.load(given))
    except Rejected as refusal:
        refused = Read()
        refused.refuse(refusal)
        return refused
    except ValidationError as error:
        found: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        return Read(errors={name: _said(schema, name, said) for name, said in found.items()})


def plain(schema: Schema, form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields a schema knows, as JSON would hold them; what was left empty is absent."""
    taken: dict[str, Any] = {}
    for name, known in schema.fields.items():
        if isinstance(known, fields.List):
            taken[name] = [v for v in form.getlist(name) if v]
        elif (value := form.get(name, "").strip()) != "":
            taken[name] = value
    return taken


def _said(schema: Schema, name: str, messages: Any) -> str:
    """One sentence for a fault: a code of ours as it is, the framework's words by kind of field."""
    first = messages[0] if isinstance(messages, list) and messages else ""
    if first in SENTENCES:
        return sentence(str(first))
    known = schema.fields.get(name)
    if known is not None and first in {
        known.error_messages.get("required"),
        known.error_messages.get("null"),
    }:
        return sentence("missing")
    if isinstance(known, DayField):
        return sentence("bad_day")
    if isinstance(known, TimeField):
        return sentence("bad_time")
    return sentence("bad_value")
