"""The organiser's roster in the browser: walk-ins, a list from a file, decisions, one entry."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import Event, RosterEntry, Society
from tests.support import builders
from tests.support.page import Browser, Page
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An event of the organiser that is open now."""
    return builders.an_event(store, organiser.person, society, capacity=3)


def send(browser: Browser, event: Event, text: str, *, status: int = 200) -> Page:
    """Choose a file on the roster's page and send it."""
    page = browser.get("roster.index", event_id=event.id)
    file = (io.BytesIO(text.encode()), "名单.csv")
    return browser.submit(page, "form[action$='/import']", status=status, file=file)


def entries(store: Store, event: Event) -> dict[str, RosterEntry]:
    rows = store.all(select(RosterEntry).where(RosterEntry.event_id == event.id))
    return {row.name: row for row in rows}


def test_the_roster_shows_name_unit_and_number_and_no_phone(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone
):
    assert member.registration
    number = member.registration.number
    builders.an_entry(store, event, member.person, number=number)
    builders.an_entry(store, event, phone="+8613900001111")

    listed = as_(organiser).get("roster.index", event_id=event.id)
    pending = as_(organiser).get("roster.index", event_id=event.id, show="pending")

    assert listed.heading == "名单 1 人，1 人待定"
    assert "张会员" in listed.text
    assert number in listed.text
    assert "没有账号，自报身份" in pending.text
    assert "13900001111" not in str(pending.soup)


def test_the_roster_is_searched(as_: As, store: Store, event: Event, organiser: Someone):
    for name in ("王一", "王二", "李三"):
        builders.an_entry(store, event, name=name, state="listed")

    page = as_(organiser).get("roster.index", event_id=event.id, q="王")

    assert page.heading == "名单 2 人"
    assert "李三" not in page.text


def test_a_walk_in_is_taken_down(as_: As, store: Store, event: Event, organiser: Someone):
    browser = as_(organiser)
    page = browser.get("roster.index", event_id=event.id)

    answer = browser.submit(
        page, f"form[action='/events/{event.id}/roster']", name="吴来宾", phone="139 0000 1111"
    )

    assert "已登记吴来宾为来宾" in browser.follow(answer).text
    entry = entries(store, event)["吴来宾"]
    assert (entry.source, entry.state, entry.phone) == ("walk_in", "listed", "+8613900001111")


def test_a_walk_in_without_a_phone_that_works_is_said(
    as_: As, store: Store, event: Event, organiser: Someone
):
    browser = as_(organiser)
    page = browser.get("roster.index", event_id=event.id)

    answer = browser.submit(
        page, f"form[action='/events/{event.id}/roster']", status=422, name="吴来宾", phone="12"
    )

    assert "手机号的写法不对" in answer.text
    assert answer.find("#field-name")["value"] == "吴来宾"
    assert entries(store, event) == {}


def test_a_list_is_shown_before_anything_is_kept_and_added_when_confirmed(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone
):
    assert member.registration
    browser = as_(organiser)
    text = (
        "姓名,注册编号,手机号,工作单位,备注\n"
        f"张会员,{member.registration.number},,,甲\n"
        f"赵冒名,{member.registration.number},,,\n"
        "王来宾,,13900001111,某单位,\n"
        "王来宾,,13900001111,某单位,\n"
        ",,13900002222,,\n"
    )

    preview = send(browser, event, text)
    assert preview.heading == "可以登记 3 人"
    said = preview.text
    for words in ("会员 1 人", "来宾 2 人", "1 行有误", "先按来宾登记", "与第 4 行是同一个人"):
        assert words in said
    assert "备注" in said
    assert "姓名：请填写" in said
    assert entries(store, event) == {}

    answer = browser.submit(preview, "form[action$='/confirm']")

    assert "已登记 3 人" in browser.follow(answer).text
    kept = entries(store, event)
    assert {name: row.person_id for name, row in kept.items()} == {
        "张会员": member.id, "赵冒名": None, "王来宾": None,
    }  # fmt: skip
    assert "可以登记 0 人" in send(browser, event, text).heading, "all are on it now"


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "请选择一个 CSV 或 XLSX 文件"), ("编号\n1\n", "缺少这些列：name")],
)
def test_a_file_that_is_no_list_is_refused(
    as_: As, event: Event, organiser: Someone, text: str, words: str
):
    browser = as_(organiser)
    if text:
        assert words in send(browser, event, text, status=422).text
    else:
        page = browser.post("roster.preview", event_id=event.id, status=422)
        assert words in page.text


@pytest.mark.parametrize("people", ["", "[[1]]", '[["名","","","","多"]]', "{}x"])
def test_a_forged_confirmation_is_refused(
    as_: As, store: Store, event: Event, organiser: Someone, people: str
):
    as_(organiser).post("roster.confirm", {"people": people}, event_id=event.id, status=422)

    assert entries(store, event) == {}


