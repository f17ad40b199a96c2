"""An order of something made in the background, and how far it is, as JSON."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import DayField, KeyField, TextField, instant_json
from cpd_app.usecases.job_files import Shown
from cpd_app.usecases.jobs import JobState
from cpd_app.usecases.members import SORTS, STANDINGS, STATES, MemberFilter, month_of
from cpd_app.usecases.register_sheets import FORMS, SUBJECTS

LEVELS = ("apprentice", "professional", "senior")
WHAT = ("own", *SUBJECTS, "dossiers")
MONTHS = (3, 6, 12)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class NewExport:
    """What is to be made."""

    what: str
    form: str
    society: str
    wanted: MemberFilter
    first_on: date | None
    last_on: date | None
    with_evidence: bool
    language: str
    key: str | None


def _month(text: str) -> bool:
    if text and month_of(text) is None:
        raise ValidationError("Not a month; expected YYYY-MM.")
    return True


class TrueOrFalse(fields.Boolean):
    """Either of the two: no 1, no "yes"."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, *args, **kwargs))


class FilterSchema(Schema):
    """Which registrations; what is left out asks for nothing."""

    q = TextField(load_default="", metadata={"description": "in name, number or employer"})
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    level = fields.String(load_default="", validate=validate.OneOf(["", *LEVELS]))
    field = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata={"description": "code of the taxonomy, or `unmapped`"},
    )
    standing = fields.String(load_default="", validate=validate.OneOf(["", *STANDINGS]))
    months = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(MONTHS),
        metadata={"description": "the certificate ends within so many months"},
    )
    due = fields.String(
        load_default="", validate=_month, metadata={"description": "it ends in this month, YYYY-MM"}
    )
    sort = fields.String(load_default="number", validate=validate.OneOf(SORTS))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MemberFilter:
        """As the lists know it."""
        return MemberFilter(**{**data, "q": data["q"] or ""})


class NewExportSchema(Schema):
    """An order: own (ZIP), members or certificates (a sheet), dossiers (ZIP)."""

    what = fields.String(required=True, validate=validate.OneOf(WHAT))
    form = fields.String(
        load_default="csv",
        validate=validate.OneOf(FORMS),
        metadata={"description": "of members and certificates"},
    )
    society = TextField(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "code; for all but `own`"},
    )
    filter = fields.Nested(FilterSchema, load_default=MemberFilter)
    first_on = DayField(load_default=None, metadata={"description": "of dossiers: filed from"})
    last_on = DayField(load_default=None, metadata={"description": "of dossiers: filed until"})
    with_evidence = TrueOrFalse(
        load_default=False,
        metadata={"description": "of dossiers; the members see that their files were opened"},
    )
    language = fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES))
    key = KeyField(
        load_default=None,
        allow_none=True,
        metadata={"description": "made by the client once an order; the same key, the same order"},
    )

    @validates_schema
    def whole(self, data: dict[str, Any], **_: Any) -> None:
        """Each kind of order with what it needs."""
        needed = {"own": (), "dossiers": ("society", "first_on", "last_on")}
        lacking = [n for n in needed.get(data["what"], ("society",)) if not data[n]]
        if lacking:
            raise ValidationError({name: ["Missing data for required field."] for name in lacking})

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> NewExport:
        """As the view wants it."""
        return NewExport(wanted=data.pop("filter"), **data)


class MadeFileJson(Described):
    """The file of a job, for who ordered it."""

    name = fields.String()
    size = fields.Integer(metadata={"description": "bytes"})
    media_type = fields.String()
    expires_at = fields.String(metadata={"format": "date-time"})
    url = fields.String()


class JobJson(Described):
    """How far a job is; `total` is 0 until that is known."""

    id = fields.Integer()
    kind = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in JobState]})
    done = fields.Integer()
    total = fields.Integer()
    problem = fields.String(allow_none=True, metadata={"description": "code of why it failed"})
    file = fields.Nested(MadeFileJson, allow_none=True)


def job_json(shown: Shown, *, url: str) -> dict[str, Any]:
    """The job; `url` is where its file is, if it has one."""
    job, file = shown.job, shown.file
    made = file and {
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "expires_at": instant_json(file.expires_at),
        "url": url,
    }
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "problem": (job.problem or {}).get("code"),
        "file": made,
    }
