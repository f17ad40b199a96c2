"""Records: JSON or form to NewActivity; a record to JSON."""

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, post_load, validates_schema

from cpd_app.domain.hours import to_number
from cpd_app.schemas.fields import DayField, HoursField, KeyField, TextField, TimeField
from cpd_app.usecases.activities import NewActivity

#: what every record has; everything else belongs to its kind and is judged by the rule set
FRAME = (
    "kind",
    "title",
    "started_on",
    "ended_on",
    "organiser",
    "place",
    "starts_at_time",
    "ends_at_time",
    "achievement_key",
    "competences",
    "reflection",
    "key",
)


class FlatRecordSchema(Schema):
    """A flat record: `kind`, its days, and the kind's own fields beside them.

    The own fields of the kinds are those of the rule set in force on `ended_on`.
    """

    class Meta:
        unknown = INCLUDE

    kind = fields.Raw(metadata={"type": "string", "description": "code of the kind"})
    started_on = fields.Raw(metadata={"type": ["string", "null"], "format": "date"})
    ended_on = fields.Raw(metadata={"type": "string", "format": "date"})

    @validates_schema(pass_original=True)
    def check_object(self, _data: Any, original: Any, **_kwargs: Any) -> None:
        """Names of fields are short text."""
        for name in original:
            if len(name) > 60:  # noqa: PLR2004 - far beyond any field's name
                raise ValidationError("The name of this field is too long.", name[:60])


class NewActivitySchema(Schema):
    """A record to be kept."""

    class Meta:
        unknown = INCLUDE

    kind = fields.String(load_default="")
    title = TextField(load_default="", allow_none=True, metadata={"maxLength": 200})
    started_on = DayField(load_default=None, allow_none=True, metadata={"format": "date"})
    ended_on = DayField(required=True, metadata={"type": "string", "format": "date"})
    organiser = TextField(load_default=None, allow_none=True)
    place = TextField(load_default=None, allow_none=True)
    starts_at_time = TimeField(load_default=None, allow_none=True, metadata={"example": "09:30"})
    ends_at_time = TimeField(load_default=None, allow_none=True, metadata={"example": "16:00"})
    achievement_key = TextField(load_default=None, allow_none=True)
    competences = fields.List(fields.String(), load_default=list, allow_none=True)
    reflection = TextField(load_default=None, allow_none=True)
    key = KeyField(load_default=None, allow_none=True, metadata={"format": "uuid"})

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NewActivity:
        """The typed input; fields that are null are absent."""
        frame = {name: data.get(name) for name in FRAME}
        own = {k: v for k, v in data.items() if k not in FRAME and v is not None}
        return NewActivity(
            **{
                **frame,
                "title": frame["title"] or "",
                "competences": tuple(frame["competences"] or ()),
                "fields": own,
            }
        )


class TraceStepSchema(Schema):
    """One step of the arithmetic: the rule, its numbers, and the hours so far (hundredths)."""

    class Meta:
        unknown = INCLUDE

    rule = fields.String()
    text = fields.String(metadata={"description": "the step as a sentence"})


class ConversionSchema(Schema):
    """What a record is worth by itself."""

    hours = HoursField(metadata={"type": "number", "description": "the conversion, 学时"})
    claimed_hours = HoursField(metadata={"type": "number", "description": "学时"})
    trace = fields.List(fields.Dict())
    rule_set = fields.Dict()


class ActivityJson(Schema):
    """A record as the API gives it; the kind's own fields stand beside these."""

    id = fields.Integer()
    state = fields.String()
    kind = fields.String()
    title = fields.String()
    organiser = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    started_on = DayField(metadata={"type": "string", "format": "date"})
    ended_on = DayField(metadata={"type": "string", "format": "date"})
    achievement_key = fields.String(allow_none=True)
    competences = fields.List(fields.String())
    reflection = fields.String(allow_none=True)
    key = fields.String(allow_none=True)
    version = fields.Integer()
    registration_no = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True)
    conversion_hours = fields.Float()
    claimed_hours = fields.Float()
    recognised_hours = fields.Float()
    assurance = fields.String()
    marks = fields.List(fields.String())
    reasons = fields.List(fields.Dict())
    trace = fields.List(fields.Dict())
    rule_set = fields.Dict(allow_none=True)
    evidence = fields.List(fields.Dict())


def hours_out(value: int) -> float | int:
    """The JSON number of hundredths of 学时."""
    return to_number(value)
