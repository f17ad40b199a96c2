"""The guided pages of a filing, thinly."""

import hashlib
import io
import uuid
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from cpd_app.models import FileView, Filing, Snapshot, Summary
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.renewing import SUMMARY, Renewing
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[[str], Any]


@pytest.fixture(autouse=True)
def in_the_window(at: At) -> None:
    at("2027-12-01 10:00")


def filed(page: Any, store: Store) -> Filing:
    assert page.response.status_code == 303
    return store.one(select(Filing))


def test_the_way_shows_every_step_and_leads_to_the_receipt(
    as_: As, store: Store, renewing: Renewing
):
    browser = as_(renewing.someone)
    way = browser.get("renewal.index")
    assert way.heading == "都准备好了，可以提交再注册"
    assert "5 条记录，计 240.0 学时" in way.text
    assert "/renewal/submit" in way.links()

    page = browser.get("renewal.submit")
    assert "终身不得再申请工程会员" in page.text
    answer = browser.submit(page, agree="true")

    filing = filed(answer, store)
    shown = browser.follow(answer)
    assert shown.heading == "已提交，等待核对"
    assert filing.number in shown.text
    assert "2027年12月15日前核对材料（10 个工作日）" in shown.text
    assert browser.get("renewal.index", status=303).response.headers["Location"] == (
        f"/filings/{filing.id}"
    )


def test_before_the_window_it_says_when_it_opens(as_: As, at: At, renewing: Renewing):
    at("2027-06-01 10:00")
    page = as_(renewing.someone).get("renewal.index")

    assert page.heading == "2027年9月3日起可以提交再注册"
    assert "/renewal/summary" in page.links()
    assert "/renewal/submit" not in page.links()


def test_without_agreeing_nothing_is_filed(as_: As, store: Store, renewing: Renewing):
    browser = as_(renewing.someone)
    page = browser.get("renewal.submit")

    refused = browser.submit(page, status=422)

    assert "请先阅读并同意真实性声明" in refused.text
    assert store.count(Filing) == 0


def test_the_signed_page_comes_with_the_form(as_: As, store: Store, renewing: Renewing):
    browser = as_(renewing.someone)
    page = browser.get("renewal.submit")

    filing = filed(
        browser.submit(
            page, agree="true", secrecy="none", signed=(io.BytesIO(a_jpeg()), "签字.jpg")
        ),
        store,
    )

    assert filing.signed_file_id is not None
    shown = browser.get("filings.show", filing_id=filing.id)
    assert f"/files/{filing.signed_file_id}" in shown.links()


def test_the_export_gives_summary_and_filings_back(as_: As, renewing: Renewing):
    number = renewing.filed().number

    exported = as_(renewing.someone).fetch("exports.own", form="json").json

    assert exported
    assert exported["summaries"][0]["text"] == SUMMARY
    assert exported["filings"][0]["number"] == number
    assert exported["filings"][0]["snapshots"][0]["content"]["summary"] == SUMMARY


def test_the_record_form_has_the_totals_of_the_years(as_: As, renewing: Renewing):
    page = as_(renewing.someone).get("renewal.record_form")

    assert [text.get_text(" ", strip=True) for text in page.all(".form-total b")] == [
        "50.0", "50.0", "50.0", "50.0", "40.0",
    ]  # fmt: skip
    assert "2250 分钟 ÷ 45 = 50.0" in page.text


def test_the_summary_is_saved_by_form_and_takes_the_outline(
    as_: As, store: Store, renewing: Renewing
):
    browser = as_(renewing.someone)
    page = browser.get("renewal.summary")
    _form, data = page.form("#summary")
    browser.post("renewal.save", {**data, "text": "我的总结", "outline": "1"})

    text = store.one(select(Summary.text))
    assert text.startswith("我的总结\n\n# 工程知识与专业能力（5 条记录，240.0 学时）\n· 2026 年")
    assert "# 工程伦理与职业道德（0 条记录，0.0 学时）" in text
    assert store.one(select(Summary.characters)) == 4


def test_a_summary_changed_elsewhere_shows_both_texts(as_: As, store: Store, renewing: Renewing):
    browser = as_(renewing.someone)
    _form, data = browser.get("renewal.summary").form("#summary")
    renewing.write("平板上写的", version=1)

    page = browser.post("renewal.save", {**data, "text": "手机上写的"}, status=409)

    assert page.find("#summary-theirs").get_text() == "平板上写的"
    assert page.find("#field-text").get_text() == "手机上写的"
    browser.submit(page, "#summary")
    assert store.one(select(Summary.text)) == "手机上写的"


