"""The organiser's forms: an event's head, and a session with its agenda, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cpd_app.domain.agenda import (
    PlannedPart,
    PlannedSession,
    PlannedSpeaker,
    daily_sittings,
    own_fields,
)
from cpd_app.domain.agenda_text import ReadAgenda, speakers_of, typed_time
from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import Kind
from cpd_app.schemas.events import EventHeadSchema
from cpd_app.schemas.fields import day_of, time_of
from cpd_app.usecases.event_input import EventHead, zoned
from cpd_app.web.activity_forms import Control, control_for, missing_fields, named
from cpd_app.web.activity_forms import own_fields as typed_fields
from cpd_app.web.forms import Read, plain, read
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Event, EventSession

#: empty rows after those of the agenda, to be filled in
BLANK_ROWS = 4
MOST_ROWS = 64
#: boxes for a time of day, in which 930 is good enough
CLOCKS = ("starts_time", "ends_time", "pause_from", "pause_to")
#: what the schema calls the two moments, and the fields that the page asks them with
MOMENTS = {"starts_at": "starts_on", "ends_at": "ends_on"}


@dataclass
class HeadForm:
    """Everything but the agenda: the kind, what was typed, what was refused."""

    kind: Kind
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def controls(self) -> list[Control]:
        """The kind's own fields."""
        return [control_for(self.kind.fields[code]) for code in own_fields(self.kind)]

    @property
    def labels(self) -> dict[str, str]:
        """What the page calls each field, for the summary of errors."""
        own = {code: named(known.names) for code, known in self.kind.fields.items()}
        return {
            "title": _("活动名称"), "society": _("主办"), "organiser": _("主办单位"),
            "starts_on": _("从"), "ends_on": _("到"), "starts_time": _("开始"),
            "ends_time": _("结束"), "pause_from": _("休息"), "zone": _("时区"), "mode": _("形式"),
            "place": _("城市"), "venue": _("地点"), "field_id": _("工程技术领域"),
            "capacity": _("名额"), "open_to": _("谁能来"), "missing_out": _("没有签退时"),
            "opens_before": _("提前签到"), "closes_after": _("散场后"), "description": _("介绍"),
            "kind": _("种类"), **own,
        }  # fmt: skip

    @property
    def faults(self) -> dict[str, str]:
        """Refusals that have a field of this page."""
        return {name: said for name, said in self.errors.items() if name in self.labels}

    @property
    def general(self) -> list[str]:
        """Refusals that have none."""
        return [said for name, said in self.errors.items() if name not in self.labels]


@dataclass
class PartRow:
    """One line of the agenda as typed."""

    starts: str = ""
    ends: str = ""
    title: str = ""
    credited: bool = True
    speakers: str = ""
    kind: str = "talk"
    id: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed in it."""
        return not (self.starts or self.ends or self.title or self.speakers)


@dataclass
class SessionForm:
    """A session and its agenda, as typed."""

    values: dict[str, str]
    rows: list[PartRow]
    errors: dict[str, str] = field(default_factory=dict)
    #: pasted lines that could not be read: number and words
    unread: tuple[tuple[int, str], ...] = ()
    pasted: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """What the page calls each field."""
        return {"title": _("场次名称"), "room": _("会场"), "on": _("日期"), "starts": _("开始"),
                "ends": _("结束"), "paste": _("粘贴议程")}  # fmt: skip

    @property
    def faults(self) -> dict[str, str]:
        """Refusals that have a field of this page; rows lead to their first box."""
        rows = {f"part-{n}-starts": r.error for n, r in enumerate(self.rows) if r.error}
        return {k: v for k, v in self.errors.items() if k in self.labels} | rows

    @property
    def general(self) -> list[str]:
        """Refusals that have none."""
        return [said for name, said in self.errors.items() if name not in self.labels]


def typed_head(kind: Kind, posted: MultiDict[str, str]) -> HeadForm:
    """What was typed, as it was typed, so that a refused form loses nothing."""
    values = {n: v for n, v in posted.items() if n != "csrf_token"}
    return HeadForm(kind, values | {n: typed_time(values[n]) for n in CLOCKS if n in values})


def head_form(kind: Kind, event: "Event") -> HeadForm:
    """A kept event as the form shows it."""
    zone = ZoneInfo(event.zone)
    first, last = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    plain_ones = (
        "title", "organiser", "zone", "mode", "place", "venue", "field_id", "capacity", "open_to",
        "missing_out", "opens_before", "closes_after", "description", "version",
    )  # fmt: skip
    own = {code: _shown(event.fields.get(code)) for code in own_fields(kind)}
    return HeadForm(
        kind,
        {
            **{name: _shown(getattr(event, name)) for name in plain_ones},
            "starts_on": f"{first:%Y-%m-%d}",
            "ends_on": f"{last:%Y-%m-%d}",
            "starts_time": f"{first:%H:%M}",
            "ends_time": f"{last:%H:%M}",
            "gives_certificate": "true" if event.gives_certificate else "",
            **own,
        },
    )


def read_head(kind: Kind, posted: MultiDict[str, str]) -> Read:
    """The typed head (EventHead), judged by the schema of the API; faults by the page's fields."""
    given, faults = _moments(posted)
    own = typed_fields(kind, posted)
    faults |= {k: v for k, v in missing_fields(kind, own).items() if k in own_fields(kind)}
    if not posted.get("title", "").strip():
        faults["title"] = sentence("missing_field")
    if faults:
        return Read(errors=faults)
    schema = EventHeadSchema()
    data = {**plain(schema, posted), **given, **own, "kind": kind.code}
    found = read(schema, data)
    found.errors = {MOMENTS.get(name, name): said for name, said in found.errors.items()}
    return found


