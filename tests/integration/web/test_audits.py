"""The audit's pages: queue, workbench, judging by form and by script, who may see what."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import Filing, Judgement, SnapshotRecord
from cpd_app.storage import LocalFiles
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.audit_readers import assign_reader
from tests.support import photos
from tests.support.builders import a_file, a_registration, an_evidence
from tests.support.evidence import NOW
from tests.support.filings import a_filing, a_record
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]


@pytest.fixture
def filing(store: Store, member: Someone) -> Filing:
    """Eight records of eight hours in the first year."""
    assert member.registration
    records = [a_record(content={"title": f"第{n}次培训"}) for n in range(1, 9)]
    return a_filing(store, member.registration, records, years={1: 5000})


@pytest.fixture
def records(store: Store, filing: Filing) -> list[int]:
    """Their ids."""
    return list(
        store.all(
            select(SnapshotRecord.id)
            .where(SnapshotRecord.filing_id == filing.id)
            .order_by(SnapshotRecord.id)
        )
    )


def given_to(do: Do, registrar: Someone, filing: Filing, someone: Someone) -> None:
    today = clock.today()
    do(assign_reader, registrar.actor, filing.id, someone.id, now=clock.now(), today=today)


@pytest.mark.usefixtures("filing")
def test_the_queue_groups_by_deadline_and_assigns_in_one_tap(
    as_: As, auditor: Someone, registrar: Someone
):
    browser = as_(registrar)
    page = browser.get("audits.index")
    assert page.heading == "待审 1 份"
    assert "0/7" in page.text
    browser.submit(page, "main .page-head form")

    mine = as_(auditor).get("audits.index", mine=1)
    assert auditor.person.name in mine.text
    assert mine.has("tbody .row-link")
    assert not as_(auditor).get("audits.index", unassigned=1).has("tbody .row-link")


@pytest.mark.usefixtures("member")
def test_an_empty_queue_says_when_the_next_file_can_come(as_: As, auditor: Someone):
    page = as_(auditor).get("audits.index")

    assert page.heading == "没有待审的档案"
    assert "下一份最早" in page.text


def test_a_reader_judges_by_form_and_comes_to_the_next_record(
    as_: As, do: Do, store: Store, filing: Filing, records: list[int], auditor: Someone,
    registrar: Someone,
):  # fmt: skip
    given_to(do, registrar, filing, auditor)
    browser = as_(auditor)
    page = browser.get("audits.show", filing_id=filing.id, r=records[0])
    assert page.heading == "张会员"
    assert store.get(Filing, filing.id).state == "reading"
    refused = browser.submit(page, "#decide", status=422, verdict="rejected")
    assert "请写明理由" in refused.text
    browser.submit(refused, "#decide", verdict="rejected", reason="不是本人。")
    next_page = browser.get("audits.show", filing_id=filing.id)

    assert store.one(select(Judgement)).reason == "不是本人。"
    assert text_of(next_page.find("tr[aria-selected] .row-link")) == "第2次培训"
    assert text_of(next_page.find(f"#r{records[0]} .state")) == "不认可"


def test_a_script_gets_the_new_totals(
    as_: As, do: Do, filing: Filing, records: list[int], auditor: Someone, registrar: Someone
):
    given_to(do, registrar, filing, auditor)
    browser = as_(auditor)
    path = browser.path("audits.judge", {"filing_id": filing.id, "record_id": records[0]})
    headers = {"X-CSRFToken": browser.csrf(), "Accept": "application/json"}
    answer = browser.client.post(path, data={"verdict": "accepted"}, headers=headers)

    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["done"], told["needed"]) == (1, 7)
    assert told["rows"][str(records[0])]["words"] == "认可"
    assert "已认可 8.0" in told["lines"]["1"][0]
    assert "year-cells" in told["years"]
    undone = browser.client.post(f"/staff/audits/{filing.id}/undo", headers=headers)
    assert undone.get_json()["done"] == 0


def test_the_engine_does_the_arithmetic(
    as_: As, filing: Filing, records: list[int], auditor: Someone
):
    answer = as_(auditor).fetch(
        "audits.hours", filing_id=filing.id, record_id=records[0], minutes=300
    )

    assert answer.get_json()["hours"] == "6.5"
    assert "300" in answer.get_json()["words"]


def test_a_file_of_one_of_ones_own_is_not_in_ones_queue(
    as_: As, store: Store, auditor: Someone, society: Any
):
    registration = a_registration(store, auditor.person, society)
    own = a_filing(store, registration, [a_record()])

    assert as_(auditor).get("audits.index").heading == "没有待审的档案"
    as_(auditor).get("audits.show", filing_id=own.id, status=403)


def test_a_conflict_is_declared_and_the_file_goes_on(
    as_: As, do: Do, filing: Filing, auditor: Someone, registrar: Someone
):
    given_to(do, registrar, filing, auditor)
    browser = as_(auditor)
    page = browser.get("audits.readers.conflict", filing_id=filing.id)
    assert "请写明理由" in browser.submit(page, status=422, words="").text
    browser.submit(page, words="合作过同一项目")

    assert browser.get("audits.show", filing_id=filing.id).has(".decide--closed")


def test_settings_and_reasons_are_the_societys(as_: As, registrar: Someone):
    browser = as_(registrar)
    page = browser.get("audits.readers.index")
    browser.submit(page, "form.surface__part", readers="2", margin="20")
    again = browser.get("audits.readers.index")
    assert again.find("[name=readers]")["value"] == "2"
    browser.submit(again, "form[action$=reasons]", verdict="rejected", text="证书已作废。")

    assert "证书已作废。" in browser.get("audits.readers.index").text


def test_an_expert_sees_the_files_given_to_them_until_their_day_and_nothing_else(
    as_: As, do: Do, store: Store, at: Any, filing: Filing, expert: Someone, registrar: Someone,
    other_member: Someone,
):  # fmt: skip
    other = a_filing(store, other_member.registration, [a_record()])  # type: ignore[arg-type]
    given_to(do, registrar, filing, expert)
    browser = as_(expert)

    assert browser.get("audits.index").has("tbody .row-link")
    browser.get("audits.show", filing_id=filing.id)
    browser.get("audits.show", filing_id=other.id, status=404)
    for path in ("/staff", "/staff/members", "/staff/rulings", "/staff/audits/readers"):
        browser.get(path, status=403)
    at((clock.now() + timedelta(days=31)).isoformat())
    assert not browser.get("audits.index").has("tbody .row-link")
    browser.get("audits.show", filing_id=filing.id, status=404)


def test_a_pdf_is_shown_page_by_page_to_those_who_may_read_the_file(
    app: Flask, as_: As, store: Store, member: Someone, auditor: Someone, expert: Someone
):
    assert member.registration
    data = photos.a_pdf(2, scanned=True)
    digest = LocalFiles(app.config["CPD"].files_dir).put(str(member.id), data)
    paper = a_file(
        store, member.person, name="签到表.pdf", media_type="application/pdf", stored_hash=digest,
        pages=2,
    )  # fmt: skip
    papers = [{"file_id": paper.id, "name": "签到表.pdf", "original_hash": digest}]
    filing = a_filing(store, member.registration, [a_record(content={"evidence": papers})])
    page = as_(auditor).get("audits.show", filing_id=filing.id)
    drawn = page.all("figure img")
    addresses = [str(image["src"]) for image in drawn]

    assert [str(image["alt"]) for image in drawn] == [
        "签到表.pdf，第 1 页，共 2 页", "签到表.pdf，第 2 页，共 2 页",
    ]  # fmt: skip
    for address in addresses:
        answer = as_(auditor).fetch(address)
        assert answer.mimetype == "image/jpeg"
        assert photos.pixels(answer.data).size == (1323, 1764)
        as_(expert).fetch(address, status=404)
    whole = as_(auditor).fetch(addresses[0].partition("?")[0])
    assert (whole.mimetype, whole.data) == ("application/pdf", data)


def test_documents_are_checked_one_after_the_other_before_anybody_files(
    as_: As, do: Do, store: Store, member: Someone, auditor: Someone
):
    assert member.registration
    ids = []
    for day in (6, 7):
        new = NewActivity("training", f"培训{day}", None, date(2024, 5, day), {"minutes": 90})
        activity = do(log_activity, member.actor, new, now=NOW, today=NOW.date()).activity
        file = a_file(store, member.person)
        store.add(an_evidence(store, activity.id, file.id))
        ids.append(activity.id)
    browser = as_(auditor)
    where = {"registration_id": member.registration.id}
    page = browser.get("members.next_check", status=303, **where)
    assert f"r={ids[0]}" in page.response.headers["Location"]
    shown = browser.get(page.response.headers["Location"])
    browser.submit(shown, "form[action*=check]", go_on="1")
    page = browser.get("members.next_check", status=303, **where)
    assert f"r={ids[1]}" in page.response.headers["Location"]
    browser.submit(browser.get(page.response.headers["Location"]), "form[action*=check]", go_on="1")

    done = browser.follow(browser.get("members.next_check", status=303, **where))
    assert "都核对过了" in done.text
