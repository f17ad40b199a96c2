"""What people are told about events: places and changes of the plan; and about new rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as engine_event
from sqlalchemy import select

from cpd_app.db import db
from cpd_app.domain.agenda import PlannedSession
from cpd_app.models import Event, EventSession, Society
from cpd_app.usecases import (
    event_states,
    events,
    recalculation,
    roster,
    roster_lists,
)
from cpd_app.usecases.event_input import EventHead, NewEvent
from cpd_app.usecases.roster_entries import Named
from cpd_app.usecases.roster_lists import NewName
from tests.support.builders import a_person, a_registration, an_entry
from tests.support.people import Someone
from tests.support.recorded import logged, published, run_jobs
from tests.support.store import Store
from tests.support.telling import Told, last_of, messages_of, sent

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=3)
NINE = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
FIVE = NINE + timedelta(hours=8)
DAY = PlannedSession("主会场", NINE, FIVE)
HEAD = EventHead(
    "柔性直流研讨会", "conference", NINE, FIVE, {"level": "national"}, place="北京", capacity=1
)


@pytest.fixture
def draft(do: Do, organiser: Someone, society: Society) -> int:
    """A draft of the organiser's, with one place."""
    new = NewEvent(head=HEAD, society_id=society.id, sessions=(DAY,))
    made: int = do(lambda: events.plan_event(organiser.actor, new, now=NOW).event.id)
    return made


@pytest.fixture
def planned(do: Do, draft: int, organiser: Someone, auditor: Someone) -> int:
    """The same event, approved by the auditor."""
    do(event_states.submit_event, organiser.actor, draft, now=NOW)
    do(event_states.approve_event, auditor.actor, draft, now=NOW)
    return draft


class TestPlaces:
    """Who has a place."""

    def test_a_place_the_waiting_list_and_moving_up(
        self, do: Do, planned: int, member: Someone, other_member: Someone, told: Told
    ) -> None:
        do(roster.enrol, member.actor, planned, now=NOW)
        do(roster.enrol, member.actor, planned, now=NOW)
        do(roster.enrol, other_member.actor, planned, now=NOW)
        assert (told(member), told(other_member)) == (
            ["registered/confirmed"],
            ["registered/waiting"],
        )
        do(roster.cancel_enrolment, member.actor, planned, now=SOON)
        assert (told(member), told(other_member)) == ([], ["registered/promoted"])

    def test_whoever_is_declined_reads_why(
        self, do: Do, store: Store, planned: int, member: Someone, organiser: Someone, told: Told
    ) -> None:
        entry = do(roster.enrol, member.actor, planned, now=NOW).entry
        decide = (roster.decide, organiser.actor, planned, [entry.id])
        do(*decide, accept=False, reason="只对本专业开放", now=SOON)
        do(*decide, accept=False, reason="只对本专业开放", now=SOON)
        assert told(member) == ["registered/declined"]
        assert last_of(store, member)["reason"] == "只对本专业开放"
        do(*decide, accept=True, now=SOON + timedelta(minutes=1))
        assert told(member) == ["registered/confirmed"]

    def test_a_list_tells_once_the_plan_is_approved(
        self, do: Do, draft: int, member: Someone, organiser: Someone, auditor: Someone, told: Told
    ) -> None:
        assert member.registration
        names = [NewName(Named("张会员", number=member.registration.number))]
        do(roster_lists.add_names, organiser.actor, draft, names, now=NOW)
        assert told(member) == []
        do(event_states.submit_event, organiser.actor, draft, now=NOW)
        do(event_states.approve_event, auditor.actor, draft, now=SOON)
        assert (told(member), told(organiser)) == (["registered/listed"], ["planned/approved"])

    def test_whoever_is_taken_off_the_list_is_told(
        self, do: Do, planned: int, member: Someone, organiser: Someone, told: Told
    ) -> None:
        assert member.registration
        names = [NewName(Named("张会员", number=member.registration.number))]
        (added,) = do(roster_lists.add_names, organiser.actor, planned, names, now=NOW)
        do(roster.remove_name, organiser.actor, planned, added.entry.id, now=SOON)
        assert told(member) == ["registered/removed"]

    def test_a_plan_that_is_sent_back(
        self, do: Do, store: Store, draft: int, organiser: Someone, auditor: Someone, told: Told
    ) -> None:
        do(event_states.submit_event, organiser.actor, draft, now=NOW)
        do(event_states.send_back, auditor.actor, draft, reason="请补讲者", now=NOW)
        assert told(organiser) == ["planned/sent_back"]
        assert last_of(store, organiser)["reason"] == "请补讲者"


