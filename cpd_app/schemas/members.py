"""Forms at the desk about a member: name, employer, membership, role, reason of a merge."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from cpd_app.schemas.fields import DayField, TextField
from cpd_app.usecases.accounts import NewPerson
from cpd_app.usecases.member_changes import EmployerChange, MembershipChange, NameChange
from cpd_app.usecases.registrations import NextTerm


class DeskSchema(Schema):
    """What all of them share."""

    class Meta:
        """What a page sends beside its fields (the form's token) is passed over."""

        unknown = EXCLUDE


class NameSchema(DeskSchema):
    """A name from a day on."""

    name = TextField(required=True)
    name_en = TextField(load_default=None)
    from_on = DayField(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NameChange:
        """The typed input."""
        return NameChange(data["name"] or "", data["name_en"], data["from_on"])


class EmployerSchema(DeskSchema):
    """An employer from a day on."""

    employer = TextField(required=True)
    from_on = DayField(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> EmployerChange:
        """The typed input."""
        return EmployerChange(data["employer"] or "", data["from_on"])


class MembershipSchema(DeskSchema):
    """Ordinary membership of the society; both may be unknown."""

    number = TextField(load_default=None)
    until_on = DayField(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> MembershipChange:
        """The typed input."""
        return MembershipChange(data["number"], data["until_on"])


class FieldSchema(DeskSchema):
    """Which field of the taxonomy a text means."""

    field_id = fields.Integer(required=True)
    all_alike = fields.Boolean(load_default=False)


class RoleSchema(DeskSchema):
    """Who gets which role until when; `ends_on` is the last day with it."""

    name = TextField(required=True)
    contact = TextField(required=True)
    role = fields.String(required=True)
    last_on = DayField(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """The person as typed: the contact is an e-mail, a phone or a registration number."""
        who = NewPerson(name=data["name"] or "", login=data["contact"] or "")
        return {"who": who, "role": data["role"], "last_on": data["last_on"]}


class MergeSchema(DeskSchema):
    """Why two accounts are one person's."""

    reason = TextField(required=True)


class ErasureSchema(DeskSchema):
    """On whose request values are erased."""

    reason = TextField(required=True)


class NextTermSchema(DeskSchema):
    """A decision that gives a registration its next term."""

    act = fields.String(required=True)
    document_no = TextField(required=True)
    starts_on = DayField(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NextTerm:
        """The typed input."""
        return NextTerm(data["act"], data["document_no"] or "", data["starts_on"])
