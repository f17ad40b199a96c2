"""A member to be registered, as the members file has it; a registration as JSON."""

from typing import Any

from marshmallow import Schema, fields, validate

from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import TextField

DAY = "2026-10-15"
LEVELS = ["apprentice", "professional", "senior"]


def _text(most: int, *, required: bool = False, **metadata: Any) -> TextField:
    return TextField(
        required=required,
        allow_none=not required,
        validate=validate.Length(max=most),
        metadata={"maxLength": most, **metadata},
    )


class NewRegistrationSchema(Schema):
    """The columns of the members file; null and "" are absent."""

    login = _text(80, description="e-mail, phone, registration number or a name of the society's")
    name = _text(80, required=True)
    email = _text(254)
    society = _text(40, required=True, description="code of the society")
    registration_no = _text(60, required=True)
    level = _text(20, required=True, enum=LEVELS)
    field = _text(120, required=True, description="name or code of the taxonomy")
    starts_on = _text(20, required=True, format="date", example=DAY)
    phone = _text(40)
    employer = _text(160)
    name_en = _text(120)
    specialty = _text(120)
    ends_on = _text(20, format="date", example=DAY)
    state = _text(20, enum=["active", "suspended", "expired", "cancelled", "revoked"])
    society_member_no = _text(60)
    membership_until = _text(20, format="date", example=DAY)


class NewTermSchema(Described):
    """The certificate's term, half-open."""

    level = fields.String(metadata={"enum": LEVELS})
    starts_on = fields.String(metadata={"format": "date"})
    ends_on = fields.String(metadata={"format": "date"})
    state = fields.String()


class RegistrationWarningSchema(Described):
    """Something to look at, though it was saved."""

    code = fields.String()
    field = fields.String(allow_none=True)
    message = fields.String()


class RegistrationSchema(Described):
    """A registration with the term that was entered."""

    id = fields.Integer()
    registration_no = fields.String()
    society = fields.String(metadata={"description": "code of the society"})
    field = fields.String()
    field_known = fields.Boolean(metadata={"description": "false: to be mapped by staff"})
    term = fields.Nested(NewTermSchema)
    warnings = fields.List(fields.Nested(RegistrationWarningSchema))


def registration_json(entered: Any, messages: list[str]) -> dict[str, Any]:
    """What was entered (usecases.member_entry) as RegistrationSchema has it."""
    registration, term = entered.registration, entered.term
    field = registration.field
    return {
        "id": registration.id,
        "registration_no": registration.number,
        "society": registration.society.code,
        "field": field.name if field is not None else registration.field_text,
        "field_known": field is not None,
        "term": {
            "level": term.level,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat(),
            "state": term.state,
        },
        "warnings": [
            {"code": w["code"], "field": w["field"], "message": message}
            for w, message in zip(entered.warnings, messages, strict=True)
        ],
    }