class TestChanges:
    """Of a plan that people know."""

    @pytest.fixture
    def change(self, do: Do, planned: int, organiser: Someone, member: Someone) -> Any:
        """Change the head; the member was told long ago that they have a place."""
        do(roster.enrol, member.actor, planned, now=NOW)

        def changing(minutes: int, **over: Any) -> None:
            when = SOON + timedelta(minutes=minutes)
            head = replace(HEAD, **over)
            do(events.change_event, organiser.actor, planned, head, version=None, now=when)

        return changing

    def test_several_changes_in_a_row_are_told_once(
        self, change: Any, store: Store, member: Someone, told: Told
    ) -> None:
        change(0, place="天津")
        change(2, place="上海", venue="三楼")
        assert told(member) == ["registered/confirmed", "event_changed/changed"]
        assert last_of(store, member)["place"] == "上海 三楼"

    def test_a_change_that_was_undone_is_not_told(
        self, change: Any, member: Someone, told: Told
    ) -> None:
        change(0, place="天津")
        change(2)
        assert told(member) == ["registered/confirmed"]

    def test_what_left_already_is_told_again(
        self, change: Any, store: Store, member: Someone, told: Told
    ) -> None:
        change(0, place="天津")
        sent(store, member)
        change(30)
        assert told(member)[1:] == ["event_changed/changed", "event_changed/changed"]

    def test_what_does_not_matter_to_those_who_come_is_not_told(
        self, change: Any, member: Someone, told: Told
    ) -> None:
        change(0, description="请带身份证", title="柔性直流研讨会（北京）", capacity=3)
        assert told(member) == ["registered/confirmed"]

    def test_another_agenda_is_told_as_such(
        self, do: Do, store: Store, change: Any, planned: int, organiser: Someone,
        member: Someone, told: Told,
    ) -> None:  # fmt: skip
        (held,) = store.all(select(EventSession).where(EventSession.event_id == planned))
        shorter = replace(DAY, ends_at=FIVE - timedelta(hours=2))
        do(events.keep_session, organiser.actor, planned, held.id, shorter, version=None, now=SOON)
        assert told(member)[-1] == "event_changed/agenda"
        change(5, place="天津")
        assert told(member) == ["registered/confirmed", "event_changed/changed"]

    def test_a_cancelled_event_is_the_last_word(
        self, do: Do, store: Store, change: Any, planned: int, organiser: Someone,
        member: Someone, told: Told,
    ) -> None:  # fmt: skip
        change(0, place="天津")
        do(event_states.cancel_event, organiser.actor, planned, reason="台风", now=SOON)
        assert told(member) == ["event_changed/cancelled"]
        assert last_of(store, member)["reason"] == "台风"

    def test_a_change_for_many_takes_as_many_statements_as_for_one(
        self, app: Flask, store: Store, change: Any, planned: int, society: Society
    ) -> None:
        counted: list[str] = []

        def count(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            counted.append(statement)

        change(0, place="天津")
        with app.app_context():
            engine = db.engine
        engine_event.listen(engine, "before_cursor_execute", count)
        change(1, place="上海")
        few = len(counted)
        engine_event.remove(engine, "before_cursor_execute", count)
        found = store.get(Event, planned)
        for number in range(30):
            person = a_person(store, name=f"会员{number}")
            a_registration(store, person, society)
            an_entry(store, found, person)
        counted.clear()
        engine_event.listen(engine, "before_cursor_execute", count)
        change(2, place="天津")
        engine_event.remove(engine, "before_cursor_execute", count)
        assert len(counted) <= few + 2


def test_only_members_whose_year_moves_are_told_of_new_rules(
    app: Flask, do: Do, store: Store, member: Someone, other_member: Someone,
    registrar: Someone, society: Society, at: Callable[[str], datetime], told: Told,
) -> None:  # fmt: skip
    now = at("2026-11-20 10:00")
    logged(do, member, "exam", date(2026, 5, 6), now=now)
    logged(do, other_member, "talk", date(2026, 5, 6), now=now, level="national")
    from_on = date(2026, 4, 1)
    published(do, registrar, {"kinds": {"exam": {"amount": [{"fixed": 6}]}}}, now=now,
              from_on=from_on)  # fmt: skip
    ordered = (registrar.actor, society.id, from_on)
    do(recalculation.order_recalculation_trial, *ordered, now=now)
    run_jobs(app)
    assert told(member) == []
    job = do(recalculation.order_recalculation, *ordered, now=now)
    run_jobs(app)

    assert (told(member), told(other_member)) == (["rule_changed"], [])
    (message,) = messages_of(store, member)
    assert message.key.startswith(f"rules:{job.id}:")
    data = message.data
    assert (data["before_hours"], data["after_hours"]) == (1000, 600)
    assert (data["starts_on"], data["last_on"]) == ("2026-03-01", "2027-02-28")