def test_those_who_wait_are_let_in_or_not(as_: As, store: Store, event: Event, organiser: Someone):
    browser = as_(organiser)
    one, other = (builders.an_entry(store, event, name=name) for name in ("甲", "乙"))
    page = browser.get("roster.index", event_id=event.id, show="pending")
    form = "form[action$='/decisions']"

    browser.submit(page, form, entry=[str(one.id)], decision="accept")
    silent = browser.submit(page, form, entry=[str(other.id)], decision="decline")
    assert "请写明理由" in browser.follow(silent).text
    answer = browser.submit(page, form, entry=[str(other.id)], decision="decline", reason="已满")

    assert "1 人没有通过" in browser.follow(answer).text
    assert {n: e.state for n, e in entries(store, event).items()} == {
        "甲": "listed", "乙": "declined",
    }  # fmt: skip
    assert "已满" in browser.get("roster.show", event_id=event.id, entry_id=other.id).text


def test_whoever_was_declined_reads_why(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone
):
    entry = builders.an_entry(store, event, member.person, state="pending")
    browser = as_(organiser)
    page = browser.get("roster.show", event_id=event.id, entry_id=entry.id)

    answer = browser.submit(page, "details form", decision="decline", reason="只对本专业开放")

    assert "只对本专业开放" in browser.follow(answer).text
    assert "只对本专业开放" in as_(member).get("annual_plan.show", event_id=event.id).text


def test_deciding_about_nobody_says_so(as_: As, event: Event, organiser: Someone):
    browser = as_(organiser)

    answer = browser.post("roster.decide", {"decision": "accept"}, event_id=event.id)

    assert "请先选人" in browser.follow(answer).text


def test_an_entry_is_excused_removed_and_let_in_again(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone
):
    browser = as_(organiser)
    entry = builders.an_entry(store, event, member.person)

    def page() -> Page:
        return browser.get("roster.show", event_id=event.id, entry_id=entry.id)

    browser.submit(page(), "form[action$='/excuse']")
    assert store.get(RosterEntry, entry.id).excused
    browser.submit(page(), "form[action$='/excuse']")
    assert not store.get(RosterEntry, entry.id).excused
    browser.submit(page(), "form[action$='/removal']")
    assert store.get(RosterEntry, entry.id).state == "cancelled"
    browser.submit(page(), "form[action$='/decisions']")
    assert store.get(RosterEntry, entry.id).state == "listed"


def test_a_guest_is_corrected_and_found_a_member(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone
):
    assert member.registration
    browser = as_(organiser)
    guest = builders.an_entry(store, event, name="张汇员")
    page = browser.get("roster.show", event_id=event.id, entry_id=guest.id)

    answer = browser.submit(page, "aside form", name="张会员", number=member.registration.number)

    assert "已找到这位会员" in browser.follow(answer).text
    assert store.get(RosterEntry, guest.id).person_id == member.id


def test_a_settled_roster_is_read_only(
    as_: As, store: Store, organiser: Someone, society: Society, member: Someone
):
    event = builders.an_event(store, organiser.person, society, state="settled")
    entry = builders.an_entry(store, event, member.person)
    browser = as_(organiser)

    page = browser.get("roster.index", event_id=event.id)
    shown = browser.get("roster.show", event_id=event.id, entry_id=entry.id)

    assert "名单已定" in page.text
    assert not page.all("form[action$='/import']")
    assert not shown.all("main form")


def test_staff_read_it_and_only_who_runs_it_changes_it(
    as_: As, store: Store, event: Event, auditor: Someone, stranger: Someone, member: Someone
):
    builders.an_entry(store, event, member.person)

    page = as_(auditor).get("roster.index", event_id=event.id)
    assert not page.all("form[action$='/import']")
    as_(auditor).post("roster.add", {"name": "来宾"}, event_id=event.id, status=403)
    as_(stranger).get("roster.index", event_id=event.id, status=404)
    as_(member).get("roster.index", event_id=event.id, status=404)


def test_the_export_opens_in_a_spreadsheet_and_calculates_nothing(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone
):
    builders.an_entry(store, event, member.person, unit="=cmd()")
    came = builders.an_entry(store, event, name="来过", state="listed")
    builders.a_scan(store, came, event.sessions[0])

    answer = as_(organiser).post("roster.export", event_id=event.id, status=200)

    lines = answer.response.get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("姓名,单位,注册编号")
    assert any("'=cmd()" in line for line in lines)
    assert any(line.startswith("来过") and line.endswith(",是") for line in lines)


def test_the_template_names_the_columns(as_: As, event: Event, organiser: Someone):
    answer = as_(organiser).fetch("roster.template", event_id=event.id)

    sheet = load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["name", "number", "phone", "unit"]


def test_a_list_of_thousands_goes_through(as_: As, store: Store, event: Event, organiser: Someone):
    browser = as_(organiser)
    rows = "\n".join(f"来宾{n},,,示范电力设计院第{n}分院" for n in range(3000))

    preview = send(browser, event, "姓名,注册编号,手机号,工作单位\n" + rows)
    browser.submit(preview, "form[action$='/confirm']")

    assert store.count(RosterEntry, RosterEntry.event_id == event.id) == 3000


def test_a_page_of_the_past_is_still_there(
    as_: As, store: Store, organiser: Someone, society: Society
):
    around = clock.now() - timedelta(days=30)
    event = builders.an_event(store, organiser.person, society, around=around, state="closed")
    over: dict[str, Any] = {"state": "listed"}
    for number in range(60):
        builders.an_entry(store, event, name=f"甲{number:02}", **over)

    page = as_(organiser).get("roster.index", event_id=event.id, page=2)

    assert "甲59" in page.text
