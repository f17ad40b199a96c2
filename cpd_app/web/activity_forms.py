"""The log form: what a kind asks for as controls, and what was typed as a record."""

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cpd_app.domain.competences import COMPETENCES
from cpd_app.domain.kinds import Field, FieldType, Kind, Label
from cpd_app.schemas.activities import NewActivitySchema
from cpd_app.web.forms import Read, plain, read
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Activity

#: longer words do not fit beside each other on a phone and make a list to pick from
SEGMENT = {"zh": 6, "en": 11}
SEGMENTS = 3


def named(label: Label | None) -> str:
    """A label of the rule set in the visitor's language."""
    return label.in_language(short_locale()) if label else ""


@dataclass(frozen=True)
class Control:
    """One field of a kind as the page draws it. widget: number, select, segmented, check."""

    name: str
    label: str
    widget: str
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    help: str = ""
    required: bool = True
    decimal: bool = False


@dataclass
class LogForm:
    """Everything the form shows: the kind, what was typed, what was refused."""

    kind: Kind
    values: dict[str, str]
    competences: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    #: the record that is corrected or filled in; None for a new one
    activity: "Activity | None" = None

    @property
    def name(self) -> str:
        """What the kind is called."""
        return named(self.kind.names)

    @property
    def hint(self) -> str:
        """What the rule set says about the whole kind."""
        return named(self.kind.hint)

    @property
    def date_label(self) -> str:
        """What the finishing day of this kind is."""
        return named(self.kind.date_label)

    @property
    def key_label(self) -> str:
        """What tells one achievement from another; empty: the kind has none."""
        return named(self.kind.key_label)

    @property
    def key_help(self) -> str:
        """An example of it."""
        return named(self.kind.key_hint)

    @property
    def spans_days(self) -> bool:
        """Whether the first day matters: only for what is measured in time."""
        return bool(self.kind.timed_fields)

    @property
    def alternatives(self) -> list[Control]:
        """Fields of which exactly one is filled in."""
        return [control_for(self.kind.fields[code]) for code in self.kind.one_of]

    @property
    def rows(self) -> list[list[Control]]:
        """The other fields; short ones stand in pairs."""
        rows: list[list[Control]] = []
        for code, known in self.kind.fields.items():
            if code in self.kind.one_of:
                continue
            control = control_for(known)
            short = control.widget in {"number", "select"}
            if short and rows and len(rows[-1]) == 1 and rows[-1][0].widget in {"number", "select"}:
                rows[-1].append(control)
            else:
                rows.append([control])
        return rows

    @property
    def proofs(self) -> list[tuple[str, str]]:
        """Code and name of each listed evidence."""
        return [(e.code, named(e.names)) for e in self.kind.evidence]

    @property
    def labels(self) -> dict[str, str]:
        """What the page calls each field, for the summary of errors."""
        return {**field_words(self.kind), "secrecy": _("保密")}

    @property
    def faults(self) -> dict[str, str]:
        """Refusals that have a field of this page."""
        return {name: said for name, said in self.errors.items() if name in self.labels}

    @property
    def general(self) -> list[str]:
        """Refusals that have none."""
        return [said for name, said in self.errors.items() if name not in self.labels]

    @property
    def more_is_open(self) -> bool:
        """Whether something lies behind the disclosure that must be seen."""
        behind = ("place", "starts_at_time", "ends_at_time", "reflection")
        return any(self.values.get(name) or name in self.errors for name in behind)


def field_words(kind: Kind | None) -> dict[str, str]:
    """What the pages call each field of a record."""
    own = {code: named(known.names) for code, known in kind.fields.items()} if kind else {}
    return {
        "title": _("名称"),
        "organiser": _("主办单位"),
        "place": _("地点"),
        "started_on": _("开始日期"),
        "ended_on": named(kind.date_label) if kind else _("结束日期"),
        "starts_at_time": _("开始时刻"),
        "ends_at_time": _("结束时刻"),
        "achievement_key": named(kind.key_label) if kind and kind.key_label else _("成果编号"),
        "competences": _("体现的能力"),
        "reflection": _("体会"),
        **own,
    }


