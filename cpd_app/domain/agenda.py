"""The plan of an event: what is credited, what is wrong with it, and what decides its hours.

An event has sessions (场次), a session has parts (议程环节). A credited session counts from its
start to its end, less the parts that are not credited; a session that is not credited, or is a
rehearsal, counts nothing. Instants are aware; days are days of the event's zone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import FieldType, Kind, RuleSet

#: from … to, half-open
Span = tuple[datetime, datetime]

#: what speakers get from the agenda; so nobody gets it for listening (domain rules §4)
SPEAKER_KINDS = ("talk", "lecture")
LONGEST_EVENT = timedelta(days=31)
LONGEST_SESSION = timedelta(hours=24)
MOST_SESSIONS = 60
MOST_PARTS = 60
#: a credited session this long without any break is worth a question
LONG_WITHOUT_BREAK = timedelta(hours=4)
#: a missing out-scan counts in full for events shorter than this (domain rules §6)
SHORT_EVENT = timedelta(hours=2)


@dataclass(frozen=True)
class PlannedSpeaker:
    """Who speaks in a part; `kind` is one of SPEAKER_KINDS."""

    name: str
    unit: str | None = None
    number: str | None = None
    kind: str = "talk"


@dataclass(frozen=True)
class PlannedPart:
    """A part of a session's agenda."""

    title: str
    starts_at: datetime
    ends_at: datetime
    credited: bool = True
    speakers: tuple[PlannedSpeaker, ...] = ()
    id: int | None = None


