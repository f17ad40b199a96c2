"""The annual plan: who sees which event, what it would bring them, what would close the gap."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import NotFound
from cpd_app.models import Event, Field, Society
from cpd_app.usecases import annual_plan
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.annual_plan import PlanFilter
from cpd_app.usecases.progress import Standing, readiness_of
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def plan(store: Store, organiser: Someone) -> Callable[..., Event]:
    """Make an approved event of four hours in a week, of any society."""

    def make(society: Society | None, **over: Any) -> Event:
        over = {"state": "approved", "around": NOW + timedelta(days=7), **over}
        return builders.an_event(store, organiser.person, society, **over)

    return make


def standing_of(do: Do, someone: Someone) -> Standing:
    assert someone.registration
    standing: Standing = do(readiness_of, someone.actor, someone.registration.id, on=TODAY)
    return standing


def titles(do: Do, someone: Someone, **wanted: Any) -> list[str]:
    standing = standing_of(do, someone) if someone.registration else None
    found = do(annual_plan.plan_for, someone.actor, PlanFilter(**wanted), standing, now=NOW)
    assert found.total == len(found.events)
    return [planned.event.title for planned in found.events]


def test_members_see_what_is_for_them(
    do: Do,
    store: Store,
    plan: Callable[..., Event],
    society: Society,
    other_society: Society,
    member: Someone,
    stranger: Someone,
    organiser: Someone,
):
    plan(society, title="本会")
    plan(society, title="草案", state="draft", approved_at=None)
    plan(society, title="取消", state="cancelled")
    plan(other_society, title="外地")
    plan(other_society, title="各会", open_to="societies")
    plan(other_society, title="公开", open_to="public")
    plan(None, title="联合体")
    listed = plan(other_society, title="名单", open_to="list")
    builders.an_entry(store, listed, member.person)

    assert set(titles(do, member)) == {"本会", "各会", "公开", "联合体", "名单"}
    assert set(titles(do, stranger)) == {"外地", "各会", "公开", "联合体"}
    assert titles(do, organiser) == ["公开"], "without a registration only what is for anybody"


def test_what_is_mine_and_what_is_over(
    do: Do, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    for title, days, state, entry in (
        ("报了名", 7, "approved", "listed"),
        ("候补", 8, "approved", "waiting"),
        ("取消了", 9, "approved", "cancelled"),
        ("活动取消", 10, "cancelled", "listed"),
        ("参加过", -7, "settled", "listed"),
    ):
        event = plan(society, title=title, around=NOW + timedelta(days=days), state=state)
        builders.an_entry(store, event, member.person, state=entry)

    assert titles(do, member, tab="mine") == ["报了名", "候补", "活动取消"]
    assert titles(do, member, tab="past") == ["参加过"]
    assert titles(do, member) == ["报了名", "候补", "取消了"]


def test_the_plan_is_filtered_by_field_place_and_society(
    do: Do,
    store: Store,
    plan: Callable[..., Event],
    society: Society,
    other_society: Society,
    member: Someone,
):
    field = store.one(select(Field).where(Field.parent_id.is_(None)).order_by(Field.id).limit(1))
    plan(society, title="京", field_id=field.id)
    plan(other_society, title="沪", place="上海", open_to="public")
    plan(society, title="别的", field_id=builders.a_field(store, name="别的领域").id)

    assert set(titles(do, member, field=field.code)) == {"京", "沪"}, "for all fields counts too"
    assert titles(do, member, place="上海") == ["沪"]
    assert titles(do, member, society=other_society.code) == ["沪"]
    found = do(annual_plan.plan_for, member.actor, PlanFilter(), None, now=NOW)
    assert found.places == ("上海", "北京")
    assert [c.code for c in found.societies] == [society.code, other_society.code]
    assert len(found.fields) == 2


def test_an_event_says_what_it_would_bring_by_the_members_own_table(
    do: Do, plan: Callable[..., Event], society: Society, member: Someone
):
    plan(society)

    found = do(annual_plan.plan_for, member.actor, PlanFilter(), standing_of(do, member), now=NOW)

    prospect = found.events[0].prospect
    assert prospect
    assert (prospect.hours, prospect.gain, prospect.year_index) == (500, 500, 4)  # 240 ÷ 45 = 5.33


def test_a_year_cap_leaves_less_of_an_event(
    do: Do, plan: Callable[..., Event], society: Society, member: Someone
):
    """In-house training: 20 学时 a year; twice 8.0 are there."""
    for day, minutes in ((5, 450), (6, 390)):
        new = NewActivity("inhouse", "内训", None, date(2026, 5, day), {"minutes": minutes})
        do(log_activity, member.actor, new, now=NOW, today=TODAY)
    plan(society, kind="inhouse", fields={})

    found = do(annual_plan.plan_for, member.actor, PlanFilter(), standing_of(do, member), now=NOW)

    prospect = found.events[0].prospect
    assert prospect
    assert (prospect.hours, prospect.gain) == (500, 400)


def test_events_of_next_year_do_not_close_this_years_gap(
    do: Do, plan: Callable[..., Event], society: Society, member: Someone
):
    plan(society, title="今年")
    plan(society, title="明年", around=datetime(2027, 4, 1, 1, 0, tzinfo=UTC))

    assert titles(do, member, gap=True) == ["今年"]


def test_home_names_as_many_as_close_the_gap(
    do: Do, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    """47.5 学时 are there, 2.5 are missing: one event of 5.0 is enough."""
    for month in range(3, 9):
        minutes = 360 if month > 3 else 340
        new = NewActivity("training", "培训", None, date(2026, month, 9), {"minutes": minutes})
        do(log_activity, member.actor, new, now=NOW, today=TODAY)
    full = plan(society, title="满了", capacity=1)
    builders.an_entry(store, full, builders.a_person(store))
    plan(society, title="后面", around=NOW + timedelta(days=9))
    plan(society, title="前面", around=NOW + timedelta(days=8))

    chosen = do(annual_plan.closing_the_gap, member.actor, standing_of(do, member), now=NOW)

    assert [planned.event.title for planned in chosen] == ["前面"]


def test_home_names_nothing_when_nothing_is_missing(
    do: Do, plan: Callable[..., Event], society: Society, member: Someone
):
    for month in range(3, 11):
        new = NewActivity("training", "培训", None, date(2026, month, 9), {"minutes": 440})
        do(log_activity, member.actor, new, now=NOW, today=TODAY)
    plan(society)

    assert do(annual_plan.closing_the_gap, member.actor, standing_of(do, member), now=NOW) == []


def test_the_page_of_an_event_knows_place_year_and_whether_one_may_come(
    do: Do, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    event = plan(society, capacity=3)
    builders.an_entry(store, event, member.person)

    standing = standing_of(do, member)
    page = do(annual_plan.event_page_of, member.actor, event.id, standing, now=NOW)

    assert page.planned.entry
    assert page.year
    assert (page.planned.left, page.year.index, page.coming) == (2, 4, True)


def test_an_event_for_others_is_not_there(
    do: Do, plan: Callable[..., Event], society: Society, stranger: Someone
):
    event = plan(society)

    with pytest.raises(NotFound):
        do(annual_plan.event_page_of, stranger.actor, event.id, None, now=NOW)
