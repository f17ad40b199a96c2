"""What readers and registrars send: judgements, assignments, settings, reasons."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from cpd_app.domain.review import AuditSettings, Verdict
from cpd_app.schemas.fields import DayField, KeyField, TextField
from cpd_app.schemas.rules import hours_of
from cpd_app.usecases.audit_readers import PARTS
from cpd_app.usecases.judgements import NewJudgement

#: longest reason that a member is asked to read
MOST_REASON = 1000
SAID = [v.value for v in Verdict if v is not Verdict.TAKEN_BACK]


class TypedHours(fields.Field[int]):
    """Hours as typed (6.5, also in full width): hundredths."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        read = hours_of(str(value))
        if read is None:
            raise ValidationError("bad_hours")
        return read


class JudgementSchema(Schema):
    """What a reader says of a record."""

    verdict = fields.String(required=True, validate=validate.OneOf(SAID))
    hours = TypedHours()
    minutes = fields.Integer(validate=validate.Range(min=1, max=100_000))
    reason = TextField(validate=validate.Length(max=MOST_REASON))
    template = fields.Integer(validate=validate.Range(min=1, max=2**31 - 1))
    key = KeyField()
    seen = fields.Integer(validate=validate.Range(min=0, max=2**31 - 1))

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """The judgement, and which template its words may come from."""
        return {
            "template": data.get("template"),
            "said": NewJudgement(
                verdict=Verdict(data["verdict"]),
                hours=data.get("hours"),
                minutes=data.get("minutes"),
                reason=data.get("reason") or "",
                key=data.get("key"),
                seen=data.get("seen", 0),
            ),
        }


class AssignSchema(Schema):
    """Who is to read a file, in which part, until when."""

    person = fields.Integer(required=True, validate=validate.Range(min=1, max=2**31 - 1))
    part = fields.String(load_default=PARTS[0], validate=validate.OneOf(PARTS))
    until_on = DayField(load_default=None)


class AuditSettingsSchema(Schema):
    """What a society says about its audits."""

    readers = fields.Integer(required=True)
    margin = fields.Integer(required=True)
    expert_days = fields.Integer(required=True)
    countersigned = fields.List(
        fields.String(validate=validate.OneOf(["passed", "conditional", "refused"])),
        load_default=list,
    )

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> AuditSettings:
        """As the rules take it."""
        return AuditSettings(**{**data, "countersigned": frozenset(data["countersigned"])})


class ReasonSchema(Schema):
    """Words that readers use again and again."""

    verdict = fields.String(required=True)
    text = TextField(required=True, validate=validate.Length(max=300))
    text_en = TextField(load_default="", validate=validate.Length(max=300))
