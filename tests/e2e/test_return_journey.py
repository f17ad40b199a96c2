"""A member answers what was sent back, on the phone: words, a photo, kept words, sent."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Filing, ReturnItem, SnapshotRecord
from cpd_app.usecases import returns
from cpd_app.usecases.returns import NewReturn, Point
from tests.e2e.conftest import LookAt, SignIn
from tests.support import filings
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.store import Store

Open = Callable[..., Page]


@pytest.fixture
def filing(app: Flask, store: Store, member: Someone, auditor: Someone) -> Filing:
    """A file that was sent back with one record and one point about the whole."""
    assert member.registration
    records = [filings.a_record(content={"title": "继电保护整定计算培训"})]
    made = filings.a_filing(
        store, member.registration, records, number=f"FS-{member.id:06d}", filed_at=clock.now()
    )
    with app.app_context(), transaction():
        record_id = store.one(select(SnapshotRecord.id).where(SnapshotRecord.filing_id == made.id))
        new = NewReturn("请按清单补正，谢谢配合。", (
            Point("请补签到表，要有本人签名和日期。", record_id),
            Point("总结里没有写到第 3 年，请补一段。"),
        ))  # fmt: skip
        returns.return_filing(auditor.actor, made.id, new, now=clock.now(), today=clock.today())
    return made


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_member_answers_a_return_on_the_phone(
    open_page: Open,
    sign_in: SignIn,
    look_at: LookAt,
    store: Store,
    member: Someone,
    filing: Filing,
    tmp_path: Path,
    locale: str,
):
    english, phone = locale.startswith("en"), open_page(locale=locale)
    photo = tmp_path / "签到表.jpg"
    photo.write_bytes(a_jpeg())
    sign_in(phone, member)
    phone.goto("/renewal/answer")
    expect(phone).to_have_url(f"/renewal/filing/{filing.id}/answer")
    look_at(phone)
    points = phone.locator("main section.point")
    points.nth(1).get_by_role("textbox").fill("第 3 年参加了变电站检修。")
    # Closed before it was saved: what was written is back.
    phone.wait_for_timeout(800)
    phone.reload()
    expect(points.nth(1).get_by_role("textbox")).to_have_value("第 3 年参加了变电站检修。")

    points.nth(0).get_by_role("textbox").fill("见照片。")
    points.nth(0).locator("input[type=file]").set_input_files(photo)
    phone.locator("label[for=field-secrecy]").click()
    phone.get_by_role("button", name="Save" if english else "保存", exact=True).click()
    expect(points.nth(0).get_by_text("签到表.jpg")).to_be_visible()
    look_at(phone)
    phone.get_by_role("button", name="Send the answer" if english else "送出答复").click()

    expect(phone).to_have_url(f"/renewal/filing/{filing.id}/progress")
    look_at(phone)
    assert store.get(Filing, filing.id).state == "reading"
    said = store.all(select(ReturnItem.answer).order_by(ReturnItem.id.desc()).limit(2))
    assert set(said) == {"见照片。", "第 3 年参加了变电站检修。"}