def sittings(head: EventHead, posted: MultiDict[str, str]) -> tuple[PlannedSession, ...]:
    """The sessions of a new event: the same hours each day, less the break.

    Raises Rejected for a break outside the day, or hours that cannot be.
    """
    zone = ZoneInfo(head.zone)
    first, last = head.starts_at.astimezone(zone), head.ends_at.astimezone(zone)
    days = daily_sittings(first.date(), last.date(), first.time(), last.time(), _pause(posted))
    made = []
    for number, (start, end, taken) in enumerate(days, start=1):
        title = _("第 %(n)s 天", n=number) if len(days) > 1 else _("主会场")
        breaks = () if taken is None else (
            PlannedPart(_("休息"), _zoned(taken[0], head), _zoned(taken[1], head), credited=False),
        )  # fmt: skip
        made.append(PlannedSession(title, _zoned(start, head), _zoned(end, head), parts=breaks))
    return tuple(made)


def session_form(event: "Event", kept: "EventSession | None", *, day: date) -> SessionForm:
    """A kept session as the form shows it, or an empty one on a day."""
    if kept is None:
        values = {"on": day.isoformat(), "credited": "true", "version": str(event.version)}
        return SessionForm(values, _with_blanks([]))
    zone = ZoneInfo(event.zone)
    first, last = kept.starts_at.astimezone(zone), kept.ends_at.astimezone(zone)
    rows = [
        PartRow(
            starts=f"{p.starts_at.astimezone(zone):%H:%M}",
            ends=f"{p.ends_at.astimezone(zone):%H:%M}",
            title=p.title,
            credited=p.credited,
            speakers=_("；").join(
                _("，").join(x for x in (s.name, s.unit or "", s.number or "")).rstrip("，, ")
                for s in p.speakers
            ),
            kind=p.speakers[0].kind if p.speakers else "talk",
            id=str(p.id),
        )
        for p in kept.parts
    ]
    return SessionForm(
        {
            "title": kept.title,
            "room": kept.room or "",
            "on": f"{first:%Y-%m-%d}",
            "starts": f"{first:%H:%M}",
            "ends": f"{last:%H:%M}",
            "credited": "true" if kept.credited else "",
            "version": str(event.version),
        },
        _with_blanks(rows),
    )


def typed_session(posted: Mapping[str, str]) -> SessionForm:
    """What was typed, as it was typed."""
    names = ("title", "room", "on", "starts", "ends", "credited", "version", "paste")
    asked = posted.get("rows", "")
    count = min(int(asked), MOST_ROWS) if asked.isdecimal() and len(asked) < 4 else 0
    rows = [
        PartRow(
            starts=typed_time(posted.get(f"part-{n}-starts", "")),
            ends=typed_time(posted.get(f"part-{n}-ends", "")),
            title=posted.get(f"part-{n}-title", "").strip(),
            credited=posted.get(f"part-{n}-credited", "true") == "true",
            speakers=posted.get(f"part-{n}-speakers", "").strip(),
            kind=posted.get(f"part-{n}-kind", "talk"),
            id=posted.get(f"part-{n}-id", ""),
        )
        for n in range(count)
    ]
    typed = [row for row in rows if not row.is_empty]
    values = {name: posted.get(name, "").strip() for name in names}
    values |= {name: typed_time(values[name]) for name in ("starts", "ends")}
    return SessionForm(values, _with_blanks(typed), pasted=posted.get("paste", ""))


