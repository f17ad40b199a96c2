"""The pages of proofs: what members see and do, and what nobody else may."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cpd_app.app import MAX_BODY
from cpd_app.models import Activity, Evidence, File, FileView, JournalEntry
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.photos import a_heic, a_jpeg, a_pdf, a_png, pixels
from tests.support.store import Store

Do = Callable[..., Any]
As = Callable[[Someone], Browser]


def picked(data: bytes, name: str = "IMG_0001.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


@pytest.fixture(autouse=True)
def _now(at: Callable[[str], Any]) -> None:
    at("2025-06-02 10:00")


def a_record(do: Do, someone: Someone, at: Callable[[str], Any]) -> Activity:
    now = at("2025-06-02 10:00")
    new = NewActivity("training", "变压器检修培训", None, date(2024, 5, 6), fields={"minutes": 90})
    activity: Activity = do(log_activity, someone.actor, new, now=now, today=now.date()).activity
    return activity


@pytest.fixture
def record(do: Do, member: Someone, at: Callable[[str], Any]) -> Activity:
    return a_record(do, member, at)


@pytest.fixture
def file_id(as_: As, member: Someone, record: Activity, store: Store) -> int:
    """A photo of the member, attached as the notice."""
    as_(member).post(
        "evidence.add",
        {"file": picked(a_jpeg()), "secrecy": "none", "proofs": "notice"},
        activity_id=record.id,
    )
    return store.one(select(File)).id


def test_a_member_adds_files_without_script_and_reads_what_became_of_each(
    as_: As, member: Someone, record: Activity
):
    browser = as_(member)
    page = browser.get("evidence.index", activity_id=record.id)
    assert "缺 3 种佐证" in page.text

    answer = browser.submit(
        page,
        "form#upload",
        file=[picked(a_jpeg()), picked(b"hello", "notes.txt"), picked(a_pdf(2), "证书.pdf")],
        secrecy="none",
        proofs="timetable",
    )
    page = browser.follow(answer)

    assert "已上传 2 个文件。" in page.text
    assert "notes.txt 没有上传：只收 JPEG、PNG、HEIC 照片和 PDF。请换一种格式再传。" in page.text
    assert len(page.all(".files > li")) == 2
    assert "已有 1 种，还缺 2 种" in page.text


def test_nothing_is_kept_without_a_word_on_secrecy(
    as_: As, member: Someone, record: Activity, store: Store
):
    browser = as_(member)
    page = browser.get("evidence.index", activity_id=record.id)
    assert not page.all("input[name=secrecy][checked]")

    page = browser.follow(browser.submit(page, "form#upload", file=picked(a_jpeg())))

    assert "上传照片或文件前，请说明内容是否涉密。" in page.text
    assert store.count(File) == 0


def test_a_script_sends_one_file_and_hears_what_became_of_it(
    as_: As, member: Someone, record: Activity
):
    browser = as_(member)
    path = browser.path("evidence.add", {"activity_id": record.id})

    def send(data: bytes) -> Any:
        return browser.client.post(
            path,
            data={"file": picked(data), "secrecy": "none", "csrf_token": browser.csrf()},
            headers={"Accept": "application/json"},
        )

    kept, refused = send(a_png()), send(a_pdf(password="x"))

    assert kept.status_code == 201
    assert kept.json["preview"].endswith("/preview")
    assert (refused.status_code, refused.json["code"]) == (422, "locked_pdf")
    assert refused.json["message"] == "这个 PDF 有密码。请去掉密码后再传，或拍照上传。"


def test_a_form_sent_twice_keeps_one_of_each(
    as_: As, member: Someone, record: Activity, store: Store
):
    browser = as_(member)
    page = browser.get("evidence.index", activity_id=record.id)
    for _again in range(2):
        files = [picked(a_jpeg()), picked(a_png())]
        browser.submit(page, "form#upload", file=files, secrecy="none")

    assert (store.count(File), store.count(Evidence)) == (2, 2)


def test_several_photos_may_come_in_one_form_of_a_member_only(
    as_: As, anybody: Browser, member: Someone, record: Activity, store: Store
):
    browser = as_(member)
    large = a_jpeg() + bytes(13 * 1024 * 1024)
    fields = {
        "csrf_token": browser.csrf(), "secrecy": "none",
        "file": [FileStorage(io.BytesIO(large + bytes([n])), f"{n}.jpg") for n in range(2)],
    }  # fmt: skip
    boundary, body = encode_multipart(fields)
    sent = {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
    path = f"/activities/{record.id}/evidence"

    assert len(body) > MAX_BODY
    refused = anybody.client.post(path, **sent)
    assert (refused.status_code, refused.location) == (303, "/sign-in")
    assert store.count(File) == 0
    assert browser.client.post(path, **sent).status_code == 303
    assert store.count(File) == 2


def test_a_photo_is_served_to_its_owner_and_to_nobody_s_cache(
    as_: As, member: Someone, file_id: int, store: Store
):
    store.run(File.__table__.update().values(name="结业 证书.png"))  # type: ignore[attr-defined]
    response = as_(member).fetch("evidence.show", file_id=file_id)
    assert not pixels(response.data).getexif()
    response.close()

    assert response.mimetype == "image/jpeg"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("inline;")
    assert "filename*=UTF-8''%E7%BB%93%E4%B8%9A%20%E8%AF%81%E4%B9%A6.jpg" in disposition
    assert store.count(FileView) == 0
    download = as_(member).fetch("evidence.show", file_id=file_id, download=1)
    download.close()
    assert download.headers["Content-Disposition"].startswith("attachment;")


def test_strangers_members_and_the_federation_find_nothing(
    as_: As, other_member: Someone, stranger: Someone, federation: Someone, anybody: Browser,
    file_id: int, record: Activity, store: Store,
):  # fmt: skip
    evidence_id = store.one(select(Evidence)).id
    for someone in (other_member, stranger, federation):
        browser = as_(someone)
        for path in (
            f"/files/{file_id}", f"/files/{file_id}/preview", f"/files/{file_id}/purge",
            f"/activities/{record.id}/evidence", f"/activities/{record.id}/capture",
        ):  # fmt: skip
            assert browser.client.get(path).status_code == 404, path
        for path in (
            f"/evidence/{evidence_id}/remove", f"/evidence/{evidence_id}/proofs",
            f"/files/{file_id}/purge", f"/activities/{record.id}/evidence",
            f"/activities/{record.id}/evidence/reuse", f"/activities/{record.id}/capture",
        ):  # fmt: skip
            browser.post(path, {"file": picked(a_png()), "secrecy": "none"}, status=404)
    assert anybody.client.get(f"/files/{file_id}").status_code == 303
    assert (store.count(File), store.count(FileView)) == (1, 0)


def test_the_owner_reads_on_the_page_that_staff_opened_a_file(
    as_: As, member: Someone, auditor: Someone, file_id: int, record: Activity
):
    as_(auditor).fetch("evidence.preview", file_id=file_id).close()

    page = as_(member).get("evidence.index", activity_id=record.id)

    assert "别人打开过 1 次" in page.text
    assert "赵审核" in page.text


def test_staff_see_the_flag_of_a_file_used_twice_and_members_do_not(
    as_: As, do: Do, member: Someone, other_member: Someone, auditor: Someone,
    record: Activity, at: Callable[[str], Any],
):  # fmt: skip
    as_(member).post(
        "evidence.add", {"file": picked(a_jpeg()), "secrecy": "none"}, activity_id=record.id
    )
    theirs = a_record(do, other_member, at)
    as_(other_member).post(
        "evidence.add", {"file": picked(a_jpeg()), "secrecy": "none"}, activity_id=theirs.id
    )
    words = "有别的会员也传过同一个文件"

    assert words in as_(auditor).get("evidence.index", activity_id=record.id).text
    assert words not in as_(member).get("evidence.index", activity_id=record.id).text


def test_staff_look_and_change_nothing(
    as_: As, auditor: Someone, file_id: int, record: Activity, store: Store
):
    browser = as_(auditor)
    page = browser.get("evidence.index", activity_id=record.id)

    assert not page.all("main form")
    evidence_id = store.one(select(Evidence)).id
    browser.post("evidence.remove", status=403, evidence_id=evidence_id)
    browser.post("evidence.purge", status=403, file_id=file_id)


def test_tags_are_changed_and_a_file_is_taken_off(
    as_: As, member: Someone, file_id: int, store: Store
):
    browser = as_(member)
    attached = store.one(select(Evidence))
    browser.post("evidence.tag", {"proofs": ["timetable", "notice"]}, evidence_id=attached.id)
    assert store.get(Evidence, attached.id).proofs == ["notice", "timetable"]

    page = browser.follow(browser.post("evidence.remove", evidence_id=attached.id))
    assert "已移除。" in page.text
    assert store.count(Evidence) == 0
    assert store.get(File, file_id).state == "purged"


def test_a_file_of_another_record_is_used_again(
    as_: As, do: Do, member: Someone, file_id: int, store: Store,
    at: Callable[[str], Any],
):  # fmt: skip
    other = a_record(do, member, at)
    browser = as_(member)
    page = browser.get("evidence.index", activity_id=other.id, proof="notice")

    browser.submit(page, ".reuse form")

    attached = store.one(select(Evidence).where(Evidence.activity_id == other.id))
    assert (attached.file_id, attached.proofs) == (file_id, ["notice"])


def test_urgent_removal_says_what_it_does_and_does_it(
    as_: As, member: Someone, auditor: Someone, file_id: int, record: Activity, store: Store
):
    as_(auditor).fetch("evidence.show", file_id=file_id).close()
    browser = as_(member)
    page = browser.get("evidence.purge", file_id=file_id)
    assert "有人打开过" in page.text
    assert "赵审核" in page.text

    done = browser.submit(page, status=200)

    assert done.find("[data-module=purged]")["data-hash"] == store.get(File, file_id).original_hash
    assert browser.client.get(f"/files/{file_id}").status_code == 404
    assert "已清除的文件" in browser.get("evidence.index", activity_id=record.id).text
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "file.purged"))
    assert entry.data["opened_by"] == [auditor.id]


def test_a_registrar_of_the_society_can_remove_for_good_too(
    as_: As, registrar: Someone, file_id: int, record: Activity, store: Store
):
    browser = as_(registrar)
    page = browser.get("evidence.index", activity_id=record.id)
    assert f"/files/{file_id}/purge" in page.links()

    browser.submit(browser.get("evidence.purge", file_id=file_id), status=200)

    assert store.get(File, file_id).state == "purged"


def test_a_heic_photo_says_that_it_is_under_way(as_: As, member: Someone, record: Activity):
    browser = as_(member)
    browser.post(
        "evidence.add", {"file": picked(a_heic(), "IMG.HEIC"), "secrecy": "none"},
        activity_id=record.id,
    )  # fmt: skip

    assert "正在处理，马上就好" in browser.get("evidence.index", activity_id=record.id).text


def test_the_record_s_page_shows_a_square_for_each_listed_proof(
    as_: As, member: Someone, file_id: int, record: Activity
):
    page = as_(member).get("activities.show", activity_id=record.id)

    assert len(page.all(".proof--filled")) == 1
    assert [p.get_text(strip=True) for p in page.all(".proof--empty .proof__caption")] == [
        "缺课程表", "缺结业证书或签到",
    ]  # fmt: skip
    assert page.has(f"img[src='/files/{file_id}/preview']")


def test_the_pages_speak_english(as_: As, member: Someone, record: Activity):
    browser = as_(member)
    browser.client.set_cookie("cpd_locale", "en")

    page = browser.get("evidence.index", activity_id=record.id)

    assert page.heading == "Evidence"
    assert "3 kinds of evidence missing" in page.text


def test_bytes_that_are_gone_are_no_error_of_ours(
    app: Flask, as_: As, member: Someone, file_id: int
):
    for path in app.config["CPD"].files_dir.rglob("*"):
        if path.is_file():
            path.unlink()

    assert as_(member).client.get(f"/files/{file_id}").status_code == 404
