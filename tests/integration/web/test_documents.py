"""Papers of an event as files: names, kinds, languages, and refusals that say what to do."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from cpd_app import clock
from cpd_app.models import Event, JobFile, JournalEntry, RosterEntry
from tests.support import builders
from tests.support.documents import said, text_of
from tests.support.event_things import an_attendance
from tests.support.jobs import work_off
from tests.support.making import file_of, killed_after
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture(autouse=True)
def present(at: Any) -> Any:
    """The day after the event."""
    return at("2026-11-20 14:00")


@pytest.fixture
def event(store: Store, organiser: Someone, member: Someone, society: Any) -> Event:
    """An event that is over, with the member's attendance computed."""
    event = builders.an_event(
        store,
        organiser.person,
        society,
        around=clock.now() - timedelta(days=1),
        title="直流输电/换流阀 研讨会",
        state="settled",
        settled_at=clock.now(),
    )
    entry = builders.an_entry(store, event, member.person, unit="某设计院")
    store.add(an_attendance(event, entry))
    return event


def name_of(answer: TestResponse) -> str:
    """What a browser calls the file."""
    return unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])


def test_a_member_takes_their_certificate(as_: As, member: Someone, event: Event):
    answer = as_(member).fetch("documents.certificate", event_id=event.id)

    assert answer.mimetype == "application/pdf"
    assert name_of(answer) == "出席证明-直流输电_换流阀 研讨会-张会员.pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert said("在场 165 分钟，计 3.5 学时。") in text_of(answer.data)


def test_it_speaks_the_reader_s_language(as_: As, member: Someone, event: Event):
    browser = as_(member)

    answer = browser.client.get(
        browser.path("documents.certificate", {"event_id": event.id}),
        headers={"Accept-Language": "en"},
    )

    assert name_of(answer).startswith("Certificate of Attendance-")
    assert said("This is to certify that") in text_of(answer.data)


def test_a_refusal_is_a_page_that_says_what_to_do(
    as_: As, store: Store, member: Someone, event: Event
):
    store.run(update(Event).values(gives_certificate=False))

    page = as_(member).get("documents.certificate", event_id=event.id, status=422)

    assert "这次活动不出具出席证明" in page.text


def test_a_character_that_no_font_has_is_named(
    as_: As, store: Store, member: Someone, event: Event
):
    store.run(update(RosterEntry).values(name="张🙂"))

    page = as_(member).get("documents.certificate", event_id=event.id, status=422)

    assert "🙂（U+1F642）" in page.text


def test_an_organiser_hands_certificates_out(
    as_: As, store: Store, organiser: Someone, event: Event
):
    entry_id = store.one(select(RosterEntry.id).where(RosterEntry.event_id == event.id))

    answer = as_(organiser).fetch(
        "documents.entry_certificate", event_id=event.id, entry_id=entry_id
    )

    assert "张会员" in text_of(answer.data)


def test_the_package_is_one_zip_of_pdf_and_workbook(
    app: Flask, as_: As, store: Store, organiser: Someone, event: Event
):
    browser = as_(organiser)
    page = browser.follow(browser.submit(browser.get("documents.package", event_id=event.id)))
    assert page.heading == "正在做"
    work_off(app)
    answer = browser.fetch(file_of(browser.get(page.response.request.path)))

    assert browser.get("documents.package", event_id=event.id).has("main a[href^='/jobs/']")
    assert answer.mimetype == "application/zip"
    assert name_of(answer) == "结项表-直流输电_换流阀 研讨会.zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        pdf, xlsx = (archive.read(name) for name in archive.namelist())
    assert said("到场 1") in text_of(pdf)
    assert "已结项" in text_of(pdf)
    sheet = load_workbook(io.BytesIO(xlsx))["出席名单"]
    assert [cell.value for cell in sheet[2]][7:10] == [165, 3.5, "A"]
    assert store.count(JournalEntry, JournalEntry.verb == "event.package_taken") == 1


def test_a_package_whose_worker_was_killed_is_written_down_once(
    app: Flask, as_: As, store: Store, organiser: Someone, event: Event
):
    browser = as_(organiser)
    browser.submit(browser.get("documents.package", event_id=event.id))
    killed_after(app, store, 1)
    work_off(app)

    assert store.count(JobFile) == 1
    assert store.count(JournalEntry, JournalEntry.verb == "event.package_taken") == 1


def test_the_sign_in_sheet_is_of_one_session(as_: As, organiser: Someone, event: Event):
    answer = as_(organiser).fetch(
        "documents.sign_in_sheet", event_id=event.id, session_id=event.sessions[0].id
    )

    assert name_of(answer) == "签到表-直流输电_换流阀 研讨会-场次1.pdf"
    assert said("张会员 某设计院") in text_of(answer.data)


def test_members_get_no_lists_of_others(as_: As, other_member: Someone, event: Event):
    browser = as_(other_member)

    browser.get("documents.package", event_id=event.id, status=404)
    browser.get("documents.certificate", event_id=event.id, status=404)


def test_the_member_s_page_of_an_event_links_to_the_certificate(
    as_: As, store: Store, member: Someone, event: Event
):
    browser = as_(member)
    address = browser.path("documents.certificate", {"event_id": event.id})

    assert browser.get("annual_plan.show", event_id=event.id).has(f"a[href='{address}']")

    store.run(update(Event).values(state="closed"))
    assert not browser.get("annual_plan.show", event_id=event.id).has(f"a[href='{address}']")


def test_the_studio_links_to_sheets_and_package(as_: As, organiser: Someone, event: Event):
    browser = as_(organiser)
    page = browser.get("events.studio", event_id=event.id)

    for endpoint, ids in (
        ("documents.package", {}),
        ("documents.sign_in_sheet", {"session_id": event.sessions[0].id}),
    ):
        address = browser.path(endpoint, {"event_id": event.id, **ids})
        assert page.has(f"a[href='{address}']"), endpoint
