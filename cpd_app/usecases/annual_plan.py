"""The annual plan (活动计划) as a member sees it: what comes, what it would bring, what is mine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from cpd_app.db import session
from cpd_app.domain.checkin import Step, admission
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.kinds import Label
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.roster import EntryState, places_left
from cpd_app.models import Attendance, Event, Field, RosterEntry, Society
from cpd_app.policy import Actor
from cpd_app.usecases.event_visibility import COMING, UNSEEN, readable_event, registered_in
from cpd_app.usecases.position import last_step
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.prospects import Prospect, Prospects
from cpd_app.usecases.rules_in_force import Rules

PAGE = 30
#: events looked at to find those that would close a gap
LOOKED_AT = 200
#: events that home names
ON_HOME = 3
#: entries that put an event among one's own
MINE = (EntryState.LISTED, EntryState.WAITING, EntryState.PENDING)


@dataclass(frozen=True)
class PlanFilter:
    """What is asked for; empty asks for nothing. Every part stands in the address."""

    #: coming, mine, past
    tab: str = "coming"
    #: code of a field of engineering
    field: str = ""
    place: str = ""
    #: code of a society; "federation" for the federation
    society: str = ""
    #: only what would bring hours in this CPD year
    gap: bool = False
    page: int = 1


@dataclass(frozen=True)
class Came:
    """What somebody's attendance came to: hundredths of 学时, and the record it became."""

    hours: int
    activity_id: int | None


@dataclass(frozen=True)
class PlannedEvent:
    """One event of the plan with what it means for the member."""

    event: Event
    society: Society | None
    entry: RosterEntry | None
    prospect: Prospect | None
    #: free places; None = no limit
    left: int | None
    #: what the owner's table calls its kind
    kind: Label | None
    #: what one's attendance came to so far; None = not computed
    attended: Came | None


