"""The columns of the members file as JSON or form: who is registered where, since when."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from cpd_app.schemas.fields import DayField, TextField
from cpd_app.usecases.registrations import NewRegistration, NextTerm

DAY = {"type": ["string", "null"], "format": "date"}


class NewRegistrationSchema(Schema):
    """A certificate to be entered, and the person whose it is."""

    class Meta:
        """What a page sends beside its fields (the form's token) is passed over."""

        unknown = EXCLUDE

    login = TextField(load_default=None, allow_none=True)
    name = TextField(required=True)
    email = TextField(load_default=None, allow_none=True)
    phone = TextField(load_default=None, allow_none=True)
    name_en = TextField(load_default=None, allow_none=True)
    employer = TextField(load_default=None, allow_none=True)
    society = TextField(required=True, metadata={"description": "code of the society"})
    registration_no = TextField(required=True)
    level = TextField(required=True, metadata={"enum": ["apprentice", "professional", "senior"]})
    field = TextField(
        required=True, metadata={"description": "Chinese name or code; unknown: to be mapped"}
    )
    specialty = TextField(load_default=None, allow_none=True)
    starts_on = DayField(required=True, metadata={"type": "string", "format": "date"})
    ends_on = DayField(
        load_default=None,
        allow_none=True,
        metadata={**DAY, "description": "exclusive; absent: five years"},
    )
    state = TextField(load_default="active", allow_none=True)
    society_member_no = TextField(load_default=None, allow_none=True)
    membership_until = DayField(load_default=None, allow_none=True, metadata=DAY)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NewRegistration:
        """The typed input; a field that is null is absent."""
        required = {name: data[name] or "" for name in ("name", "society", "registration_no")}
        return NewRegistration(
            **{
                **data,
                **required,
                "level": data["level"] or "",
                "field": data["field"] or "",
                "login": data["login"] or "",
                "state": data["state"] or "active",
            }
        )


class RegisteredJson(Schema):
    """What registering came to."""

    registration_id = fields.Integer()
    registration_no = fields.String()
    society = fields.String()
    new_person = fields.Boolean()
    new_registration = fields.Boolean(
        metadata={"description": "false: the number was there and got one more term"}
    )
    field_known = fields.Boolean(metadata={"description": "false: the field is to be mapped"})


class NextTermSchema(Schema):
    """A decision that gives a registration its next term."""

    class Meta:
        """What a page sends beside its fields is passed over."""

        unknown = EXCLUDE

    act = fields.String(required=True)
    document_no = TextField(required=True)
    starts_on = DayField(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NextTerm:
        """The typed input."""
        return NextTerm(data["act"], data["document_no"] or "", data["starts_on"])
