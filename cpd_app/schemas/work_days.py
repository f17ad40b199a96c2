"""The form of a State Council notice."""

from typing import Any

from marshmallow import fields, post_load

from cpd_app.schemas.fields import TextField
from cpd_app.schemas.signin import FormSchema
from cpd_app.usecases.work_day_notices import NewNotice


class NoticeSchema(FormSchema):
    """Year, where it was published, and its days a line each."""

    year = fields.Integer(required=True)
    source = TextField(required=True)
    days = fields.String(required=True)

    @post_load
    def typed(self, given: dict[str, Any], **_more: Any) -> NewNotice:
        """As the use case takes it."""
        return NewNotice(**given)
