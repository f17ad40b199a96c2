"""Records: JSON or form to NewActivity; a record to JSON."""

from datetime import date, time
from typing import Any

from marshmallow import (
    INCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import to_number
from cpd_app.domain.trace import in_hours
from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import KeyField, TextField, TimeField, day_of, is_storable
from cpd_app.usecases.activity_input import PLAIN, NewActivity
from cpd_app.usecases.conversions import Converted
from cpd_app.usecases.record_details import RecordDetail
from cpd_app.usecases.rules_in_force import RuleInForce

DAY = {"type": "string", "format": "date"}
TIME = {"type": "string", "example": "09:30"}
HOURS = {"type": "number", "description": "学时"}

#: what every record has; everything else belongs to its kind and is judged by the rule set
FRAME = (*PLAIN, "competences", "key")


class FlatRecordSchema(Schema):
    """A flat record: `kind`, its days, and the kind's own fields beside them.

    The own fields of the kinds are those of the rule set in force on `ended_on`.
    """

    class Meta:
        """The kinds' own fields stand beside these."""

        unknown = INCLUDE

    kind = fields.Raw(metadata={"type": "string", "description": "code of the kind"})
    started_on = fields.Raw(metadata={"type": "string", "format": "date"})
    ended_on = fields.Raw(metadata={"type": "string", "format": "date"})

    @validates_schema(pass_original=True)
    def check_object(self, _data: Any, original: Any, **_kwargs: Any) -> None:
        """Names of fields are short text."""
        for name in original:
            if len(name) > 60:
                raise ValidationError("The name of this field is too long.", name[:60])


class NewActivitySchema(Schema):
    """A record to be kept."""

    class Meta:
        """The kinds' own fields stand beside these."""

        unknown = INCLUDE

    kind = fields.Raw(load_default="", metadata={"type": "string"})
    title = TextField(load_default="", allow_none=True, metadata={"maxLength": 200})
    started_on = fields.Raw(load_default=None, allow_none=True, metadata=DAY)
    ended_on = fields.Raw(load_default=None, allow_none=True, metadata=DAY)
    organiser = TextField(load_default=None, allow_none=True)
    place = TextField(load_default=None, allow_none=True)
    starts_at_time = TimeField(load_default=None, allow_none=True, metadata=TIME)
    ends_at_time = TimeField(load_default=None, allow_none=True, metadata=TIME)
    achievement_key = TextField(load_default=None, allow_none=True)
    competences = fields.List(fields.String(), load_default=list, allow_none=True)
    reflection = TextField(load_default=None, allow_none=True)
    key = KeyField(load_default=None, allow_none=True, metadata={"format": "uuid"})

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> NewActivity:
        """The typed input; fields that are null are absent."""
        read = frame_read(data)
        if read["ended_on"] is None:
            raise Rejected("missing_field", "ended_on")
        plain = {name: data[name] for name in FRAME if name not in {*read, "competences"}}
        return NewActivity(
            **{**plain, **read, "title": data["title"] or ""},
            competences=tuple(data["competences"] or ()),
            fields={k: v for k, v in data.items() if k not in FRAME and v is not None},
        )


class PatchActivitySchema(Schema):
    """Parts of a record; what is not sent stays, null takes away."""

    class Meta:
        """The kinds' own fields stand beside these."""

        unknown = INCLUDE

    kind = fields.Raw(metadata={"type": "string"})
    title = TextField(allow_none=True)
    started_on = fields.Raw(allow_none=True, metadata=DAY)
    ended_on = fields.Raw(metadata=DAY)
    organiser = TextField(allow_none=True)
    place = TextField(allow_none=True)
    starts_at_time = TimeField(allow_none=True, metadata=TIME)
    ends_at_time = TimeField(allow_none=True, metadata=TIME)
    achievement_key = TextField(allow_none=True)
    competences = fields.List(fields.String(), allow_none=True)
    reflection = TextField(allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """The parts with their types."""
        read = {**data, **frame_read(data)}
        if "ended_on" in read and read["ended_on"] is None:
            raise Rejected("missing_field", "ended_on")
        return read


def frame_read(data: dict[str, Any]) -> dict[str, Any]:
    """Kind and days as the rules want them, refused with the rules' own codes (domain.md §4)."""
    read: dict[str, Any] = {}
    if "kind" in data:
        kind = data["kind"]
        read["kind"] = kind if isinstance(kind, str) and is_storable(kind) else ""
    for name in ("started_on", "ended_on"):
        if name in data:
            read[name] = _day_read(name, data[name])
    return read


def _day_read(name: str, value: Any) -> date | None:
    if value is None:
        return None
    read = day_of(value)
    if read is None:
        raise Rejected("bad_value", name, found=value)
    return read


class ConversionSchema(Described):
    """What a record is worth by itself."""

    hours = fields.Float(metadata={"type": "number", "description": "the conversion, 学时"})
    claimed_hours = fields.Float(metadata=HOURS)
    trace = fields.List(fields.Dict())
    lines = fields.List(fields.String(), metadata={"description": "the arithmetic in words"})
    rule_set = fields.Dict()


class EvidenceJson(Described):
    """A file attached to a record."""

    id = fields.Integer()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "bytes"})
    state = fields.String()
    proofs = fields.List(fields.String())


