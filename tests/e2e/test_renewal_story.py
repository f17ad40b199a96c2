"""The whole story of a re-registration: relief, filing, return, reading, certificate, revocation.

Only the records of five years and the summary are there before; every step is taken in a browser,
by as many people as the rules ask for. The member's steps are taken once more in English.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.certificates import ActKind
from cpd_app.domain.decisions import Outcome
from cpd_app.domain.years import anniversary
from cpd_app.models import CertificateAct, Filing, Relief, SnapshotRecord, Society, Term
from cpd_app.policy import RoleName
from cpd_app.texts.decisions import OUTCOMES
from cpd_app.usecases import acts, decisions, relief_decisions, returns, summaries
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.relief_decisions import Decided
from cpd_app.usecases.returns import NewReturn, Point
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.chromium import PHONE
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.renewing import SUMMARY, TRUSTING
from tests.support.says import Say, says
from tests.support.store import Store

Do = Callable[..., Any]
#: the running fifth year began so long ago; filing has been open for two months
DAYS_GONE = 245
#: hours of each year; the second is short
HOURS = (50, 10, 50, 50, 56)
DUTY = {
    "zh": "军事或应急任务，超过 120 天",
    "en": "Military or emergency duty of more than 120 days",
}
ASKED, ANSWERED = "请补签到表，要有本人签名和日期。", "签到表见照片。"
BASIS, NUMBER = "示范学会章程第 9 条", "示电学〔2026〕41 号"
PLEA = "材料是单位出具的，有原件可查。"


@pytest.fixture
def do(app: Flask) -> Do:
    """Call a use case in a transaction, now."""

    def call(usecase: Callable[..., Any], *args: Any, **options: Any) -> Any:
        with app.app_context(), transaction():
            return usecase(*args, **options)

    return call


@pytest.fixture
def veteran(do: Do, store: Store, society: Society) -> Someone:
    """Somebody in the window of filing, whose second year ended short, with a summary."""
    today, now = clock.today(), clock.now()
    store.change(society, settings=TRUSTING)
    begins = anniversary(today - timedelta(days=DAYS_GONE), -4)
    person = builders.a_person(store, name="周再注", name_en="Zhou Zaizhu")
    builders.a_membership(store, person, society, until_on=today + timedelta(days=900))
    term = {"starts_on": begins, "ends_on": anniversary(begins, 5)}
    registration = builders.a_registration(store, person, society, term=term)
    someone = Someone(person, society, registration)
    for year, hours in enumerate(HOURS):
        ended_on = anniversary(begins, year) + timedelta(days=90)
        new = NewActivity(
            "training", f"第 {year + 1} 年培训", ended_on - timedelta(days=5), ended_on,
            {"minutes": hours * 45}, competences=("knowledge",),
        )  # fmt: skip
        do(log_activity, someone.actor, new, now=now, today=today)
    do(
        summaries.save_summary, someone.actor, registration.id, SUMMARY,
        version=0, now=now, today=today,
    )  # fmt: skip
    return someone


def a_colleague(store: Store, society: Society, name: str, role: RoleName) -> Someone:
    """One more of the society's staff."""
    person = builders.a_person(store, name=name)
    builders.a_role(store, person, role, society)
    return Someone(person, society, roles=frozenset({role}))


# The member, on the phone.


def asks_for_relief(phone: Page, say: Say, duty: str) -> None:
    """From what is missing to the request for the short year."""
    phone.goto("/readiness")
    phone.get_by_role("link", name=say("申请减免或延期")).first.click()
    phone.get_by_text(duty).click()
    phone.get_by_role("button", name=say("下一步")).click()
    phone.get_by_label(say("年度")).select_option("2")
    expect(phone.locator("#effect")).to_contain_text(say("已减免"))
    phone.get_by_label(say("情况说明")).fill("参加灾区抢修一百五十天")
    phone.get_by_role("button", name=say("提交申请")).click()
    expect(phone.get_by_text(say("等待决定"), exact=True)).to_be_visible()


def files(phone: Page, say: Say) -> None:
    """From the readiness to the receipt."""
    phone.goto("/readiness")
    phone.get_by_role("link", name=say("再注册")).click()
    phone.get_by_role("link", name=say("去提交")).click()
    phone.get_by_label(say("我已阅读并同意以上声明")).check()
    phone.get_by_role("button", name=say("提交再注册申请")).click()
    expect(phone.locator("h1")).to_have_text(say("已提交，等待核对"))


def answers(phone: Page, say: Say, photo: Path) -> None:
    """Words and a photo for the one point that came back."""
    phone.goto("/renewal")
    phone.get_by_role("link", name=say("去答复")).click()
    point = phone.locator("main section.point")
    expect(point).to_have_count(1)
    expect(point).to_contain_text(ASKED)
    point.get_by_role("textbox").fill(ANSWERED)
    point.locator("input[type=file]").set_input_files(photo)
    phone.locator("label[for=field-secrecy]").click()
    phone.get_by_role("button", name=say("送出答复")).click()
    expect(phone.locator("h1")).to_have_text(say("审阅中"))


