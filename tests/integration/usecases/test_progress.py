"""One function tells how a registration stands; whoever may not read it is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from cpd_app.db import db
from cpd_app.domain.errors import NotFound
from cpd_app.models import Person, Requirement
from cpd_app.usecases import activities, progress
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
TRAINING = NewActivity("training", "继电保护培训", None, date(2026, 4, 6), {"minutes": 450})


def log(do: Do, member: Someone, new: NewActivity) -> None:
    do(activities.log_activity, member.actor, new, now=NOW, today=TODAY)


def standing(do: Do, someone: Someone, member: Someone, on: date = TODAY) -> progress.Standing:
    assert member.registration is not None
    found: progress.Standing = do(
        progress.readiness_of, someone.actor, member.registration.id, on=on
    )
    return found


def checks(found: progress.Standing) -> dict[str, str]:
    return {c.code: c.state.value for c in found.readiness.checks}


def test_years_sum_what_was_recognised_and_judge_it_by_the_day(do: Do, member: Someone):
    for day in (6, 7, 8):
        log(do, member, replace(TRAINING, ended_on=date(2026, 4, day)))
    log(do, member, replace(TRAINING, ended_on=date(2023, 4, 6)))

    found = standing(do, member, member)

    assert [(y.recognised, y.verdict.value) for y in found.years] == [
        (1000, "short"),
        (0, "short"),
        (0, "short"),
        (3000, "behind"),
        (0, "ahead"),
    ]
    assert found.current is not None
    assert found.current.index == 4
    assert checks(found)["years_met"] == "blocker"


def test_asking_for_another_day_moves_only_today(do: Do, member: Someone):
    for day in range(6, 12):
        log(do, member, replace(TRAINING, ended_on=date(2026, 4, day)))

    before = standing(do, member, member, on=date(2023, 6, 1))

    assert [y.verdict.value for y in before.years] == ["behind", "ahead", "ahead", "ahead", "ahead"]
    assert before.years[3].recognised == 6000
    assert checks(before)["years_met"] == "warning"


def test_a_society_s_dated_requirement_holds_from_the_first_year_that_begins_in_it(
    do: Do, store: Store, member: Someone
):
    assert member.society is not None
    store.add(Requirement(society_id=member.society.id, in_force_on=date(2025, 1, 1), hours=4000))

    assert [y.required for y in standing(do, member, member).years] == [
        5000, 5000, 4000, 4000, 4000,
    ]  # fmt: skip


def test_calendar_years_give_six_rows_with_part_years(do: Do, store: Store, society: Any):
    society = builders.a_society(store, year_kind="calendar")
    person = builders.a_person(store)
    registration = builders.a_registration(store, person, society)
    someone = Someone(person, society, registration)
    log(do, someone, replace(TRAINING, ended_on=date(2026, 12, 31) - (date(2026, 12, 31) - TODAY)))

    years = standing(do, someone, someone).years

    assert [y.index for y in years] == [1, 2, 3, 4, 5, 6]
    assert years[0].starts_on == date(2023, 3, 1)
    assert years[0].required == 4200  # 50 × 306 ÷ 365 = 41.9, up
    assert years[3].recognised == 1000


def test_evidence_and_membership_are_named(do: Do, member: Someone):
    log(do, member, TRAINING)

    found = checks(standing(do, member, member))

    assert found["evidence"] == "warning"
    assert found["society_membership"] == "warning"
    assert found["summary"] == "warning"


def test_a_barred_person_is_blocked(do: Do, store: Store, member: Someone):
    with store.session() as session:
        session.get_one(Person, member.id).barred_on = date(2026, 1, 1)

    assert checks(standing(do, member, member))["certificate"] == "blocker"


def test_other_is_waiting_for_a_ruling(do: Do, member: Someone):
    other = NewActivity("other", "科普讲解", None, date(2026, 4, 6), {"hours_asked": 6})
    log(do, member, other)

    found = standing(do, member, member)

    assert found.records[0].waiting_ruling
    assert (found.years[3].claimed, found.years[3].recognised) == (600, 0)
    assert checks(found)["rulings"] == "warning"


def test_staff_see_the_same_figures_and_strangers_nothing(
    do: Do, member: Someone, auditor: Someone, stranger: Someone, federation: Someone
):
    log(do, member, TRAINING)

    mine, theirs = standing(do, member, member), standing(do, auditor, member)
    assert mine.years == theirs.years
    assert mine.readiness == theirs.readiness
    for someone in (stranger, federation):
        with pytest.raises(NotFound):
            standing(do, someone, member)


def test_a_late_entry_is_marked_but_counts(do: Do, member: Someone):
    log(do, member, replace(TRAINING, ended_on=date(2023, 4, 6)))

    record = standing(do, member, member).records[0]

    assert record.marks == ("late_entry",)
    assert record.recognised == 1000


def test_the_number_of_statements_does_not_grow_with_the_records(
    app: Flask, do: Do, member: Someone
):
    def statements() -> int:
        seen: list[str] = []
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        standing(do, member, member)
        return len(seen)

    log(do, member, TRAINING)
    few = statements()
    for day in range(7, 27):
        log(do, member, replace(TRAINING, ended_on=date(2026, 4, day)))

    assert statements() == few