class ActivityJson(Described):
    """A record; the kind's own fields stand beside these. Hours are those of `registration_no`."""

    class Meta:
        """The kinds' own fields stand beside these."""

        unknown = INCLUDE

    id = fields.Integer()
    state = fields.String(metadata={"enum": ["draft", "proposed", "recorded", "withdrawn"]})
    kind = fields.String()
    title = fields.String()
    organiser = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    started_on = fields.String(metadata={"format": "date"})
    ended_on = fields.String(metadata={"format": "date"})
    starts_at_time = fields.String(allow_none=True)
    ends_at_time = fields.String(allow_none=True)
    achievement_key = fields.String(allow_none=True)
    competences = fields.List(fields.String())
    reflection = fields.String(allow_none=True)
    key = fields.String(allow_none=True)
    version = fields.Integer()
    registration_no = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True, metadata={"description": "CPD year of the term"})
    conversion_hours = fields.Float(metadata=HOURS)
    claimed_hours = fields.Float(metadata=HOURS)
    recognised_hours = fields.Float(metadata=HOURS)
    assurance = fields.String(metadata={"enum": ["A", "B", "C", "D", "E", "F"]})
    marks = fields.List(fields.String())
    trace = fields.List(fields.Dict())
    reasons = fields.List(fields.Dict())
    lines = fields.List(fields.String(), metadata={"description": "the arithmetic in words"})
    rule_set = fields.Dict(allow_none=True)
    evidence = fields.List(fields.Nested(EvidenceJson))


class ActivityListSchema(Described):
    """A page of records, newest finishing day first."""

    activities = fields.List(fields.Nested(ActivityJson))
    page = fields.Integer()
    pages = fields.Integer()
    total = fields.Integer()


class ActivityQuerySchema(Schema):
    """Which records, and whose hours."""

    registration = TextField(load_default=None)
    year = fields.Integer(
        load_default=None, validate=validate.Range(1, 9), metadata={"description": "CPD year"}
    )
    kind = TextField(load_default=None)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))


def conversion_json(converted: Converted, lines: list[str]) -> dict[str, Any]:
    """A conversion as ConversionSchema has it."""
    made = converted.conversion
    return {
        "hours": to_number(made.hours),
        "claimed_hours": to_number(made.claimed),
        "trace": in_hours(made.trace),
        "lines": lines,
        "rule_set": rule_json(converted.rule),
    }


def rule_json(rule: RuleInForce) -> dict[str, Any]:
    """Which version computed it, and whether the society adopted it as its own table."""
    return {
        "code": rule.rule_set.code,
        "version": rule.number,
        "society_id": rule.society_id,
        "in_force_on": rule.in_force_on.isoformat() if rule.in_force_on else None,
        "adopted": rule.adopted,
    }


def activity_json(
    detail: RecordDetail, lines: list[str], evidence: list[dict[str, Any]]
) -> dict[str, Any]:
    """A record as ActivityJson has it."""
    row, activity = detail.row, detail.activity
    return {
        **row.fields,
        "id": row.id,
        "state": row.state,
        "kind": row.kind,
        "title": row.title,
        "organiser": row.organiser,
        "place": activity.place,
        "started_on": row.started_on.isoformat(),
        "ended_on": row.ended_on.isoformat(),
        "starts_at_time": _clock(activity.starts_at_time),
        "ends_at_time": _clock(activity.ends_at_time),
        "achievement_key": row.achievement_key,
        "competences": list(row.competences),
        "reflection": activity.reflection,
        "key": activity.key,
        "version": row.version,
        "registration_no": detail.registration.number if detail.registration else None,
        "year": row.year_index,
        "conversion_hours": to_number(row.conversion),
        "claimed_hours": to_number(row.claimed),
        "recognised_hours": to_number(row.recognised),
        "assurance": row.assurance,
        "marks": list(row.all_marks),
        "trace": in_hours(detail.trace),
        "reasons": in_hours(row.reasons),
        "lines": lines,
        "rule_set": rule_json(detail.rule) if detail.rule else None,
        "evidence": evidence,
    }


def _clock(value: time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
