"""Records written from several places at the same moment: once, in full, nobody in a circle."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Activity, Credit, Society
from cpd_app.usecases import activities
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
Do = Callable[..., Any]
KEY = "0b5f3a52-58a4-4a3e-9d8f-4f2d8cf9a001"
TRAINING = NewActivity("training", "继电保护培训", None, date(2024, 5, 6), {"minutes": 120})
PAPER = NewActivity("paper", "论文", None, date(2024, 5, 6), {"tier": "core", "rank": 1})


@pytest.fixture
def log(do: Do, member: Someone) -> Callable[..., Activity]:
    """A record of the member's, logged as usual."""

    def call(new: NewActivity) -> Activity:
        made: Activity = do(
            activities.log_activity, member.actor, new, now=NOW, today=TODAY
        ).activity
        return made

    return call


def test_eight_phones_with_one_key_make_one_record(at_once: Do, store: Store, member: Someone):
    new = replace(TRAINING, key=KEY)

    def send() -> bool:
        return activities.log_activity(member.actor, new, now=NOW, today=TODAY).created

    assert at_once(*[send] * 8).count(True) == 1
    assert store.count(Activity) == 1


def test_of_corrections_at_the_same_moment_one_is_kept(
    at_once: Do, store: Store, log: Do, member: Someone
):
    record = log(TRAINING)

    def correct(title: str) -> str:
        new = replace(TRAINING, title=title)
        activities.correct_activity(member.actor, record.id, new, version=1, now=NOW, today=TODAY)
        return "saved"

    outcomes = at_once(*[partial(correct, f"第 {n} 台设备") for n in range(4)])

    assert sorted(outcomes) == [*["changed_meanwhile"] * 3, "saved"]
    assert store.get(Activity, record.id).version == 2


def test_records_of_several_registrations_never_wait_in_a_circle(
    at_once: Do, store: Store, log: Do, member: Someone, other_society: Society
):
    # The second registration ends first, so that it is the one whose refusals are the member's.
    term = {"starts_on": date(2022, 3, 1), "ends_on": date(2027, 3, 1)}
    builders.a_registration(store, member.person, other_society, term=term)
    records = [log(replace(TRAINING, title=f"第 {n} 条")) for n in range(4)]
    longer = replace(TRAINING, fields={"minutes": 180})

    def change(number: int, record_id: int) -> int:
        if number % 2:
            activities.withdraw_activity(member.actor, record_id, now=NOW)
        else:
            activities.correct_activity(
                member.actor, record_id, longer, version=1, now=NOW, today=TODAY
            )
        return record_id

    done = at_once(*[partial(change, n, record.id) for n, record in enumerate(records)])

    assert sorted(done) == [record.id for record in records]


def test_hours_written_at_the_same_time_never_exceed_the_cap(
    at_once: Do, store: Store, member: Someone
):
    def send(day: int) -> None:
        new = replace(PAPER, ended_on=date(2024, 4, day))
        activities.log_activity(member.actor, new, now=NOW, today=TODAY)

    at_once(*[partial(send, day) for day in range(1, 5)])

    assert sorted(c.recognised for c in store.all(select(Credit))) == [0, 0, 900, 1600]