def with_pasted(form: SessionForm, agenda: ReadAgenda) -> SessionForm:
    """The form with the lines of a pasted agenda in place of its rows; nothing is kept yet."""
    if not agenda.parts:
        form.errors["paste"] = _(
            "没有读出环节。每行以时刻开头，例如 09:00-09:40 报告题目 | 姓名，单位"
        )
        return form
    rows = [
        PartRow(p.starts, p.ends, p.title, p.credited, p.speakers) for p in agenda.parts[:MOST_ROWS]
    ]
    values = dict(form.values)
    values["starts"] = values["starts"] or rows[0].starts
    values["ends"] = values["ends"] or rows[-1].ends
    return replace(form, values=values, rows=_with_blanks(rows), unread=agenda.unread, pasted="")


def read_session(form: SessionForm, zone: str) -> PlannedSession | None:
    """The typed session; None when something in it cannot be read (then the form says what).

    A row without a start begins where the one before ends; without an end it ends where the next
    begins, or with the session.
    """
    on, starts, ends = (
        day_of(form.values["on"]), time_of(form.values["starts"]), time_of(form.values["ends"]),
    )  # fmt: skip
    for name, found, code in (("on", on, "bad_day"), ("starts", starts, "bad_part_time"),
                              ("ends", ends, "bad_part_time")):  # fmt: skip
        if found is None:
            form.errors[name] = sentence(code)
    if not form.values["title"]:
        form.errors["title"] = sentence("missing_field")
    if on is None or starts is None or ends is None:
        return None
    first = datetime.combine(on, starts)
    last = datetime.combine(on if ends > starts else on + timedelta(days=1), ends)
    rows = [row for row in form.rows if not row.is_empty]
    parts = [_part(rows, place, first, last, zone) for place in range(len(rows))]
    if form.errors or any(row.error for row in rows):
        return None
    return PlannedSession(
        title=form.values["title"],
        room=form.values["room"] or None,
        starts_at=zoned(first, zone, "starts"),
        ends_at=zoned(last, zone, "ends"),
        credited=form.values["credited"] == "true",
        parts=tuple(part for part in parts if part),
    )


def _part(
    rows: list[PartRow], place: int, first: datetime, last: datetime, zone: str
) -> PlannedPart | None:
    row = rows[place]
    starts = row.starts or (rows[place - 1].ends if place else f"{first:%H:%M}")
    following = rows[place + 1].starts if place + 1 < len(rows) else ""
    if time_of(following) is None:
        following = f"{last:%H:%M}"
    row.starts, row.ends = starts, row.ends or following
    begins, ends = time_of(row.starts), time_of(row.ends)
    if begins is None or ends is None:
        row.error = sentence("bad_part_time")
        return None
    if not row.title:
        row.error = sentence("part_without_title")
        return None
    # What comes before the session's start on the clock is after midnight.
    day = first.date() if begins >= first.time() else first.date() + timedelta(days=1)
    start = datetime.combine(day, begins)
    end = datetime.combine(day if ends > begins else day + timedelta(days=1), ends)
    if not first <= start < end <= last:
        row.error = sentence("part_outside_session", {"title": row.title})
        return None
    return PlannedPart(
        title=row.title,
        starts_at=zoned(start, zone, "parts"),
        ends_at=zoned(end, zone, "parts"),
        credited=row.credited,
        speakers=tuple(PlannedSpeaker(*who, kind=row.kind) for who in speakers_of(row.speakers)),
        id=int(row.id) if row.id.isdecimal() and len(row.id) < 10 else None,
    )


def _with_blanks(rows: list[PartRow]) -> list[PartRow]:
    return [*rows, *(PartRow() for _blank in range(min(BLANK_ROWS, MOST_ROWS - len(rows))))]


def _moments(posted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The two moments as the API has them, and what is wrong with the boxes they come from."""
    given, faults = {}, {}
    for name in ("starts", "ends"):
        on, at = posted.get(f"{name}_on", "").strip(), typed_time(posted.get(f"{name}_time", ""))
        if day_of(on) is None:
            faults[f"{name}_on"] = sentence("bad_day" if on else "missing_field")
        if time_of(at) is None:
            faults[f"{name}_time"] = sentence("bad_part_time" if at else "missing_field")
        given[f"{name}_at"] = f"{on}T{at}"
    return given, faults


def _pause(posted: Mapping[str, str]) -> tuple[time, time] | None:
    begins, ends = (typed_time(posted.get(name, "")) for name in ("pause_from", "pause_to"))
    if not begins and not ends:
        return None
    read_from, read_to = time_of(begins), time_of(ends)
    if read_from is None or read_to is None:
        raise Rejected("bad_part_time", "pause_from")
    return read_from, read_to


def _zoned(moment: datetime, head: EventHead) -> datetime:
    return zoned(moment, head.zone, "starts_on")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "") if isinstance(value, bool) else str(value)
