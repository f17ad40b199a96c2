"""Home, 续期体检 and how the hours add up, in every state a registration can be in."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, update

from cpd_app import clock
from cpd_app.models import Person, Requirement, Society, SocietyMembership, Term
from cpd_app.usecases import activities
from cpd_app.usecases.activity_input import ActivityState, NewActivity
from tests.support import builders
from tests.support.page import Browser, Page, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
At = Callable[[str], Any]
Log = Callable[..., None]

#: a member of tests holds a certificate from 1 March 2023 to 29 February 2028
IN_YEAR = {1: date(2023, 6, 1), 2: date(2024, 6, 1), 3: date(2025, 6, 1), 4: date(2026, 6, 1)}


@pytest.fixture(autouse=True)
def _today(at: At) -> None:
    at("2026-10-22 12:00")


@pytest.fixture
def log(do: Do, member: Someone) -> Log:
    """Log so many hours in a year, six a day."""

    def call(year: int, hours: int, **options: Any) -> None:
        for number in range(0, hours, 10):
            day = IN_YEAR[year].replace(day=1 + number // 10)
            new = NewActivity("training", f"培训 {number}", None, day, {"minutes": 450})
            now, today = clock.now(), clock.today()
            do(activities.log_activity, member.actor, new, now=now, today=today, **options)

    return call


def words(page: Page, selector: str = "main") -> str:
    return text_of(page.find(selector))


def test_home_opens_with_what_is_missing_and_until_when(as_: As, member: Someone, log: Log):
    log(4, 40)
    page = as_(member).get("progress.home")
    assert page.heading == "第 4 年，进度正常"
    assert words(page, ".ring__number") == "10.0"
    assert "还有 129 天" in words(page, ".ring")
    label = str(page.find(".ring svg")["aria-label"])
    assert "已计 40.0 学时，要求 50.0，还差 10.0" in label
    assert [text_of(f) for f in page.all(".legend__figure")] == ["40.0 / 50.0", "0.0", "32.2"]
    assert {"/activities/new", "/how-it-adds-up", "/readiness"} <= page.links()
    assert "系统折算（默认表，非官方），以学会认定为准" in words(page)


@pytest.mark.parametrize(
    ("hours", "heading", "number"),
    [(50, "第 4 年，已达标", "50.0"), (10, "第 4 年，进度落后", "40.0")],
)
def test_home_says_how_the_year_stands(
    as_: As, member: Someone, log: Log, hours: int, heading: str, number: str
):
    log(4, hours)
    page = as_(member).get("progress.home")
    assert (page.heading, words(page, ".ring__number")) == (heading, number)


def test_a_year_without_requirement_is_waived(as_: As, member: Someone, store: Store):
    assert member.society is not None
    store.add(Requirement(society_id=member.society.id, in_force_on=date(2026, 1, 1), hours=0))
    assert as_(member).get("progress.home").heading == "第 4 年，已减免"


def test_a_certificate_that_begins_later_and_one_that_is_over(
    as_: As, member: Someone, log: Log, store: Store
):
    log(4, 10)
    for first, heading in ((2027, "证书2027年1月1日起生效"), (2020, "证书已到期")):
        term = {"starts_on": date(first, 1, 1), "ends_on": date(first + 5, 1, 1)}
        store.run(update(Term).values(**term))
        page = as_(member).get("progress.home")
        assert page.heading == heading
        assert not page.has(".ring")
        assert len(page.all(".year-strip__column")) == 5


def test_the_strip_leads_to_each_years_records(as_: As, member: Someone, log: Log):
    log(3, 50)
    page = as_(member).get("progress.home")
    columns = [text_of(c) for c in page.all(".year-strip__column")]
    assert columns == [
        "0.0 未达标 第 1 年",
        "0.0 未达标 第 2 年",
        "50.0 达标 第 3 年",
        "0.0 落后 第 4 年",
        "– 未开始 第 5 年",
    ]
    assert str(page.all("a.year-strip__column")[2]["href"]).endswith("year=3")


def test_on_a_first_visit_with_an_old_term_home_opens_with_backfill(
    as_: As, member: Someone, log: Log
):
    page = as_(member).get("progress.home")
    assert "先把前几年的活动补进来" in words(page, ".first-visit")
    assert page.find(".first-visit .btn--primary")["href"] == "/backfill"
    assert len(page.all("main .btn--primary")) == 1
    log(4, 10)
    assert not as_(member).get("progress.home").has(".first-visit")


def test_last_entries_drafts_and_proposals_are_shown(as_: As, member: Someone, log: Log):
    log(4, 40)
    log(3, 10, state=ActivityState.PROPOSED)
    log(3, 20, state=ActivityState.DRAFT)
    page = as_(member).get("progress.home")
    assert len(page.all(".rows.card .list-row__figure")) == 3
    assert "1 条记录等您确认" in words(page, ".home-waiting")
    assert "2 份草稿没有填完" in words(page, ".home-waiting")


def test_whoever_has_no_registration_is_told(as_: As, registrar: Someone, store: Store):
    page = as_(Someone(builders.a_person(store))).get("progress.home")
    assert page.heading == "还没有注册"
    page = as_(registrar).get("progress.home")
    assert page.heading == "您没有工程会员注册"
    assert "/staff" in page.links()
    as_(registrar).get("progress.readiness")
    as_(registrar).get("progress.arithmetic")


def test_readiness_names_the_gap_with_its_button(as_: As, member: Someone, log: Log):
    for year in (1, 2, 3, 4):
        log(year, 50)
    page = as_(member).get("progress.readiness")
    assert page.heading == "没有拦路的问题， 还有 4 件事要做"
    checks = [text_of(c) for c in page.all(".check-item h2, .check-item h3")]
    assert "20 条记录缺佐证" in checks
    assert len(page.all(".check-item .btn--primary")) == 1
    assert "其余 5 项正常" in words(page)
    card = words(as_(member).get("progress.home"), ".readiness-card")
    assert "续期体检：4 件事要做" in card


def test_a_short_past_year_has_three_ways_and_is_never_called_lost(
    as_: As, member: Someone, log: Log
):
    log(1, 50)
    log(3, 50)
    log(4, 50)
    page = as_(member).get("progress.readiness")
    assert page.heading.startswith("有 1 个拦路的问题")
    text = words(page)
    assert "今后的活动补不上这一年" in text
    assert "不能修复" not in text
    assert len(page.all(".ways li")) == 3
    assert any("year=2" in str(a["href"]) for a in page.all(".ways a"))
    assert "向学会申请减免" in text


def test_a_membership_that_ends_too_early_is_named(as_: As, member: Someone, store: Store):
    store.run(update(SocietyMembership).values(until_on=date(2027, 6, 30)))
    text = words(as_(member).get("progress.readiness"))
    assert "学会会籍先于证书到期" in text
    assert "2027年9月3日起可提交，证书到2028年2月29日" in text


def test_how_it_adds_up_shows_the_sums_of_home(as_: As, member: Someone, log: Log):
    log(4, 40)
    page = as_(member).get("progress.arithmetic")
    assert "50.0 × 235 ÷ 365 天 = 32.2" in words(page, "#pace")
    assert words(page, "#recognised tbody tr") == "面授培训 4 条 40.0 40.0 0.0"
    assert len(page.all("#years .list-row")) == 5


def test_another_registration_can_be_shown(
    as_: As, member: Someone, store: Store, other_society: Society, stranger: Someone
):
    term = {"starts_on": date(2025, 6, 1), "ends_on": date(2030, 6, 1)}
    second = builders.a_registration(store, member.person, other_society, term=term)
    browser = as_(member)
    page = browser.get("progress.home")
    assert page.heading.startswith("第 4 年")
    changed = browser.submit(page, ".switch-registration", registration_id=second.id)
    assert browser.follow(changed).heading.startswith("第 2 年")
    assert stranger.registration is not None
    data = {"registration_id": stranger.registration.id}
    browser.post("progress.switch", data, status=404)


def test_home_costs_the_same_few_statements_with_many_records(
    as_: As, member: Someone, log: Log, engine: Any
):
    for year in (1, 2, 3, 4):
        log(year, 250)
    browser = as_(member)
    browser.get("progress.home")  # the rule set is compiled once a process
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    browser.get("progress.home")
    event.remove(engine, "before_cursor_execute", note)
    assert len([s for s in statements if not s.startswith("PRAGMA")]) <= 13, statements


def test_the_pages_speak_english(as_: As, member: Someone, store: Store, log: Log):
    log(1, 50)
    log(3, 20)
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"
    browser = as_(member)
    for endpoint in ("progress.home", "progress.readiness", "progress.arithmetic"):
        page = browser.get(endpoint)
        text = words(page).replace("培训", "")
        assert not [c for c in text if "\u4e00" <= c <= "\u9fff"], text
