"""Attendance: corrections and statements in, presence with its arithmetic out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from cpd_app.domain.presence import Attended, Verb
from cpd_app.domain.trace import in_hours
from cpd_app.schemas.fields import HoursField, InstantField, KeyField, TextField
from cpd_app.usecases.attendance_table import Line, Table
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.usecases.corrections import MOST_REASON, Effect, Sum
from cpd_app.usecases.statements import MOST_WORDS, NewStatement, StatementKind


@dataclass(frozen=True)
class Asked:
    """A correction and whom it is for."""

    entry_ids: list[int]
    correction: NewCorrection


class CorrectionSchema(Schema):
    """Who was there from when to when, or was not, or which scan is void; with a reason."""

    entry_id = fields.Integer(load_default=None, allow_none=True, strict=True)
    entry_ids = fields.List(
        fields.Integer(strict=True),
        load_default=list,
        metadata={"description": "several people at once, instead of `entry_id`"},
    )
    verb = fields.Enum(Verb, by_value=True, load_default=Verb.PRESENCE)
    session_id = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata={"description": "left out: every credited session that the times touch"},
    )
    in_at = InstantField(load_default=None, allow_none=True)
    out_at = InstantField(load_default=None, allow_none=True)
    scan_id = fields.Integer(load_default=None, allow_none=True, strict=True)
    reason = TextField(required=True, validate=validate.Length(max=MOST_REASON))
    key = KeyField(load_default=None, allow_none=True)

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> Asked:
        """What the use case takes."""
        one, many = data.pop("entry_id"), data.pop("entry_ids")
        ids = many or ([] if one is None else [one])
        if not ids:
            raise ValidationError("Missing data for required field.", "entry_id")
        return Asked(ids, NewCorrection(**{**data, "reason": data["reason"] or ""}))


class StatementSchema(Schema):
    """What a member says about their own presence."""

    kind = fields.Enum(StatementKind, by_value=True, load_default=StatementKind.PRESENCE)
    words = TextField(load_default=None, allow_none=True, validate=validate.Length(max=MOST_WORDS))
    session_id = fields.Integer(load_default=None, allow_none=True, strict=True)
    in_at = InstantField(load_default=None, allow_none=True)
    out_at = InstantField(load_default=None, allow_none=True)
    code = TextField(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=20),
        metadata={"description": "six characters noted from the screen"},
    )
    code_at = InstantField(load_default=None, allow_none=True)
    key = KeyField(load_default=None, allow_none=True)

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> NewStatement:
        """What the use case takes."""
        return NewStatement(**{**data, "words": data["words"] or ""})


class StatementJson(Schema):
    """A statement and what was answered."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["open", "accepted", "declined"]})
    code_fits = fields.Boolean(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class StayJson(Schema):
    """One stretch of presence; minutes are what of it counts."""

    session_id = fields.Integer(required=True)
    in_at = InstantField(required=True)
    out_at = InstantField(required=True, allow_none=True)
    open = fields.Boolean(required=True, metadata={"description": "no scan ended it"})
    assumed = fields.Boolean(
        required=True, metadata={"description": "its end is what the event says of a missing scan"}
    )
    corrected = fields.Boolean(required=True)
    seconds = fields.Integer(required=True)
    break_seconds = fields.Integer(required=True)
    lecture_seconds = fields.Integer(required=True)


class AttendeeJson(Schema):
    """One person's attendance with its arithmetic."""

    entry_id = fields.Integer(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    inside = fields.Boolean(required=True)
    presence = fields.List(fields.Nested(StayJson), required=True)
    minutes = fields.Integer(required=True)
    hours = HoursField(required=True)
    assurance = fields.String(required=True, allow_none=True)
    marks = fields.List(fields.String(), required=True)
    flags = fields.List(fields.Dict(), required=True)
    missing_out = fields.Boolean(required=True)
    corrected = fields.Boolean(required=True)
    held = fields.String(required=True, allow_none=True)
    trace = fields.List(fields.Dict(), required=True)


class AttendanceJson(Schema):
    """A page of an event's attendance."""

    event_id = fields.Integer(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    counts = fields.Dict(required=True, metadata={"description": "filter -> how many"})
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    people = fields.List(fields.Nested(AttendeeJson), required=True)


class SumJson(Schema):
    """What attendance comes to."""

    minutes = fields.Integer(required=True)
    hours = HoursField(required=True)
    assurance = fields.String(required=True, allow_none=True)


class EffectJson(Schema):
    """What a correction did to one person."""

    entry_id = fields.Integer(required=True)
    before = fields.Nested(SumJson, required=True)
    after = fields.Nested(SumJson, required=True)
    problem = fields.String(
        required=True, allow_none=True, metadata={"description": "why this person was left alone"}
    )


class CorrectedJson(Schema):
    """What a correction did."""

    people = fields.List(fields.Nested(EffectJson), required=True)


def attendance_json(table: Table, traces: Mapping[int, list[Any]]) -> dict[str, Any]:
    """A table as `AttendanceJson` has it; `traces`: entry -> steps of its conversion."""
    return {
        "event_id": table.event.id,
        "title": table.event.title,
        "state": table.event.state,
        "counts": table.counts,
        "total": table.total,
        "page": table.page,
        "pages": table.pages,
        "people": [_attendee(line, traces.get(line.light.entry_id, [])) for line in table.lines],
    }


def corrected_json(effects: list[Effect]) -> dict[str, Any]:
    """Effects as `CorrectedJson` has them."""
    return {
        "people": [
            {
                "entry_id": effect.entry.id,
                "before": _sum(effect.before),
                "after": _sum(effect.after),
                "problem": effect.problem.code if effect.problem else None,
            }
            for effect in effects
        ]
    }


def _sum(of: Sum) -> dict[str, Any]:
    return {"minutes": of.minutes, "hours": of.hours, "assurance": of.letter}


def _attendee(line: Line, trace: list[Any]) -> dict[str, Any]:
    one = line.light
    return {
        "entry_id": one.entry_id,
        "name": one.name,
        "number": one.number,
        "unit": one.unit,
        "state": one.state,
        "inside": one.inside,
        "presence": _stays(line.attended),
        "minutes": one.minutes,
        "hours": one.hours,
        "assurance": line.letter,
        "marks": list(one.marks),
        "flags": list(one.flags),
        "missing_out": one.missing_out,
        "corrected": one.corrected,
        "held": one.held,
        "trace": in_hours(trace),
    }


def _stays(found: Attended) -> list[dict[str, Any]]:
    return [
        {
            "session_id": stay.session,
            "in_at": stay.in_at,
            "out_at": stay.out_at,
            "open": stay.open,
            "assumed": stay.assumed,
            "corrected": stay.corrected,
            "seconds": stay.seconds,
            "break_seconds": stay.breaks,
            "lecture_seconds": stay.lectures,
        }
        for stay in found.stays
    ]
