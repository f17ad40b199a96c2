"""What is said of a file or achievement that is used in two societies."""

from marshmallow import Schema, fields, validate

from cpd_app.domain.matches import Answer
from cpd_app.schemas.fields import TextField


class MatchAnswerSchema(Schema):
    """The same or not, and why; also how the federation settles it."""

    answer = fields.Enum(Answer, by_value=True, required=True)
    words = TextField(required=True, validate=validate.Length(max=5000))
    version = fields.Integer(required=True, validate=validate.Range(min=1, max=2**31 - 1))
