"""The planned year in the tables: members and events as they are, and what happens each morning."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import exists, or_, select, update

from cpd_app.db import transaction
from cpd_app.domain.reminders import YEAR_DAYS
from cpd_app.models import (
    CalendarDay,
    CalendarYear,
    Event,
    FileReturn,
    Filing,
    LastStanding,
    Message,
    MessageChoice,
    MessageHabit,
    Person,
    Registration,
    Relief,
    RosterEntry,
    Society,
    Term,
    Webhook,
)
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases import deadlines, returns, standings
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.returns import NewReturn, Point
from tests.support import builders, filings
from tests.support.a_year.outgoing import Outgoing
from tests.support.a_year.plan import (
    BEIJING,
    FIRST,
    HOLIDAYS,
    MORNING,
    Gathering,
    Member,
    Plan,
    Record,
    five_years,
    moment,
)
from tests.support.a_year.table import Line, What
from tests.support.reliefs import ground
from tests.support.store import Store

Do = Callable[..., Any]
Act = Callable[[datetime], None]

#: what a day brings about; what people do is told too, by their acts
REMINDERS = frozenset({"expiry", "year_behind", "return_due", "event_tomorrow"})


@dataclass
class World:
    """The tables of one run."""

    store: Store
    do: Do
    plan: Plan
    outgoing: Outgoing
    societies: list[Society] = field(default_factory=list)
    staff: list[Actor] = field(default_factory=list)
    people: dict[int, Person] = field(default_factory=dict)
    registrations: dict[int, Registration] = field(default_factory=dict)
    filed: dict[int, Filing] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    #: what happens when
    coming: dict[datetime, list[Act]] = field(default_factory=lambda: defaultdict(list))

    def make(self) -> None:
        """Societies, the working days of the year, events; everything else happens."""
        for kind, zone in (("certificate", "Asia/Shanghai"), ("calendar", "Asia/Urumqi")):
            society = builders.a_society(self.store, year_kind=kind, zone=zone)
            person = builders.a_person(self.store)
            builders.a_role(self.store, person, RoleName.REGISTRAR, society)
            builders.a_role(self.store, person, RoleName.AUDITOR, society)
            roles = frozenset({RoleName.REGISTRAR, RoleName.AUDITOR})
            self.societies.append(society)
            self.staff.append(Actor(person_id=person.id, origin="web", roles={society.id: roles}))
        long_ago = builders.LONG_AGO
        self.store.add(
            Webhook(
                society_id=self.societies[0].id, name="短信", host="example.org", url_sealed="-",
                secret_sealed="-", active=True, changed_at=long_ago,
            ),
            CalendarYear(year=2027, source="示范", entered_at=long_ago),
            *(CalendarDay(day=d, works=works, name="示范") for d, works in HOLIDAYS.items()),
        )  # fmt: skip
        for one in self.plan.members:
            self._plan_member(one)
        for gathering in self.plan.gatherings:
            self._plan_gathering(gathering)

    def happen(self, until: datetime) -> None:
        """Let everything happen that was planned up to a moment."""
        for at in sorted(at for at in self.coming if at <= until):
            for act in self.coming.pop(at):
                act(at)

    def go_on(self, until: datetime) -> None:
        """Let everything leave that is due before a moment, and happen what was planned up to it.

        Step by step: what is due leaves at its moment, and meets people as they are then.
        """
        while (due := self.outgoing.next_at()) is not None and due < until:
            self.happen(due)
            self.outgoing.leave(due)
        self.happen(until)

    def judge_some(self, now: Callable[[], datetime]) -> dict[str, int]:
        """Judge for the day those whom a reminder of the year may be about, or who changed.

        The others keep an older standing, by which nobody is told: who is left out wrongly is
        missed by the table.
        """
        day = now().astimezone(BEIJING).date()
        begins = exists().where(Term.registration_id == Registration.id, Term.starts_on == day)
        only = or_(
            LastStanding.registration_id.is_(None),
            LastStanding.registration_version != Registration.version,
            LastStanding.lacking_until.between(day, day + timedelta(days=max(YEAR_DAYS) + 7)),
            begins,
        )
        for society in self.societies:
            with transaction():
                standings.catch_up(society.id, on=day, limit=len(self.people), only=only)
        return {"judged": 0}

    def told(self) -> dict[What, Line]:
        """Every reminder of the year: when it was told by the tables, when it left by the ways."""
        number_of = {person.id: number for number, person in self.people.items()}
        event_of = {event.id: number for number, event in self.events.items()}
        leaves: dict[int, dict[str, datetime]] = defaultdict(dict)
        for sent in self.outgoing.sent:
            for message in sent.parcel.messages:
                ways = leaves[message.id]
                assert sent.parcel.channel not in ways, f"sent twice: {message}"
                ways[sent.parcel.channel] = sent.at
        lines: dict[What, Line] = {}
        for row in self.store.all(select(Message).where(Message.kind.in_(REMINDERS))):
            what = _what(row, number_of[row.person_id], event_of)
            assert what not in lines, f"told twice: {what}"
            lines[what] = Line(row.created_at, leaves[row.id])
        return lines

    def _at(self, day: date, act: Act) -> None:
        self.coming[moment(max(day, FIRST), MORNING)].append(act)

    def _plan_member(self, one: Member) -> None:
        self._at(one.entered_on, lambda at: self._enter(one, at))
        for record in one.records:
            self._at(record.entered_on, partial(self._log, one, record))
        if one.reduction:
            self._at(one.reduction[0], lambda at: self._relieve(one, at))
        if one.deferral:
            self._at(one.deferral[0], lambda at: self._relieve(one, at))
        if one.filed_on:
            self._at(max(one.filed_on, one.entered_on), lambda _: self._file(one))
        if one.withdrawn_on:
            self._at(one.withdrawn_on, lambda _: self._withdraw(one))
        if one.returned:
            self._plan_return(one)
        if one.renewed_on:
            self._at(max(one.renewed_on, one.entered_on), lambda _: self._renew(one))
        if one.barred_on:
            self._at(one.barred_on, lambda _: self._change(one, barred_on=one.barred_on))
        if one.dies_on:
            self._at(one.dies_on, lambda at: self._die(one, at))

    def _enter(self, one: Member, at: datetime) -> None:
        without: dict[str, Any] = {}
        if not one.email:
            without["email"] = None
        if not one.phone:
            without["phone"] = None
        if not one.activated:
            without |= {"activated_at": None, "password_hash": None}
        person = builders.a_person(self.store, **without)
        term = {"starts_on": one.starts_on, "ends_on": one.ends_on}
        state = {"state": "suspended"} if one.suspended else {}
        self.people[one.number] = person
        self.registrations[one.number] = builders.a_registration(
            self.store, person, self.societies[one.society], term={**term, **state}, created_at=at
        )
        if one.habit:
            h = one.habit
            self.store.add(
                MessageHabit(
                    person_id=person.id, zone=h.zone, quiet_from=h.quiet_from,
                    quiet_to=h.quiet_to, daily_at=h.daily_at,
                )
            )  # fmt: skip
        for topic, channel in one.unwanted:
            self.store.add(
                MessageChoice(person_id=person.id, topic=topic, channel=channel, wanted=False)
            )

    def _change(self, one: Member, **values: Any) -> None:
        self.store.change(self.people[one.number], **values)

    def _log(self, one: Member, record: Record, at: datetime) -> None:
        """A training over as many days as its hours need, ten a day."""
        begins = record.ended_on - timedelta(days=-(-record.hours // 10) - 1)
        self.do(
            log_activity,
            Actor(person_id=self.people[one.number].id, origin="web"),
            NewActivity(
                "training", "培训", begins, record.ended_on, {"minutes": record.hours * 45}
            ),
            now=at,
            today=at.date(),
        )

    def _relieve(self, one: Member, at: datetime) -> None:
        deferral = one.deferral if one.deferral and at.date() >= one.deferral[0] else None
        reduction = one.reduction if one.reduction and at.date() >= one.reduction[0] else None
        registration = self.registrations[one.number]
        self.store.run(
            update(Registration)
            .where(Registration.id == registration.id)
            .values(version=Registration.version + 1)
        )
        values: dict[str, Any] = {
            "society_id": registration.society_id, "registration_id": registration.id,
            "person_id": registration.person_id, "words": "示范", "state": "granted",
            "asked_at": at, "asked_by_id": registration.person_id,
        }  # fmt: skip
        known = set(self.store.all(
            select(Relief.effect).where(Relief.registration_id == registration.id)
        ))  # fmt: skip
        if reduction and "reduction" not in known:
            self.store.add(
                Relief(
                    ground_id=ground(self.store, "illness"), effect="reduction",
                    granted_from_on=reduction[1], granted_to_on=reduction[2], **values,
                )
            )  # fmt: skip
        if deferral and "deferral" not in known:
            self.store.add(
                Relief(
                    ground_id=ground(self.store, "illness"), effect="deferral",
                    term_id=registration.terms[0].id, year_index=deferral[1],
                    granted_until_on=deferral[2], **values,
                )
            )  # fmt: skip

    def _file(self, one: Member) -> None:
        self.filed[one.number] = filings.a_filing(
            self.store, self.registrations[one.number], state="reading"
        )

    def _withdraw(self, one: Member) -> None:
        self.store.change(self.filed[one.number], state="withdrawn")

    def _renew(self, one: Member) -> None:
        self.store.add(
            Term(
                registration_id=self.registrations[one.number].id, level="professional",
                starts_on=one.ends_on, ends_on=five_years(one.ends_on), state="active",
            )
        )  # fmt: skip

    def _die(self, one: Member, at: datetime) -> None:
        self._change(one, messages_stopped_at=at)
        registration_id = self.registrations[one.number].id
        self.store.run(
            update(Term).where(Term.registration_id == registration_id).values(state="cancelled")
        )

    def _plan_return(self, one: Member) -> None:
        fate, staff = one.returned, self.staff[one.society]
        assert fate is not None
        made: list[FileReturn] = []

        def send_back(at: datetime) -> None:
            new = NewReturn("请补正。", (Point("第 3 年缺证明"),))
            filing = self.filed[one.number]
            made.append(
                self.do(returns.return_filing, staff, filing.id, new, now=at, today=at.date())
            )

        def extend(at: datetime) -> None:
            self.do(returns.extend_return, staff, made[0].id, "出差", now=at, today=at.date())

        def on_deadline(act: Callable[..., None], **when: Any) -> None:
            act(deadlines.deadline_of(deadlines.DeadlineKind.RETURN, made[0].id), **when)

        def turn_clock(act: Callable[..., None], at: datetime) -> None:
            self.do(on_deadline, act, today=at.date())

        def answer(at: datetime) -> None:
            self.do(on_deadline, deadlines.close_deadline, now=at)
            self.store.run(
                update(FileReturn).where(FileReturn.id == made[0].id).values(state="answered")
            )

        self._at(fate.on, send_back)
        if fate.extended_on:
            self._at(fate.extended_on, extend)
        if fate.answered_on:
            self._at(fate.answered_on, answer)
        if fate.paused:
            for day, act in zip(
                fate.paused, (deadlines.pause_deadline, deadlines.resume_deadline), strict=True
            ):
                self._at(day, partial(turn_clock, act))

    def _plan_gathering(self, gathering: Gathering) -> None:
        creator = self.store.get(Person, self.staff[0].person_id)
        event = builders.an_event(
            self.store, creator, self.societies[0], zone=gathering.zone, state="approved",
            starts_at=gathering.starts_at, ends_at=gathering.starts_at + timedelta(hours=3),
            sessions=0,
        )  # fmt: skip
        self.events[gathering.number] = event
        entries: dict[int, RosterEntry] = {}

        def enrol(number: int, at: datetime) -> None:
            if number in self.people:
                entries[number] = builders.an_entry(
                    self.store, event, self.people[number], created_at=at
                )

        def excuse(number: int, _: datetime) -> None:
            if number in entries:
                self.store.change(entries[number], excused=True)

        def move(to: datetime, _: datetime) -> None:
            self.store.change(event, starts_at=to)

        for number, at in gathering.entries.items():
            self.coming[at].append(partial(enrol, number))
        for number, at in gathering.excused.items():
            self.coming[at].append(partial(excuse, number))
        for at, to in gathering.moves:
            self.coming[at].append(partial(move, to))
        if gathering.cancelled_at:
            self.coming[gathering.cancelled_at].append(
                lambda _: self.store.change(event, state="cancelled")
            )


def _what(row: Message, number: int, event_of: dict[int, int]) -> What:
    """The message as the table names it."""
    data, step = row.data, row.key.split(":")[-1]
    if row.kind == "expiry":
        return (row.kind, number, (date.fromisoformat(data["ends_on"]),), int(step))
    if row.kind == "year_behind":
        about = (data["year"], date.fromisoformat(data["ends_on"]))
        return (row.kind, number, about, int(step))
    if row.kind == "return_due":
        return (row.kind, number, (date.fromisoformat(data["due_on"]),), int(step))
    about = (event_of[data["event_id"]], date.fromisoformat(step))
    return (row.kind, number, about, 0)
