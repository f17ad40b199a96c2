"""The shape of every refusal of the API, and how an operation names those it may give."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema, fields

View = TypeVar("View", bound=Callable[..., Any])

WORDS = {
    400: "The request cannot be read",
    401: "No valid access token or sign-in",
    403: "Not allowed for this person or token",
    404: "Not found, or not yours",
    409: "Changed elsewhere, or the key was used with another body",
    412: "The ETag is not that of the present version",
    413: "The body is too large",
    422: "A rule refuses it; `code` says which",
    429: "Asked too often; the message says how long to wait",
    503: "Busy; try again",
}


class Described(Schema):
    """Describes an answer that is JSON already; the kinds' own fields are data, not code."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:  # noqa: ARG002
        """Give it back as it is."""
        return obj


class RefusalSchema(Schema):
    """Why something was refused."""

    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    message = fields.String(required=True, metadata={"description": "a sentence for people"})
    errors = fields.Dict(required=True, metadata={"description": "field -> sentences"})


def refuses(blp: Blueprint, *statuses: int) -> Callable[[View], View]:
    """Say in the description which refusals an operation may give (401 and 503 always)."""

    def decorate(view: View) -> View:
        described = view
        for status in sorted({401, 403, 503, *statuses}):
            say = blp.alt_response(status, schema=RefusalSchema, description=WORDS[status])
            described = say(described)
        # What was said is kept, the functions that smorest puts around the view for it are not.
        setattr(view, "_apidoc", getattr(described, "_apidoc"))  # noqa: B009, B010 - as smorest does
        return view

    return decorate