@dataclass(frozen=True)
class PlannedSession:
    """A session with its parts."""

    title: str
    starts_at: datetime
    ends_at: datetime
    credited: bool = True
    rehearsal: bool = False
    room: str | None = None
    parts: tuple[PlannedPart, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches of it that are credited."""
        if not self.credited or self.rehearsal:
            return ()
        breaks = ((p.starts_at, p.ends_at) for p in self.parts if not p.credited)
        return without((self.starts_at, self.ends_at), breaks)


@dataclass(frozen=True)
class Plan:
    """An event as far as its times and hours go."""

    kind: str
    #: the kind's own fields but its minutes, which attendance gives
    fields: Mapping[str, Any]
    zone: str
    missing_out: str
    starts_at: datetime
    ends_at: datetime
    sessions: tuple[PlannedSession, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every credited stretch, parallel rooms united: one person is in one room."""
        return united(span for s in self.sessions for span in s.spans)

    @property
    def minutes(self) -> int:
        """The most minutes that one person can be there for."""
        return minutes_of(self.spans)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last credited day in the event's zone; None: nothing is credited."""
        if not self.spans:
            return None
        zone = ZoneInfo(self.zone)
        # What ends at midnight belongs to the day that it ended, not to the one that begins.
        last = self.spans[-1][1] - timedelta(microseconds=1)
        return self.spans[0][0].astimezone(zone).date(), last.astimezone(zone).date()


@dataclass(frozen=True)
class Doubt:
    """Something about a plan that a person should look at; it refuses nothing."""

    code: str
    values: Mapping[str, Any]


def without(span: Span, breaks: Iterable[Span]) -> tuple[Span, ...]:
    """A stretch less its breaks."""
    left: list[Span] = []
    begins, end = span
    for first, last in united(breaks):
        if last <= begins or first >= end:
            continue
        if first > begins:
            left.append((begins, first))
        begins = max(begins, last)
    if begins < end:
        left.append((begins, end))
    return tuple(left)


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Stretches in order, those that overlap or touch made one."""
    made: list[Span] = []
    for first, last in sorted(spans):
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return tuple(made)


def minutes_of(spans: Iterable[Span]) -> int:
    """Whole minutes of stretches that do not overlap: seconds summed, floored once (§6)."""
    return int(sum((last - first).total_seconds() for first, last in spans)) // 60


def minutes_by_day(spans: Iterable[Span], zone: str) -> dict[date, int]:
    """Whole minutes on each day of the event's zone; a stretch over midnight is parted."""
    here = ZoneInfo(zone)
    seconds: dict[date, float] = {}
    for begins, last in spans:
        first = begins
        while first < last:
            day = first.astimezone(here).date()
            midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), here)
            end = min(last, midnight.astimezone(first.tzinfo))
            seconds[day] = seconds.get(day, 0) + (end - first).total_seconds()
            first = end
    return {day: int(found) // 60 for day, found in sorted(seconds.items())}


def may_be_held(kind: Kind) -> bool:
    """Whether attendance can give this kind: it counts minutes, and no ruling is needed."""
    minutes = [f for f in kind.fields.values() if f.type is FieldType.MINUTES]
    others = set(kind.one_of) - set(kind.timed_fields)
    return len(minutes) == 1 and not (others or kind.needs_ruling or kind.code in SPEAKER_KINDS)


def minutes_field(kind: Kind) -> str:
    """The field that attendance fills in."""
    return next(f.code for f in kind.fields.values() if f.type is FieldType.MINUTES)


def own_fields(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind that the organiser fills in: all but those that measure time."""
    return tuple(code for code in kind.fields if code not in kind.timed_fields)


def record_of(
    plan: Plan, rule_set: RuleSet, minutes: int, days: tuple[date, date]
) -> dict[str, Any]:
    """The flat record that so many minutes of an event make, for `conversion.convert`.

    Raises Rejected `not_an_event_kind` for a kind that attendance cannot give.
    """
    kind = event_kind(rule_set, plan.kind)
    most = rule_set.minutes_per_day * ((days[1] - days[0]).days + 1)
    return {
        "kind": plan.kind,
        "started_on": days[0],
        "ended_on": days[1],
        **plan.fields,
        minutes_field(kind): min(minutes, most),
    }


def event_kind(rule_set: RuleSet, code: str) -> Kind:
    """A kind that an event can be; Rejected `unknown_kind`, `not_an_event_kind`."""
    kind = rule_set.kinds.get(code)
    if kind is None or not kind.enabled:
        raise Rejected("unknown_kind", "kind", found=code)
    if not may_be_held(kind):
        raise Rejected("not_an_event_kind", "kind", found=code)
    return kind


def missing_out_by_length(starts_at: datetime, ends_at: datetime) -> str:
    """What a missing out-scan gives unless the organiser says otherwise (domain rules §6)."""
    return "full" if ends_at - starts_at < SHORT_EVENT else "until_last_proof"


def daily_sittings(
    first_on: date, last_on: date, begins: time, ends: time, pause: tuple[time, time] | None
) -> list[tuple[datetime, datetime, tuple[datetime, datetime] | None]]:
    """The same hours on each day, as local times: start, end, and the pause inside.

    Hours that run over midnight make one sitting a night, the last of which ends on `last_on`.
    Raises Rejected `ends_before_start`, `event_too_long`, `pause_outside_day`.
    """
    overnight = timedelta(days=1 if ends <= begins else 0)
    if last_on < first_on + overnight:
        raise Rejected("ends_before_start", "ends_at")
    if last_on - first_on > LONGEST_EVENT:
        raise Rejected("event_too_long", "ends_at", most=LONGEST_EVENT.days)
    made = []
    for past in range((last_on - overnight - first_on).days + 1):
        day = first_on + timedelta(days=past)
        start, end = datetime.combine(day, begins), datetime.combine(day + overnight, ends)
        taken = None
        if pause is not None:
            shift = timedelta(days=1) if overnight and pause[0] < begins else timedelta(0)
            taken = datetime.combine(day + shift, pause[0]), datetime.combine(day + shift, pause[1])
            if not start <= taken[0] < taken[1] <= end:
                raise Rejected("pause_outside_day", "pause_from")
        made.append((start, end, taken))
    return made


def check_plan(plan: Plan) -> None:
    """Refuse a plan that makes no sense, with the first reason and where it is.

    ends_before_start, event_too_long, too_many_sessions, session_ends_before_start,
    session_too_long, session_outside_event, rooms_overlap, too_many_parts,
    part_ends_before_start, part_outside_session, parts_overlap.
    """
    if plan.ends_at <= plan.starts_at:
        raise Rejected("ends_before_start", "ends_at")
    if plan.ends_at - plan.starts_at > LONGEST_EVENT:
        raise Rejected("event_too_long", "ends_at", most=LONGEST_EVENT.days)
    held = [s for s in plan.sessions if not s.rehearsal]
    if len(held) > MOST_SESSIONS:
        raise Rejected("too_many_sessions", "sessions", most=MOST_SESSIONS)
    for session in held:
        check_session(session)
        if session.starts_at < plan.starts_at or session.ends_at > plan.ends_at:
            raise Rejected("session_outside_event", "sessions", title=session.title)
    _check_rooms(held)


def check_session(session: PlannedSession) -> None:
    """Refuse a session, or a part of it, whose times make no sense."""
    if session.ends_at <= session.starts_at:
        raise Rejected("session_ends_before_start", "ends_at", title=session.title)
    if session.ends_at - session.starts_at > LONGEST_SESSION:
        raise Rejected("session_too_long", "ends_at", title=session.title)
    if len(session.parts) > MOST_PARTS:
        raise Rejected("too_many_parts", "parts", most=MOST_PARTS)
    for part in session.parts:
        if part.ends_at <= part.starts_at:
            raise Rejected("part_ends_before_start", "parts", title=part.title)
        if part.starts_at < session.starts_at or part.ends_at > session.ends_at:
            raise Rejected("part_outside_session", "parts", title=part.title)
    ordered = sorted(session.parts, key=lambda p: (p.starts_at, p.ends_at))
    for one, next_one in pairwise(ordered):
        if next_one.starts_at < one.ends_at:
            raise Rejected("parts_overlap", "parts", title=one.title, other=next_one.title)


def doubts(plan: Plan, minutes_per_day: int) -> list[Doubt]:
    """What an organiser and staff should look at: parallel rooms, long days, no breaks."""
    found: list[Doubt] = []
    held = [s for s in plan.sessions if s.spans]
    alone = sum(minutes_of(s.spans) for s in held)
    if alone > plan.minutes:
        found.append(Doubt("parallel_sessions", {"alone": alone, "minutes": plan.minutes}))
    found += [
        Doubt("long_day", {"day": day, "minutes": minutes, "most": minutes_per_day})
        for day, minutes in minutes_by_day(plan.spans, plan.zone).items()
        if minutes > minutes_per_day
    ]
    found += [
        Doubt("no_break", {"title": s.title})
        for s in held
        if any(last - first > LONG_WITHOUT_BREAK for first, last in s.spans)
    ]
    return found


def deciding(plan: Plan) -> dict[str, Any]:
    """Everything of a plan that decides hours, as JSON; equal plans give equal hours.

    Titles, rooms and venues are not in it: staff approve hours, not words.
    """
    return {
        "kind": plan.kind,
        "fields": dict(sorted(plan.fields.items())),
        "zone": plan.zone,
        "missing_out": plan.missing_out,
        "sessions": sorted(
            [[first.isoformat(), last.isoformat()] for first, last in s.spans]
            for s in plan.sessions
            if s.spans
        ),
        "speakers": sorted(
            [p.starts_at.isoformat(), p.ends_at.isoformat(), who.kind, who.name, who.number or ""]
            for s in plan.sessions
            if not s.rehearsal
            for p in s.parts
            for who in p.speakers
        ),
    }


def _check_rooms(sessions: Sequence[PlannedSession]) -> None:
    """One room holds one session at a time; sessions without a room are not compared."""
    by_room: dict[str, list[PlannedSession]] = {}
    for session in sessions:
        if session.room:
            by_room.setdefault(session.room.casefold(), []).append(session)
    for held in by_room.values():
        ordered = sorted(held, key=lambda s: (s.starts_at, s.ends_at))
        for one, next_one in pairwise(ordered):
            if next_one.starts_at < one.ends_at:
                raise Rejected(
                    "rooms_overlap", "room", title=one.title, other=next_one.title, room=one.room
                )
