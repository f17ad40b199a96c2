"""The list of records: by year and month, found by words and by chips."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cpd_app import clock
from cpd_app.models import Activity
from cpd_app.usecases import activities
from cpd_app.usecases.activity_input import ActivityState, NewActivity
from tests.support.page import Browser, text_of
from tests.support.people import Someone

As = Callable[[Someone], Browser]
Log = Callable[..., Activity]

TRAINING = NewActivity("training", "继电保护培训", None, date(2026, 5, 6), {"minutes": 120})


@pytest.fixture(autouse=True)
def _today(at: Callable[[str], Any]) -> None:
    at("2026-10-22 12:00")


@pytest.fixture
def log(do: Callable[..., Any], member: Someone) -> Log:
    """Keep a record of the member."""

    def call(new: NewActivity = TRAINING, **options: Any) -> Activity:
        now, today = clock.now(), clock.today()
        made = do(activities.log_activity, member.actor, new, now=now, today=today, **options)
        kept: Activity = made.activity
        return kept

    return call


def test_the_list_stands_by_year_and_month(as_: As, member: Someone, log: Log):
    log()
    log(NewActivity("training", "去年的", None, date(2025, 5, 6), {"minutes": 45}))
    browser = as_(member)
    page = browser.get("activities.index")
    assert "第 4 年：2.5 / 50.0 学时，1 条" in text_of(page.find(".topbar__sub"))
    assert [text_of(h) for h in page.all(".group h2")] == ["5月"]
    past = browser.get("activities.index", year=3)
    assert [text_of(t) for t in past.all(".list-row__title")] == ["去年的"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "培训 继电"}, ["继电保护培训"]),
        ({"kind": "self_study"}, ["读标准"]),
        ({"year": "all", "show": "missing"}, ["继电保护培训", "读标准"]),
        ({"year": "all", "show": "waiting"}, ["预案"]),
        ({"show": "draft"}, ["未命名"]),
        ({"assurance": "A"}, []),
        ({"year": "no year", "page": "-1", "show": "nothing"}, []),
    ],
)
def test_search_and_chips_find_records(
    as_: As, member: Someone, log: Log, asked: dict[str, Any], found: list[str]
):
    log()
    log(NewActivity("self_study", "读标准", None, date(2026, 4, 6), {"minutes": 100}))
    log(NewActivity("other", "预案", None, date(2026, 4, 1), {"hours_asked": 4}))
    log(NewActivity("training", "", None, date(2026, 4, 1)), state=ActivityState.DRAFT)
    page = as_(member).get("activities.index", **asked)
    titles = [text_of(t) for t in page.all(".list-row__title")]
    if asked.get("show") == "missing":
        titles = [t for t in titles if t != "预案"]
    assert titles == found


def test_many_records_come_in_pages(as_: As, member: Someone, log: Log):
    for number in range(103):
        log(NewActivity("training", f"第 {number} 次", None, date(2026, 5, 6), {"minutes": 45}))
    browser = as_(member)
    first = browser.get("activities.index", year="all")
    second = browser.get("activities.index", year="all", page=2)
    assert [len(p.all(".list-row")) for p in (first, second)] == [100, 3]
    assert first.has("a[rel=next]")
    assert second.has("a[rel=prev]")