@dataclass(frozen=True)
class Choice:
    """A value to filter by: what stands in the address, Chinese and English name."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Plan:
    """A page of the plan, and what it can be filtered by."""

    events: tuple[PlannedEvent, ...]
    total: int
    page: int
    pages: int
    fields: tuple[Choice, ...]
    places: tuple[str, ...]
    societies: tuple[Choice, ...]
    #: how many of each tab
    counts: dict[str, int]


def plan_for(actor: Actor, wanted: PlanFilter, standing: Standing | None, *, now: datetime) -> Plan:
    """A page of the plan for whoever is asking; `standing` gives the hours it would bring."""
    person_id = _person(actor)
    visible = _Visible(person_id, now)
    prospects = Prospects(standing.registration) if standing else None
    if wanted.gap and wanted.tab == "coming":
        found = _closing(visible, wanted, standing, prospects)
        total, rows = len(found), found[(wanted.page - 1) * PAGE :][:PAGE]
    else:
        total = visible.count(wanted)
        events = visible.events(wanted, limit=PAGE, offset=(wanted.page - 1) * PAGE)
        rows = _planned(events, person_id, prospects)
    return Plan(
        events=tuple(rows),
        total=total,
        page=wanted.page,
        pages=max(1, -(-total // PAGE)),
        fields=visible.fields(wanted.tab),
        places=visible.places(wanted.tab),
        societies=visible.societies(wanted.tab),
        counts={tab: visible.count(PlanFilter(tab)) for tab in ("coming", "mine", "past")},
    )


def closing_the_gap(actor: Actor, standing: Standing, *, now: datetime) -> list[PlannedEvent]:
    """The next events that would bring the hours still missing in the running year, in order.

    As many as close the gap, three at most; empty when nothing is missing or nothing is planned.
    """
    year = standing.current
    if year is None or year.missing <= 0:
        return []
    visible = _Visible(_person(actor), now)
    chosen: list[PlannedEvent] = []
    brought = 0
    for planned in _closing(visible, PlanFilter(), standing, Prospects(standing.registration)):
        has_place = planned.entry is not None and planned.entry.state == EntryState.LISTED
        if planned.prospect is None or (planned.left == 0 and not has_place):
            continue
        chosen.append(planned)
        brought += planned.prospect.gain
        if brought >= year.missing or len(chosen) == ON_HOME:
            break
    return chosen


@dataclass(frozen=True)
class EventPage:
    """One event as a member reads it."""

    planned: PlannedEvent
    field: Field | None
    #: the CPD year it falls in, as it stands now; None outside the term or without one
    year: YearProgress | None
    #: whether one may still enrol or give the place back
    coming: bool
    #: the member's latest scan; None: not seen yet
    seen: Step | None = None


def event_page_of(
    actor: Actor, event_id: int, standing: Standing | None, *, now: datetime
) -> EventPage:
    """An event for whoever may look at it; NotFound for others."""
    event = readable_event(actor, event_id, now=now)
    prospects = Prospects(standing.registration) if standing else None
    planned = _planned([event], _person(actor), prospects)[0]
    index = planned.prospect.year_index if planned.prospect else None
    year = next((y for y in standing.years if y.index == index), None) if standing else None
    return EventPage(
        planned=planned,
        field=session.get(Field, event.field_id) if event.field_id else None,
        year=year,
        coming=event.state in COMING and event.ends_at > now,
        seen=last_step(planned.entry.id) if planned.entry else None,
    )


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _closing(
    visible: "_Visible",
    wanted: PlanFilter,
    standing: Standing | None,
    prospects: Prospects | None,
) -> list[PlannedEvent]:
    """Events that have not begun, finish in the running CPD year and bring something in it."""
    year = standing.current if standing else None
    if year is None or prospects is None:
        return []
    events = visible.events(wanted, limit=LOOKED_AT, offset=0)
    rows = _planned(events, visible.person_id, prospects)
    return [
        row
        for row in rows
        if row.prospect is not None
        and row.event.starts_at > visible.now
        and row.prospect.gain > 0
        and row.prospect.year_index == year.index
        and row.prospect.last_on < year.ends_on
    ]


def _planned(
    events: Sequence[Event], person_id: int, prospects: Prospects | None
) -> list[PlannedEvent]:
    ids = [event.id for event in events]
    entries = {
        entry.event_id: entry
        for entry in session.scalars(
            select(RosterEntry).where(
                RosterEntry.event_id.in_(ids), RosterEntry.person_id == person_id
            )
        )
    }
    taken, attended = _taken(ids), _attended(entry.id for entry in entries.values())
    owners = {event.society_id for event in events} - {None}
    societies = {s.id: s for s in session.scalars(select(Society).where(Society.id.in_(owners)))}
    tables = {owner: Rules(owner) for owner in {event.society_id for event in events}}
    return [
        PlannedEvent(
            event=event,
            society=societies.get(event.society_id or 0),
            entry=entries.get(event.id),
            prospect=prospects.of(event) if prospects else None,
            left=places_left(event.capacity, taken.get(event.id, 0)),
            kind=_kind(tables[event.society_id], event),
            attended=attended.get(event.id),
        )
        for event in events
    ]


def _kind(rules: Rules, event: Event) -> Label | None:
    try:
        kinds = rules.on(event.ends_at.astimezone(ZoneInfo(event.zone)).date()).rule_set.kinds
    except Rejected:
        return None
    return kinds[event.kind].names if event.kind in kinds else None


def _attended(entry_ids: Iterable[int]) -> dict[int, Came]:
    rows = session.scalars(select(Attendance).where(Attendance.entry_id.in_(entry_ids)))
    return {row.event_id: Came(row.hours, row.activity_id) for row in rows}


def _taken(event_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(RosterEntry.event_id, func.count().label("people"))
        .where(
            RosterEntry.event_id.in_(event_ids),
            RosterEntry.state == EntryState.LISTED,
            RosterEntry.joined_id.is_(None),
            RosterEntry.excused.is_(False),
        )
        .group_by(RosterEntry.event_id)
    )
    return {row.event_id: row.people for row in rows}


class _Visible:
    """The events that one person may see, as conditions of one query."""

    def __init__(self, person_id: int, now: datetime) -> None:
        self.person_id = person_id
        self.now = now
        self._registered = registered_in(person_id, now.date())

    def count(self, wanted: PlanFilter) -> int:
        found = self._chosen(select(func.count()).select_from(Event), wanted)
        return session.scalar(found) or 0

    def events(self, wanted: PlanFilter, *, limit: int, offset: int) -> Sequence[Event]:
        backwards = wanted.tab == "past"
        order = (Event.starts_at.desc(), Event.id.desc()) if backwards else (
            Event.starts_at, Event.id
        )  # fmt: skip
        statement = self._chosen(select(Event), wanted).order_by(*order)
        return session.scalars(statement.limit(limit).offset(offset)).all()

    def fields(self, tab: str) -> tuple[Choice, ...]:
        """Fields of engineering that events of the tab are about."""
        of_events = self._chosen(select(Event.field_id), PlanFilter(tab))
        rows = session.scalars(select(Field).where(Field.id.in_(of_events)).order_by(Field.id))
        return tuple(Choice(f.code, f.name, f.name_en) for f in rows)

    def places(self, tab: str) -> tuple[str, ...]:
        """Cities of the events of the tab."""
        statement = self._chosen(select(Event.place), PlanFilter(tab))
        rows = session.scalars(statement.where(Event.place.is_not(None)).distinct())
        return tuple(sorted(place for place in rows if place))

    def societies(self, tab: str) -> tuple[Choice, ...]:
        """Whose events the tab has."""
        of_events = self._chosen(select(Event.society_id), PlanFilter(tab))
        rows = session.scalars(
            select(Society).where(Society.id.in_(of_events)).order_by(Society.id)
        )
        return tuple(Choice(s.code, s.name, s.name_en) for s in rows)

    def _chosen(
        self, statement: Select[*tuple[Any, ...]], wanted: PlanFilter
    ) -> Select[*tuple[Any, ...]]:
        statement = statement.where(Event.approved_at.is_not(None), *self._tab(wanted.tab))
        if wanted.field:
            of_code = select(Field.id).where(Field.code == wanted.field).scalar_subquery()
            statement = statement.where(or_(Event.field_id == of_code, Event.field_id.is_(None)))
        if wanted.place:
            statement = statement.where(Event.place == wanted.place)
        if wanted.society:
            of_code = select(Society.id).where(Society.code == wanted.society).scalar_subquery()
            statement = statement.where(Event.society_id == of_code)
        return statement

    def _tab(self, tab: str) -> tuple[ColumnElement[bool], ...]:
        on_roster = select(RosterEntry.event_id).where(
            RosterEntry.person_id == self.person_id, RosterEntry.state.in_(MINE)
        )
        mine = Event.id.in_(on_roster)
        over = or_(Event.ends_at <= self.now, Event.state.in_(("closed", "settled")))
        if tab == "past":
            return (mine, over, Event.state != "cancelled")
        if tab == "mine":
            return (mine, Event.ends_at > self.now, Event.state.not_in(("closed", "settled")))
        coming = and_(Event.ends_at > self.now, Event.state.in_(COMING))
        return (coming, Event.state.not_in(UNSEEN), or_(mine, self._for_them()))

    def _for_them(self) -> ColumnElement[bool]:
        """Whom the events are for, by the one rule of admission."""
        member = bool(self._registered)
        fits = [
            and_(Event.open_to == open_to, self._is_own(wanted=is_own))
            for open_to in ("own", "societies", "public")
            for is_own in (False, True)
            if admission(open_to, is_own=is_own, is_member=member, has_room=True) is None
        ]
        return or_(false(), *fits)

    def _is_own(self, *, wanted: bool) -> ColumnElement[bool]:
        own = or_(
            Event.society_id.in_(self._registered),
            Event.society_id.is_(None) if self._registered else false(),
        )
        return own if wanted else ~own
