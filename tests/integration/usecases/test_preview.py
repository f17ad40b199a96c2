"""What is shown while one types is what saving brings: same rules, same year, nothing kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Activity, Credit
from cpd_app.usecases import activities, preview
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
PAPER = NewActivity(
    "paper", "论文", None, date(2026, 4, 1), {"tier": "core", "rank": 1}, achievement_key="10.1/a"
)


@pytest.fixture
def log(do: Do, member: Someone) -> Callable[..., Activity]:
    def call(new: NewActivity) -> Activity:
        made: Activity = do(
            activities.log_activity, member.actor, new, now=NOW, today=TODAY
        ).activity
        return made

    return call


@pytest.fixture
def look(do: Do, member: Someone) -> Callable[..., preview.Preview]:
    def call(new: NewActivity, **options: Any) -> preview.Preview:
        found: preview.Preview = do(preview.preview_of, member.actor, new, today=TODAY, **options)
        return found

    return call


@pytest.mark.parametrize(
    "new",
    [
        replace(PAPER, achievement_key="10.1/b", ended_on=date(2026, 5, 1)),
        replace(PAPER, ended_on=date(2026, 5, 1)),
        replace(PAPER, achievement_key=None, ended_on=date(2026, 3, 2)),
        replace(PAPER, achievement_key=None, ended_on=date(2025, 5, 1)),
        NewActivity("other", "预案", None, date(2026, 5, 1), {"hours_asked": 4}),
        NewActivity("training", "期外", None, date(2020, 5, 1), {"minutes": 90}),
    ],
)
def test_saving_brings_what_was_shown(look: Do, log: Do, store: Store, new: NewActivity):
    log(PAPER)
    shown = look(new)
    credit = store.one(select(Credit).where(Credit.activity_id == log(new).id))
    assert (shown.conversion.hours, shown.recognised) == (credit.conversion, credit.recognised)
    assert [r["code"] for r in shown.reasons] == [r["code"] for r in credit.reasons]
    assert (shown.year.index if shown.year else None) == credit.year_index


def test_a_record_of_the_same_achievement_names_the_other(look: Do, log: Do):
    first = log(PAPER)
    shown = look(replace(PAPER, title="又一次", ended_on=date(2026, 5, 1)))
    assert shown.titles == {first.id: "论文"}
    assert (shown.year.before, shown.year.after, shown.year.missing) == (1600, 1600, 3400)


def test_a_correction_takes_the_place_of_its_record(look: Do, log: Do):
    kept = log(PAPER)
    shown = look(replace(PAPER, fields={"tier": "core", "rank": 2}), activity_id=kept.id)
    assert (shown.recognised, shown.year.before, shown.year.after) == (800, 0, 800)


def test_a_ruling_stands_while_the_record_does(look: Do, log: Do, store: Store):
    new = NewActivity("other", "预案", None, date(2026, 5, 1), {"hours_asked": 4})
    kept = log(new)
    with store.session() as session:
        credit = session.scalars(select(Credit)).one()
        credit.ruled = 300
    assert look(replace(new, title="改名"), activity_id=kept.id).recognised == 300
    assert look(replace(new, fields={"hours_asked": 6}), activity_id=kept.id).recognised == 0


def test_nothing_is_kept(look: Do, store: Store):
    look(PAPER)
    assert store.count(Activity) == 0


def test_refusals_are_those_of_saving(look: Do):
    with pytest.raises(Rejected, match="not_finished_yet"):
        look(replace(PAPER, ended_on=date(2026, 7, 1)))
    with pytest.raises(Rejected, match="missing_field"):
        look(replace(PAPER, fields={}))


def test_only_own_records_are_previewed(do: Do, log: Do, other_member: Someone, store: Store):
    kept = log(PAPER)
    with pytest.raises(NotFound):
        do(preview.preview_of, other_member.actor, PAPER, today=TODAY, activity_id=kept.id)
    nobody = Someone(builders.a_person(store))
    with pytest.raises(Rejected, match="no_registration"):
        do(preview.rules_on, nobody.actor, TODAY)