def appeals(phone: Page, say: Say) -> None:
    """From one's certificate to the appeal."""
    phone.goto("/me")
    phone.get_by_role("link", name=say("我的证书")).click()
    phone.get_by_role("link", name=say("申诉"), exact=True).click()
    phone.get_by_label(say("申诉理由")).fill(PLEA)
    phone.get_by_role("button", name=say("提交申诉")).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(say("申诉"))
    expect(phone.locator("main")).to_contain_text(PLEA)


# Staff, at the desk.


def grants(desk: Page) -> None:
    desk.goto("/staff/relief")
    desk.get_by_role("link", name=DUTY["zh"]).first.click()
    desk.get_by_text("批准", exact=True).first.click()
    desk.get_by_label("理由").fill("抢修命令齐全")
    desk.get_by_role("button", name="作出决定").click()
    expect(desk.get_by_text("已决定，会员能看到结果和理由。")).to_be_visible()


def opened(desk: Page) -> Any:
    """The title of the record that the keys are about."""
    return desk.locator("[data-live] tr[aria-selected=true] .row-link")


def saved(desk: Page, done: int) -> None:
    """So many records are judged, and the server has them."""
    expect(desk.locator("[data-part=saved]")).to_contain_text("已保存")
    expect(desk.locator("[data-part=done]")).to_have_text(str(done))


def reads_and_returns_one(desk: Page) -> None:
    """Take the file, find it complete, judge by keyboard, send one record back."""
    desk.goto("/staff/audits")
    desk.locator("tbody .row-link").first.click()
    desk.get_by_role("button", name="我来审").click()
    desk.get_by_role("link", name="完整性", exact=True).click()
    desk.get_by_role("button", name="材料齐全").click()
    desk.goto("/staff/audits")
    desk.locator("tbody .row-link").first.click()
    expect(opened(desk)).to_have_text("第 1 年培训")
    desk.keyboard.press("a")
    expect(opened(desk)).to_have_text("第 3 年培训")
    desk.keyboard.press("w")
    desk.get_by_label("理由", exact=True).fill(ASKED)
    desk.get_by_label("理由", exact=True).press("Enter")
    expect(opened(desk)).to_have_text("第 4 年培训")
    desk.keyboard.press("a")
    expect(opened(desk)).to_have_text("第 5 年培训")
    desk.keyboard.press("a")
    expect(desk.locator("[data-part=saved]")).to_contain_text("已保存")

    desk.get_by_role("link", name="退回补正").click()
    expect(desk.locator(".ask-list li")).to_have_count(1)
    desk.get_by_role("button", name="退回给会员").click()
    expect(desk.get_by_text("已退回，会员现在能看到清单和期限。")).to_be_visible()


def decides(desk: Page) -> None:
    """Accept by a key what was answered, and pass."""
    desk.goto("/staff/audits")
    desk.locator("tbody .row-link").first.click()
    expect(opened(desk)).to_have_text("第 3 年培训")
    expect(desk.locator("#evidence")).to_contain_text(ANSWERED)
    desk.keyboard.press("a")
    saved(desk, 4)
    desk.get_by_role("link", name="决定", exact=True).click()
    expect(desk.locator("h1")).to_have_text("各年都达到要求")
    desk.get_by_text("准予再注册", exact=True).first.click()
    desk.get_by_label("理由", exact=True).fill("各年达到要求。")
    desk.get_by_role("button", name="提出决定").click()
    expect(desk.locator("h1")).to_have_text("准予再注册")


def revokes(desk: Page, number: str) -> None:
    desk.goto(f"/staff/certificates?q={number}")
    desk.get_by_role("link", name=number).click()
    desk.get_by_role("link", name="撤销 两人").click()
    desk.get_by_label("事由").select_option(label="材料不实")
    desk.get_by_label("依据").fill(BASIS)
    desk.get_by_label("文号").fill(NUMBER)
    desk.get_by_label("给本人的说明").fill("示范：已核实")
    desk.get_by_role("button", name="提出撤销").click()
    expect(desk.locator("main")).to_contain_text("有一件变更待确认")


def confirms(desk: Page, word: str) -> None:
    desk.goto("/staff/certificates/proposals")
    desk.get_by_role("link", name=word, exact=True).click()
    desk.get_by_role("button", name=f"确认{word}").click()
    expect(desk.locator("main")).to_contain_text("公众现在就能看到")


def upholds(desk: Page, look_at: LookAt) -> None:
    desk.goto("/staff/appeals")
    desk.get_by_role("link", name="证书状态的决定").click()
    expect(desk.locator("main")).to_contain_text(PLEA)
    look_at(desk)
    desk.get_by_text("申诉成立", exact=True).first.click()
    desk.get_by_label("理由", exact=True).fill("原件核对无误。")
    desk.get_by_role("button", name="作出决定").click()
    expect(desk.get_by_text("已处理，会员能看到结果和理由。")).to_be_visible()


# Everybody.


