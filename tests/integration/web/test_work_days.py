"""工作日历 at the desk: see whom a notice moves, then enter it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

from cpd_app.models import CalendarYear
from cpd_app.usecases import deadlines, work_calendar
from cpd_app.usecases.deadlines import DeadlineKind
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
As = Callable[[Someone], Browser]
DAYS = "2027-02-05～2027-02-12 休 春节\n2027-01-30 班 春节"
FORM = {"year": "2027", "source": "国办发明电〔2026〕示范号", "days": DAYS}


@pytest.fixture(autouse=True)
def calendar(do: Do, at: Callable[[str], None], member: Someone) -> None:
    """The released years, and one deadline over the Spring Festival."""
    at("2026-11-20 10:00")
    assert member.society
    assert member.registration
    do(work_calendar.load_calendar, now=datetime(2026, 11, 20, tzinfo=UTC))
    do(
        deadlines.set_deadline, DeadlineKind.RETURN, 1,
        delivered_on=date(2027, 1, 29), work_days=10, society_id=member.society.id,
        registration_id=member.registration.id, person_id=member.id,
    )  # fmt: skip


def test_the_page_says_what_is_missing(as_: As, registrar: Someone):
    page = as_(registrar).get("work_days.index")

    assert "2027 年的安排还没有录入" in page.find("h1").text
    assert "2026" in page.text


def test_whose_deadline_moves_is_shown_before_it_is_entered(
    as_: As, registrar: Someone, member: Someone, store: Store
):
    browser = as_(registrar)
    preview = browser.post("work_days.notice", {**FORM, "act": "preview"}, status=200)

    assert member.person.name in preview.text
    assert "2027年2月19日" in preview.text
    assert store.count(CalendarYear, CalendarYear.year == 2027) == 0

    browser.post("work_days.notice", {**FORM, "act": "enter"})

    assert store.get(CalendarYear, 2027).source == FORM["source"]


def test_a_file_takes_the_place_of_the_text(as_: As, registrar: Someone):
    file = (BytesIO("2027-02-05～2027-02-12,休,春节".encode("gb18030")), "2027.csv")

    page = as_(registrar).post("work_days.notice", {**FORM, "days": "", "file": file}, status=200)

    assert "休 8 天" in page.text


def test_a_slip_keeps_what_was_typed(as_: As, registrar: Someone):
    page = as_(registrar).post("work_days.notice", {**FORM, "days": DAYS + "\n不知道"}, status=422)

    assert "第 3 行没有看懂" in page.text
    assert "不知道" in page.text


def test_an_auditor_does_not_enter_it(as_: As, auditor: Someone):
    as_(auditor).get("work_days.notice", status=403)


def test_only_who_enters_the_days_has_them_in_the_navigation(
    as_: As, registrar: Someone, auditor: Someone
):
    link = 'href="/staff/work-days"'

    assert link in str(as_(registrar).get("staff.overview").soup)
    assert link not in str(as_(auditor).get("staff.overview").soup)
