"""Forms of 意见与投诉."""

import uuid
from typing import Any

from marshmallow import fields, post_load, validate

from cpd_app.schemas.fields import TextField
from cpd_app.schemas.signin import FormSchema
from cpd_app.usecases.complaints import NewComplaint


class ComplaintSchema(FormSchema):
    """A letter of anybody."""

    key = TextField(required=True, validate=validate.Length(max=36))
    kind = TextField(required=True, validate=validate.Length(max=20))
    society = TextField(load_default="", validate=validate.Length(max=40))
    text = TextField(required=True, validate=validate.Length(max=20000))
    registration_number = TextField(load_default=None, validate=validate.Length(max=60))
    name = TextField(load_default=None, validate=validate.Length(max=80))
    contact = TextField(load_default=None, validate=validate.Length(max=254))
    consent = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NewComplaint:
        """As the use case takes it; a key that is no UUID is replaced."""
        try:
            data["key"] = str(uuid.UUID(data["key"]))
        except ValueError:
            data["key"] = str(uuid.uuid4())
        return NewComplaint(**{**data, "society": data["society"] or ""})


class ReceiptSchema(FormSchema):
    """Number and words of a receipt."""

    number = TextField(required=True, validate=validate.Length(max=60))
    secret = TextField(required=True, validate=validate.Length(max=60))


class AnswerSchema(FormSchema):
    """The answer of a desk."""

    version = fields.Integer(required=True)
    answer = TextField(load_default="", validate=validate.Length(max=20000))


class PassOnSchema(FormSchema):
    """What a society says of a letter that it passes on."""

    version = fields.Integer(required=True)
    words = TextField(load_default="", validate=validate.Length(max=20000))