def control_for(known: Field) -> Control:
    """The control of one field of the rule set."""
    label, unit = named(known.names), named(known.unit)
    options: tuple[tuple[str, str], ...] = ()
    if known.type is FieldType.BOOLEAN:
        widget = "check"
    elif known.type is FieldType.CHOICE:
        options = tuple((code, named(names)) for code, names in known.choices.items())
        longest = max(len(text) for _code, text in options)
        fits = len(options) <= SEGMENTS and longest <= SEGMENT[short_locale()]
        widget = "segmented" if fits else "select"
    else:
        widget = "number"
    return Control(
        name=known.code,
        label=label,
        widget=widget,
        options=options,
        unit=unit,
        help=named(known.hint),
        required=known.required or known.alternative or known.required_when is not None,
        decimal=known.type in {FieldType.DAYS, FieldType.HOURS},
    )


def competence_options() -> list[tuple[str, str]]:
    """The five competences, short as chips are."""
    english = short_locale() == "en"
    return [(code, words[2] if english else words[1]) for code, words in COMPETENCES.items()]


def empty_form(kind: Kind, today: date) -> LogForm:
    """A fresh form: today's date, and a key that makes sending it twice harmless."""
    return LogForm(kind, {"ended_on": today.isoformat(), "key": str(uuid.uuid4())})


def copied_form(kind: Kind, copied: "Activity", today: date) -> LogForm:
    """再记一次: everything of an earlier record but its day, its achievement and its reflection."""
    form = form_of(kind, copied)
    kept = {"title", "organiser", "place", *kind.fields}
    values = {name: text for name, text in form.values.items() if name in kept}
    fresh = empty_form(kind, today)
    return LogForm(kind, {**values, **fresh.values}, form.competences)


def form_of(kind: Kind, activity: "Activity") -> LogForm:
    """A kept record as the form shows it."""
    values = {name: _shown(getattr(activity, name)) for name in (
        "title", "organiser", "place", "started_on", "ended_on", "starts_at_time", "ends_at_time",
        "achievement_key", "reflection",
    )}  # fmt: skip
    own = {code: _shown(activity.fields.get(code)) for code in kind.fields}
    if activity.started_on == activity.ended_on:
        values["started_on"] = ""
    values["version"] = str(activity.version)
    return LogForm(kind, {**values, **own}, list(activity.competences), activity=activity)


def typed_form(
    kind: Kind, posted: MultiDict[str, str], activity: "Activity | None" = None
) -> LogForm:
    """What was typed, as it was typed, so that a refused form loses nothing."""
    values = {name: text for name, text in posted.items() if name != "csrf_token"}
    return LogForm(kind, values, posted.getlist("competences"), activity=activity)


def read_record(kind: Kind, posted: MultiDict[str, str]) -> Read:
    """The typed record; the kind's own fields are judged by the rule set, not here."""
    schema = NewActivitySchema()
    frame = {**plain(schema, posted), "kind": kind.code}
    no_days: dict[str, str] = {
        name: sentence("bad_day")
        for name in ("started_on", "ended_on")
        if name in frame and not _is_day(frame[name])
    }
    if no_days:
        return Read(errors=no_days)
    return read(schema, {**frame, **own_fields(kind, posted)})


def own_fields(kind: Kind, posted: Mapping[str, str]) -> dict[str, Any]:
    """The kind's fields as JSON values; what is no number stays text and is refused as such."""
    own: dict[str, Any] = {}
    for code, known in kind.fields.items():
        text = unicodedata.normalize("NFKC", posted.get(code, "")).strip()
        if text == "":
            continue
        if known.type is FieldType.BOOLEAN:
            own[code] = text == "true"
        elif known.type is FieldType.CHOICE:
            own[code] = text
        else:
            own[code] = _number(text.replace(",", ""))
    return own


def missing_fields(kind: Kind, given: Mapping[str, Any]) -> dict[str, str]:
    """Every required field that was left empty, with the sentence that says so."""
    return {
        code: sentence("missing_field")
        for code, known in kind.fields.items()
        if known.required and code not in given
    }


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> int | float | str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite():
        return text
    return int(value) if value == value.to_integral_value() else float(value)


def _shown(value: Any) -> str:
    """A stored value as a control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if hasattr(value, "strftime") and not isinstance(value, date):
        return str(value.strftime("%H:%M"))
    return value.isoformat() if isinstance(value, date) else str(value)
