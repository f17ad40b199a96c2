"""The organiser's studio in a browser: plan, agenda, submission, approval, and who may not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.models import Event, EventSession, Speaker
from tests.support import builders
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[..., Any]
NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
FORM = {
    "title": "柔性直流研讨会",
    "level": "national",
    "starts_on": "2026-12-01",
    "ends_on": "2026-12-02",
    "starts_time": "09:00",
    "ends_time": "17:00",
    "pause_from": "12:00",
    "pause_to": "13:30",
    "place": "北京",
    "venue": "示范会议中心一号厅",
}


def planned(browser: Browser, **changes: str) -> int:
    """An event made by the form; its number."""
    page = browser.get("/events/new/conference")
    done = browser.submit(page, **{**FORM, **changes})
    found = re.search(r"/events/(\d+)/studio", done.response.headers["Location"])
    assert found
    return int(found[1])


def test_an_event_of_two_days_has_a_session_a_day_less_the_break(
    as_: As, organiser: Someone, store: Store
):
    browser = as_(organiser)

    event_id = planned(browser)

    page = browser.get(f"/events/{event_id}/studio")
    assert page.heading == "可以提交，最多 12.0 学时"
    assert "480 − 90 = 390" in page.text
    sessions = store.all(select(EventSession).where(EventSession.event_id == event_id))
    assert [s.title for s in sessions] == ["第 1 天", "第 2 天"]
    assert sessions[0].starts_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def test_a_refused_form_loses_nothing(as_: As, organiser: Someone):
    browser = as_(organiser)
    page = browser.get("/events/new/conference")

    refused = browser.submit(page, status=422, **{**FORM, "title": "", "ends_on": "2026-11-01"})

    assert refused.find("#field-venue")["value"] == "示范会议中心一号厅"
    assert "活动名称" in text_of(refused.find(".error-summary"))
    again = browser.submit(refused, status=422, title="柔性直流研讨会")
    assert "结束早于开始" in text_of(again.find(".error-summary"))
