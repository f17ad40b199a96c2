"""Forms of relief and appeals. Pages say the last day of a span; inside it is half-open."""

from datetime import date, timedelta

from marshmallow import fields, validate

from cpd_app.schemas.fields import DayField, KeyField, TextField
from cpd_app.schemas.signin import FormSchema


class ReliefSchema(FormSchema):
    """What a member asks for."""

    registration = fields.Integer(required=True)
    ground = fields.Integer(required=True)
    from_on = DayField(load_default=None)
    last_on = DayField(load_default=None)
    year = fields.Integer(load_default=None)
    until_on = DayField(load_default=None)
    words = TextField(load_default="")
    key = KeyField(load_default=None)


class DecisionSchema(FormSchema):
    """What staff decide on a request."""

    verdict = fields.String(required=True, validate=validate.OneOf(["grant", "refuse"]))
    reason = TextField(load_default="")
    document_no = TextField(load_default="")
    from_on = DayField(load_default=None)
    last_on = DayField(load_default=None)
    until_on = DayField(load_default=None)
    seen = fields.Integer(required=True)


class ForAllSchema(FormSchema):
    """A relief for everybody in the society."""

    ground = fields.Integer(required=True)
    from_on = DayField(required=True)
    last_on = DayField(required=True)
    words = TextField(load_default="")
    document_no = TextField(load_default="")


class GroundSchema(FormSchema):
    """A ground of the contingency plan."""

    code = TextField(load_default="")
    name = TextField(load_default="")
    name_en = TextField(load_default="")
    proof = TextField(load_default="")
    proof_en = TextField(load_default="")
    effect = fields.String(required=True)
    least_months = fields.Integer(load_default=0)
    society_wide = fields.Boolean(load_default=False)
    source = TextField(load_default="")


class ReasonSchema(FormSchema):
    """Why something granted is set aside."""

    reason = TextField(load_default="")
    seen = fields.Integer(required=True)


class AppealDecisionSchema(FormSchema):
    """What is decided on an appeal."""

    verdict = fields.String(required=True, validate=validate.OneOf(["uphold", "dismiss"]))
    reason = TextField(load_default="")
    seen = fields.Integer(required=True)


def after(last_on: date | None) -> date | None:
    """The day on which a span ends, exclusive, of its last day."""
    return last_on + timedelta(days=1) if last_on is not None else None


def last_of(ends_on: date | None) -> date | None:
    """The last day of a half-open span."""
    return ends_on - timedelta(days=1) if ends_on is not None else None
