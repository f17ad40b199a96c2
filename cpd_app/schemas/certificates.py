"""Forms of the register's acts."""

from typing import Any

from marshmallow import fields, post_load

from cpd_app.schemas.fields import DayField, TextField
from cpd_app.schemas.signin import FormSchema
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.transfers import Transfer


class ActSchema(FormSchema):
    """An act on a certificate; `kind` comes from the address."""

    kind = fields.String(load_default="")
    reason_code = fields.String(required=True)
    effective_on = DayField(required=True)
    legal_basis = TextField(load_default=None)
    document_no = TextField(load_default=None)
    reason = TextField(load_default=None)
    annuls_id = fields.Integer(load_default=None)
    seen = fields.Integer(load_default=None)
    key = fields.UUID(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NewAct:
        """The typed input."""
        texts = {n: data[n] or "" for n in ("legal_basis", "document_no", "reason")}
        key = str(data["key"]) if data["key"] else None
        return NewAct(**{**data, **texts, "key": key})


class VersionSchema(FormSchema):
    """The proposal as it was seen."""

    version = fields.Integer(required=True)


class WishSchema(FormSchema):
    """What a member asks for."""

    kind = fields.String(required=True)
    reason = TextField(load_default=None)


class SuccessorSchema(FormSchema):
    """Who takes over; nobody is needed when nothing is open."""

    successor_id = fields.Integer(load_default=None)


class TransferSchema(FormSchema):
    """A member who comes from another society."""

    former_no = TextField(required=True)
    registration_no = TextField(required=True)
    document_no = TextField(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> Transfer:
        """The typed input."""
        return Transfer(**{name: text or "" for name, text in data.items()})
