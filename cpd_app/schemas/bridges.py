"""The form of a society's bridge."""

from typing import Any

from marshmallow import fields, post_load

from cpd_app.schemas.fields import TextField
from cpd_app.schemas.signin import FormSchema
from cpd_app.usecases.bridges import NewBridge


class BridgeSchema(FormSchema):
    """Its name, and its address when it changes; spaces around it are of the clipboard."""

    name = TextField(required=True)
    url = fields.String(load_default="")

    @post_load
    def typed(self, given: dict[str, Any], **_more: Any) -> NewBridge:
        """As the use case takes it."""
        return NewBridge(name=given["name"] or "", url=given["url"].strip())