def test_to_script_a_conflict_is_data(as_: As, renewing: Renewing):
    browser = as_(renewing.someone)
    _form, data = browser.get("renewal.summary").form("#summary")
    renewing.write("平板上写的", version=1)

    answer = browser.client.post(
        "/renewal/summary", data={**data, "text": "手机"}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 409
    assert answer.json
    assert (answer.json["code"], answer.json["text"], answer.json["version"]) == (
        "summary_changed", "平板上写的", 2,
    )  # fmt: skip


def test_a_record_under_a_filing_says_so_and_offers_no_change(as_: As, renewing: Renewing):
    filing = renewing.filed()
    browser = as_(renewing.someone)

    page = browser.get("activities.show", activity_id=renewing.records[0])

    assert filing.number in page.find("#filing").get_text()
    assert f"/activities/{renewing.records[0]}/edit" not in page.links()
    back = browser.get("activities.edit", activity_id=renewing.records[0], status=303)
    assert "可以先撤回申请再改" in browser.follow(back).soup.get_text()


def test_withdrawn_it_can_be_filed_again(as_: As, store: Store, renewing: Renewing):
    filing = renewing.filed()
    browser = as_(renewing.someone)

    browser.submit(browser.get("filings.withdraw", filing_id=filing.id))

    assert store.get(Filing, filing.id).state == "withdrawn"
    way = browser.get("renewal.index")
    assert way.heading == "都准备好了，可以提交再注册"
    assert f"/filings/{filing.id}" in way.links()


def test_what_came_since_is_added_from_the_page_of_the_filing(
    as_: As, store: Store, renewing: Renewing
):
    filing = renewing.filed()
    renewing.log(date(2027, 11, 30), 10, title="补记的培训")
    browser = as_(renewing.someone)
    assert "1 条本年度的记录" in browser.get("filings.show", filing_id=filing.id).text

    page = browser.get("filings.supplement", filing_id=filing.id)
    assert "补记的培训" in page.text
    browser.submit(page)

    assert store.count(Snapshot) == 2
    form = browser.get("filings.record_form", filing_id=filing.id)
    assert "补记的培训" in form.text


@pytest.mark.parametrize("form", ["pdf", "docx", "zip"])
def test_a_draft_is_taken_along_before_filing(as_: As, renewing: Renewing, form: str):
    answer = as_(renewing.someone).fetch("renewal.dossier", form=form)

    assert answer.data[:4] == (b"%PDF" if form == "pdf" else b"PK\x03\x04")
    named = answer.headers["Content-Disposition"]
    assert named.isascii()  # what a web server can send
    assert unquote(named.partition("filename*=UTF-8''")[2]) == (
        f"持续职业发展活动记录表-张会员-草稿.{form}"
    )


def test_a_filing_gives_the_same_papers_to_member_and_staff(
    as_: As, renewing: Renewing, auditor: Someone
):
    filing = renewing.filed()
    mine = as_(renewing.someone).fetch("filings.dossier", filing_id=filing.id, form="pdf").data
    theirs = as_(auditor).fetch("filings.dossier", filing_id=filing.id, form="pdf").data

    assert mine == theirs


def test_everything_comes_in_one_archive_with_its_sums(as_: As, renewing: Renewing):
    browser = as_(renewing.someone)
    browser.post(
        "evidence.add", {"file": (io.BytesIO(a_jpeg()), "签到表.jpg"), "secrecy": "none"},
        activity_id=renewing.records[0],
    )  # fmt: skip
    filing = renewing.filed()

    data = browser.fetch("filings.dossier", filing_id=filing.id, form="zip").data

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        lines = archive.read("SHA256SUMS").decode().splitlines()
        sums = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}
        digests = {n: hashlib.sha256(archive.read(n)).hexdigest() for n in names}
    evidence = [name for name in names if name.startswith("evidence/")]
    assert evidence == ["evidence/001 2023 年培训/1-1 签到表.jpg"]
    assert sums == {name: digests[name] for name in names if name != "SHA256SUMS"}


def test_staff_who_take_the_evidence_are_written_down(
    as_: As, store: Store, renewing: Renewing, auditor: Someone
):
    as_(renewing.someone).post(
        "evidence.add", {"file": (io.BytesIO(a_jpeg()), "签到表.jpg"), "secrecy": "none"},
        activity_id=renewing.records[0],
    )  # fmt: skip
    filing = renewing.filed()

    as_(auditor).fetch("filings.dossier", filing_id=filing.id, form="zip")

    assert store.all(select(FileView.person_id)) == [auditor.id]


def test_a_machine_files_once_and_reads_it(as_: As, renewing: Renewing):
    browser = as_(renewing.someone)
    body = {"declaration_version": 1, "key": "0b0e62a4-47ab-4b6a-9c0a-5ab3e2a6d1f0"}

    first = browser.api("POST", "/api/v1/filings", json=body, status=201).json
    again = browser.api("POST", "/api/v1/filings", json=body, status=200).json

    assert first
    assert first == again
    assert first["state"] == "filed"
    assert first["check_due_on"] == "2027-12-15"
    assert [y["recognised"] for y in first["years"]] == [50, 50, 50, 50, 40]
    assert [r["id"] for r in first["records"]] == renewing.records
    assert browser.api("GET", f"/api/v1/filings/{first['id']}", status=200).json == first
    refused = browser.api(
        "POST", "/api/v1/filings", json={**body, "key": str(uuid.uuid4())}, status=422
    ).json
    assert refused
    assert refused["code"] == "cannot_file_already_filed"
