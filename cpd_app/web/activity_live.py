"""The dock of the log form: the server's arithmetic while one types, and the words after saving."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cpd_app.domain.errors import DomainError, NotFound, Rejected
from cpd_app.domain.kinds import Kind
from cpd_app.policy import Actor
from cpd_app.texts.trace import trace_lines
from cpd_app.usecases.preview import Preview, preview_of, year_of_day
from cpd_app.usecases.progress import standing_of
from cpd_app.usecases.record_details import RecordDetail
from cpd_app.web.activity_forms import field_words, missing_fields, read_record
from cpd_app.web.filters import hours
from cpd_app.web.forms import Read
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

#: still being typed: said quietly, not as a fault
UNFINISHED = {"missing_field", "choose_one", "missing"}


@dataclass(frozen=True)
class Live:
    """What the dock shows; without hours it says what is still missing."""

    hours: str = ""
    lines: list[str] = field(default_factory=list)
    after: str = ""
    notice: str = ""
    fault: str = ""
    consequence: str = ""


def live(
    actor: Actor,
    kind: Kind,
    typed: Mapping[str, str],
    today: date,
    activity_id: int | None = None,
) -> Live:
    """The result of what was typed so far, by the same rules that saving obeys."""
    posted = typed if isinstance(typed, MultiDict) else MultiDict(typed)
    consequence = consequence_of(actor, posted.get("ended_on", ""))
    read = read_record(kind, posted)
    if read.value is None:
        return Live(lines=[_unfinished(kind, next(iter(read.errors)))], consequence=consequence)
    try:
        found = preview_of(actor, read.value, today=today, activity_id=activity_id)
    except Rejected as refusal:
        if refusal.code in UNFINISHED:
            return Live(
                lines=[_unfinished(kind, refusal.field or "", refusal.values)],
                consequence=consequence,
            )
        return Live(fault=sentence(refusal.code, refusal.values), consequence=consequence)
    return Live(
        hours=hours(found.recognised),
        lines=trace_lines(
            [*found.conversion.trace, *found.reasons], short_locale(), found.titles.get
        ),
        after=_after(found),
        notice=_notice(found),
        consequence=consequence,
    )


def refuse(
    actor: Actor,
    kind: Kind,
    read: Read,
    error: DomainError,
    today: date,
    activity_id: int | None = None,
) -> None:
    """What was refused, and what would be refused next: one round of mending, not four."""
    labels = field_words(kind)
    read.refuse(error, known=labels)
    if error.code == "missing":
        try:
            preview_of(actor, read.value, today=today, activity_id=activity_id)
        except Rejected as another:
            error = another
            read.refuse(another, known=labels)
    if error.code == "missing_field":
        read.errors.update(missing_fields(kind, read.value.fields))


def consequence_of(actor: Actor, ended_on: str) -> str:
    """计入第 4 年, beside the finishing day."""
    try:
        year = year_of_day(actor, date.fromisoformat(ended_on))
    except (ValueError, Rejected, NotFound):
        return ""
    return _("计入第 %(n)s 年", n=year) if year else _("不在证书有效期内")


def saved_words(actor: Actor, detail: RecordDetail, today: date) -> str:
    """已保存，计 8.5 学时。第 4 年 41.0 / 50.0。 And why it is less where something was cut."""
    row = detail.row
    words = _("已保存，计 %(hours)s 学时。", hours=hours(row.recognised))
    if detail.registration is None:
        return words
    if why := _why_less(detail):
        words += _("；").join(why) + _("。")
    standing = standing_of(actor, detail.registration, on=today)
    year = next((y for y in standing.years if y.index == row.year_index), None)
    if year is None or row.term_id != standing.term.id:
        return words
    return words + _(
        "第 %(n)s 年 %(recognised)s / %(required)s。",
        n=year.index, recognised=hours(year.recognised), required=hours(year.required),
    )  # fmt: skip


def _why_less(detail: RecordDetail) -> list[str]:
    """The lines of the arithmetic after the conversion."""
    alone = len(trace_lines(detail.trace, short_locale()))
    return trace_lines([*detail.trace, *detail.row.reasons], short_locale())[alone:]


def _unfinished(kind: Kind, name: str, values: Mapping[str, Any] | None = None) -> str:
    labels = field_words(kind)
    several = (values or {}).get("fields", ())
    wanted = _(" 或 ").join(labels[n] for n in several if n in labels) or labels.get(name, "")
    if not wanted:
        return _("填好就能看到学时")
    return _("填好%(field)s，就能看到学时", field=wanted)


def _after(found: Preview) -> str:
    """记入后 41.0 / 50.0，还差 9.0."""
    year = found.year
    if year is None:
        return ""
    values = {
        "after": hours(year.after),
        "required": hours(year.required),
        "missing": hours(year.missing),
    }
    if year.missing:
        return _("记入后 %(after)s / %(required)s，还差 %(missing)s", **values)
    return _("记入后 %(after)s / %(required)s，已达标", **values)


def _notice(found: Preview) -> str:
    in_time = found.conversion.trace[:1] and found.conversion.trace[0]["rule"] == "per_minutes"
    if found.rule.adopted or in_time:
        return ""
    return _("系统折算（默认表，非官方），以学会认定为准")
