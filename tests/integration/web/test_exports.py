"""Exports: everything a member recorded; for staff what their society credits."""

import csv
import io
import json
import zipfile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from cpd_app import clock, storage
from cpd_app.domain.messages import MessageKind
from cpd_app.models import (
    Activity,
    Evidence,
    File,
    ImportRow,
    Job,
    JobFile,
    JournalEntry,
    MessageChoice,
    Nudge,
)
from cpd_app.usecases import activities, call_notes
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.messages import Draft, tell
from tests.support import builders
from tests.support.jobs import work_off
from tests.support.making import file_of

RULED = {"title": "科普", "asked_hours": 400, "given_hours": 300, "activity_id": 1}


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


@pytest.fixture
def recorded(do, member):
    """A record whose title a spreadsheet would calculate."""
    new = NewActivity(
        "standard",
        "=HYPERLINK(1)",
        None,
        clock.today().replace(year=2024),
        {"level": "national", "rank": 3, "work": "new"},
        organiser="标委会",
        achievement_key="GB/T 1",
    )
    return do(
        activities.log_activity, member.actor, new, now=clock.now(), today=clock.today()
    ).activity


def rows_of(data: bytes) -> list[dict[str, str]]:
    """A CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.usefixtures("recorded")
def test_a_csv_has_the_mark_for_excel_and_no_formula(as_, member):
    answer = as_(member).fetch("exports.own", form="csv")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=cpd-2026-11-20.csv"
    (row,) = rows_of(answer.data)
    assert row["名称"] == "'=HYPERLINK(1)"
    assert (row["活动类别"], row["级别"], row["认可学时"]) == ("标准制修订", "国家级", "27")


@pytest.mark.usefixtures("recorded")
def test_an_xlsx_keeps_text_text_and_numbers_numbers(as_, member):
    data = as_(member).fetch("exports.own", form="xlsx").data

    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    heading, row = (list(line) for line in sheet.iter_rows())
    by_name = {h.value: c for h, c in zip(heading, row, strict=True)}
    assert (by_name["名称"].value, by_name["名称"].data_type) == ("=HYPERLINK(1)", "s")
    assert by_name["认可学时"].value == 27


def test_json_has_the_arithmetic_and_the_history(as_, member, recorded):
    said = as_(member).fetch("exports.own", form="json").json

    (record,) = said["records"]
    assert (record["id"], record["title"], record["rank"]) == (recorded.id, "=HYPERLINK(1)", 3)
    (credit,) = record["credits"]
    assert credit["registration_no"] == member.registration.number
    assert credit["recognised_hours"] == 27
    assert credit["trace"]
    assert [change["verb"] for change in record["history"]] == ["logged"]
    assert said["person"]["email"] == member.person.email


def test_drafts_and_withdrawn_records_are_the_members_too(as_, member, store):
    for state in ("draft", "withdrawn"):
        builders.an_activity(store, member.person, state=state)

    rows = rows_of(as_(member).fetch("exports.own", form="csv").data)

    assert [row["状态"] for row in rows] == ["draft", "withdrawn"]


def test_a_zip_holds_the_evidence(app, as_, member, recorded, store):
    with app.app_context():
        digest = storage.local_files().put(str(member.id), b"%PDF-proof")
    file = File(
        person_id=member.id, original_hash=digest, stored_hash=digest, name="通知/1.pdf",
        media_type="application/pdf", size=10, state="ready", secrecy="none",
        secrecy_text_version=1, secrecy_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip
    store.add(file)
    proof = Evidence(
        activity_id=recorded.id, file_id=file.id, proofs=["notice"], created_at=clock.now()
    )
    store.add(proof)

    mine = as_(member)
    offered = mine.get("exports.index")
    assert "1 个文件" in offered.text
    page = mine.follow(mine.submit(offered, "form[action='/me/export']"))
    assert page.heading == "正在做"
    assert page.has("[data-module='poll']")
    work_off(app)
    ready = mine.get(page.response.request.path)
    assert ready.heading == "做好了"
    with mine.client.get(file_of(ready)) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert answer.headers["Content-Disposition"] == "attachment; filename=cpd-20261120.zip"
    assert archive.testzip() is None
    path = f"evidence/{recorded.id}-{file.id}-通知_1.pdf"
    assert archive.namelist() == ["records.json", "records.csv", path]
    assert archive.read(path) == b"%PDF-proof"
    packed = json.loads(archive.read("records.json"))
    assert packed["call_notes"] == packed["messages"] == []
    (record,) = packed["records"]
    assert record["evidence"][0]["file"] == path


@pytest.mark.usefixtures("recorded")
def test_an_export_taken_in_again_doubles_nothing(app, as_, member, store):
    mine = as_(member)
    data = mine.fetch("exports.own", form="csv").data
    mine.post("own_imports.send", {"file": (io.BytesIO(data), "cpd.csv")})
    work_off(app)

    assert store.all(select(ImportRow.state)) == ["same"]


@pytest.mark.usefixtures("recorded")
def test_an_export_taken_in_by_another_installation_is_the_same(app, as_, member, store):
    mine = as_(member)
    (row,) = rows_of(mine.fetch("exports.own", form="csv").data)
    del row["记录号"]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    mine.post("own_imports.send", {"file": (io.BytesIO(text.getvalue().encode()), "cpd.csv")})
    work_off(app)
    kept = store.one(select(ImportRow))
    assert (kept.state, kept.problems) == ("good", [])

    mine.post("own_imports.confirm", import_id=kept.import_id)
    work_off(app)

    first, second = store.all(select(Activity).order_by(Activity.id))
    for name in ("kind", "title", "organiser", "ended_on", "fields", "achievement_key"):
        assert getattr(first, name) == getattr(second, name)


def test_staff_get_what_their_society_credits_and_it_is_journalled(
    as_, auditor, member, recorded, store
):
    builders.an_activity(store, member.person, state="draft")
    said = as_(auditor).fetch(
        "exports.of_registration", registration_id=member.registration.id, form="json"
    )

    assert [record["id"] for record in said.json["records"]] == [recorded.id]
    assert set(said.json["person"]) == {"name", "name_en"}
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "registration.exported"))
    assert (entry.actor_id, entry.object_id) == (auditor.id, member.registration.id)


def test_a_stranger_exports_nothing_of_ours(as_, stranger, member):
    as_(stranger).fetch(
        "exports.of_registration", registration_id=member.registration.id, form="csv", status=404
    )


def test_it_has_what_the_member_was_told_and_staff_noted(
    as_, do, store, member, other_member, registrar
):
    for someone in (member, other_member):
        do(tell, Draft(someone.id, MessageKind.RULED, f"r{someone.id}", RULED), now=clock.now())
    do(tell, Draft(member.id, MessageKind.ASSIGNED, "office", {"count": 3}), now=clock.now())
    store.add(MessageChoice(person_id=member.id, topic="events", channel="email", wanted=False))
    do(
        call_notes.note_call, registrar.actor, member.registration.id, "will_file", "本周申请",
        now=clock.now(),
    )  # fmt: skip
    store.add(
        Nudge(
            society_id=registrar.society.id, registration_id=member.registration.id, way="csv",
            data={"words": "请回电。"}, at=clock.now(), by_id=registrar.id,
        )
    )  # fmt: skip
    answer = as_(member).fetch("exports.own", form="json")
    said = answer.json

    (message,) = said["messages"]
    assert (message["kind"], message["title"]) == ("ruled", "学会认定了学时：科普")
    assert [way["channel"] for way in message["sent"]] == ["email"]
    assert said["channels"]["choices"] == [{"topic": "events", "channel": "email", "wanted": False}]
    (call,) = said["call_notes"]
    assert (call["words"], call["by"]) == ("本周申请", "registrar")
    (nudge,) = said["nudges"]
    assert (nudge["way"], nudge["by"], nudge["data"]) == ("csv", "registrar", {"words": "请回电。"})
    assert registrar.person.name not in answer.get_data(as_text=True)


@pytest.mark.usefixtures("recorded")
def test_what_a_member_was_told_is_not_in_what_staff_take(as_, member, registrar):
    said = (
        as_(registrar)
        .fetch("exports.of_registration", registration_id=member.registration.id, form="json")
        .json
    )

    assert not {"messages", "channels", "nudges", "call_notes"} & set(said)


def test_the_page_offers_every_form(as_, member):
    page = as_(member).get("exports.index")

    for form in ("csv", "xlsx", "json"):
        assert f"/me/export/{form}" in page.links()


def test_the_password_is_asked_again_before_everything_is_packed(as_, member, store, at):
    mine = as_(member)
    form = mine.get("exports.index")
    at("2026-11-21 14:00")
    asked = mine.submit(form, "form[action='/me/export']")

    assert "/confirm" in asked.response.headers["Location"]
    assert store.count(Job) == 0


def test_a_stranger_finds_no_export_of_ours(app, as_, member, stranger, store):
    mine = as_(member)
    mine.submit(mine.get("exports.index"), "form[action='/me/export']")
    work_off(app)
    job = store.one(select(Job))

    for endpoint in ("job_files.show", "job_files.file"):
        as_(stranger).fetch(endpoint, job_id=job.id, status=404)


def test_a_stopped_export_leaves_nothing(app, as_, member, store):
    mine = as_(member)
    page = mine.follow(mine.submit(mine.get("exports.index"), "form[action='/me/export']"))
    after = mine.follow(mine.submit(page, "form[action$='/cancel']"))
    work_off(app)

    assert (after.heading, store.count(JobFile)) == ("停下了", 0)
    assert "已停下，没有留下文件" in after.text
    assert mine.get(after.response.request.path).has("a[href='/me/export']")