def public_sees(visitor: Page, number: str, state: str, act: str, day: str = "") -> None:
    """The public page says how the certificate stands, and names an act with its day."""
    visitor.goto("/verify")
    visitor.get_by_label("注册编号").fill(number)
    visitor.get_by_role("button", name="核验").click()
    expect(visitor.locator("#state")).to_have_text(state)
    expect(visitor.locator(".verify__number")).to_have_text(number)
    line = visitor.locator(".verify__history li").filter(has_text=act).filter(has_text=day)
    expect(line.first).to_be_visible()


def today_in_words() -> str:
    """As pages say a day."""
    today = clock.today()
    return f"{today.year}年{today.month}月{today.day}日"


def test_from_a_gap_to_a_certificate_and_its_revocation_set_aside(
    phone: Page, desk: Page, open_page: Callable[..., Page], sign_in: SignIn, look_at: LookAt,
    store: Store, society: Society, veteran: Someone, auditor: Someone, registrar: Someone,
    tmp_path: Path,
) -> None:  # fmt: skip
    assert veteran.registration
    say, visitor, number = says("zh-CN"), open_page(PHONE), veteran.registration.number
    photo = tmp_path / "签到表.jpg"
    photo.write_bytes(a_jpeg())
    third = a_colleague(store, society, "冯申诉", RoleName.REGISTRAR)
    fourth = a_colleague(store, society, "陈确认", RoleName.REGISTRAR)

    sign_in(phone, veteran)
    asks_for_relief(phone, say, DUTY["zh"])
    sign_in(desk, auditor)
    grants(desk)
    files(phone, say)
    reads_and_returns_one(desk)
    answers(phone, say, photo)
    look_at(phone)
    decides(desk)
    phone.reload()
    expect(phone.locator("h1")).to_have_text("准予再注册")
    look_at(phone)
    public_sees(visitor, number, "有效", "再注册")
    terms = store.all(select(Term).where(Term.registration_id == veteran.registration.id))
    assert len(terms) == 2

    sign_in(desk, registrar)
    revokes(desk, number)
    public_sees(visitor, number, "有效", "再注册")
    sign_in(desk, auditor)
    confirms(desk, "撤销")
    public_sees(visitor, number, "撤销", "撤销", today_in_words())
    visitor.goto(f"/notices/{society.code}")
    expect(visitor.locator(".notices__item").first).to_contain_text(number)
    expect(visitor.locator(".notices__item").first).to_contain_text(f"{today_in_words()}起生效")

    appeals(phone, say)
    look_at(phone)
    sign_in(desk, third)
    upholds(desk, look_at)
    public_sees(visitor, number, "撤销", "撤销")
    sign_in(desk, fourth)
    confirms(desk, "更正")
    public_sees(visitor, number, "有效", "更正", today_in_words())
    visitor.goto(f"/notices/{society.code}")
    expect(visitor.locator(".notices__item").first).to_contain_text("更正")
    expect(visitor.locator(".notices__item--void")).to_contain_text("撤销")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("原件核对无误。")


def test_the_members_part_in_english(
    open_page: Callable[..., Page], sign_in: SignIn, look_at: LookAt, store: Store, do: Do,
    veteran: Someone, auditor: Someone, registrar: Someone, tmp_path: Path,
) -> None:  # fmt: skip
    say, phone = says("en-GB"), open_page(PHONE, locale="en-GB")
    photo = tmp_path / "sheet.jpg"
    photo.write_bytes(a_jpeg())
    when = {"now": clock.now(), "today": clock.today()}
    sign_in(phone, veteran)
    asks_for_relief(phone, say, DUTY["en"])
    look_at(phone)
    relief = store.one(select(Relief).where(Relief.person_id == veteran.id))
    granted = Decided(True, "抢修命令齐全")
    seen = relief.version
    do(relief_decisions.decide_relief, auditor.actor, relief.id, granted, seen=seen, **when)

    files(phone, say)
    filing = store.one(select(Filing).where(Filing.person_id == veteran.id))
    record = store.all(select(SnapshotRecord.id).where(SnapshotRecord.filing_id == filing.id))[0]
    sent_back = NewReturn("", (Point(ASKED, record),))
    do(returns.return_filing, auditor.actor, filing.id, sent_back, **when)
    answers(phone, say, photo)
    passed = NewDecision(Outcome.PASSED, "各年达到要求。")
    do(decisions.propose_decision, auditor.actor, filing.id, passed, **when)
    phone.reload()
    expect(phone.locator("h1")).to_have_text(OUTCOMES["passed"][1])
    look_at(phone)

    revoke(do, store, veteran, registrar, auditor)
    appeals(phone, say)
    look_at(phone)


def revoke(do: Do, store: Store, someone: Someone, first: Someone, second: Someone) -> None:
    """By two people, as the desk does it."""
    assert someone.registration
    today, registration_id = clock.today(), someone.registration.id
    ids = store.all(
        select(CertificateAct.id).where(CertificateAct.registration_id == registration_id)
    )
    new = NewAct(
        ActKind.REVOKED, "false_material", today, legal_basis=BASIS, document_no=NUMBER,
        reason="示范：已核实", seen=max(ids, default=None),
    )  # fmt: skip
    row = do(acts.act, first.actor, registration_id, new, now=clock.now(), today=today)
    do(acts.confirm_act, second.actor, row.id, version=row.version, now=clock.now(), today=today)
