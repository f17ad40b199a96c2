"""The registrar's desk: the member's own figures, a file with a bad row, a ruling."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Person
from cpd_app.usecases import passwords
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.e2e.conftest import LATER, LookAt, SignIn
from tests.support.files import MEMBERS, a_csv, a_member_row
from tests.support.people import Someone
from tests.support.store import Store

PASSWORD = "变电站 2026 继电保护"

Log = Callable[..., None]


@pytest.fixture
def log(app: Flask, member: Someone) -> Log:
    """`log("training", "继电保护培训", minutes=90)`: a record of the member's, done yesterday."""

    def keep(kind: str, title: str, **own: int) -> None:
        today = clock.today()
        new = NewActivity(kind, title, None, today - timedelta(days=1), fields=own)
        with app.app_context(), transaction():
            log_activity(member.actor, new, now=clock.now(), today=today)

    return keep


def test_the_registrar_sees_what_the_member_sees(
    desk: Page,
    phone: Page,
    store: Store,
    sign_in: SignIn,
    look_at: LookAt,
    log: Log,
    member: Someone,
    registrar: Someone,
) -> None:
    log("training", "继电保护培训", minutes=90)
    log("online", "新型电力系统导论", minutes=135)
    sign_in(phone, member)
    phone.goto("/")
    years = firsts(phone, ".year-strip__figure"), firsts(phone, ".year-strip__verdict")
    assert "5.0" in years[0]
    phone.goto("/readiness")
    to_do = phone.locator(".check-item h2").all_inner_texts()
    assert to_do

    desk.goto("/staff/members")
    look_at(desk)
    desk.get_by_label("邮箱、手机号或注册编号").fill(with_password(store, registrar.person))
    desk.get_by_label("密码", exact=True).fill(PASSWORD)
    desk.get_by_role("button", name="登录", exact=True).click()
    desk.locator("input[name=q]").fill(member.person.name)
    desk.locator("input[name=q]").press("Enter")
    desk.get_by_role("link", name=member.person.name).click()
    expect(desk.locator(".year-cells")).to_be_visible()
    assert (firsts(desk, ".year-cell__figure"), firsts(desk, ".year-cell .state")) == years
    assert desk.locator(".todo strong").all_inner_texts() == to_do
    look_at(desk)

    desk.get_by_role("link", name="继电保护培训").click()
    expect(desk.get_by_label("算法")).to_contain_text("90 分钟")
    look_at(desk)


def test_a_file_with_a_bad_row_is_imported_and_taken_back(
    desk: Page, sign_in: SignIn, look_at: LookAt, registrar: Someone, tmp_path: Path
) -> None:
    assert registrar.society
    code = registrar.society.code
    rows = [
        a_member_row(
            login=f"{code}-{number}@example.org",
            name=f"成批{number}",
            email=f"{code}-{number}@example.org",
            society=code,
            registration_no=f"{code}-{number}",
            level=level,
        )
        for number, level in enumerate(["professional", "senior", "master"], 1)
    ]
    file = tmp_path / "会员.csv"
    file.write_bytes(a_csv(MEMBERS, *rows, encoding="gb18030"))
    sign_in(desk, registrar)
    desk.goto("/staff/imports")
    desk.locator("#file-members").set_input_files(file)
    desk.get_by_role("button", name="上传并预览").first.click()

    heading = desk.get_by_role("heading", level=1)
    expect(heading).to_have_text("可以导入 2 行，1 行要改", timeout=LATER)
    bad = desk.locator("tr[data-state=bad]")
    expect(bad).to_contain_text("master")
    look_at(desk)
    preview = desk.url
    assert found(desk, "成批") == 0

    desk.goto(preview)
    desk.get_by_role("button", name="导入 2 行").click()
    expect(heading).to_have_text("已导入 2 行", timeout=LATER)
    look_at(desk)
    assert found(desk, "成批") == 2

    desk.goto(preview)
    desk.get_by_role("button", name="撤销这次导入").click()
    desk.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(heading).to_have_text("已撤销 2 行", timeout=LATER)
    look_at(desk)
    assert found(desk, "成批") == 0
    desk.goto("/staff/imports")
    expect(desk.get_by_role("link", name="会员.csv")).to_be_visible()
    look_at(desk)


def test_a_ruling_moves_the_members_hours(
    desk: Page,
    phone: Page,
    sign_in: SignIn,
    look_at: LookAt,
    log: Log,
    member: Someone,
    registrar: Someone,
) -> None:
    log("other", "省级技能大赛裁判", hours_asked=4)
    sign_in(phone, member)
    phone.goto("/")
    before = ring(phone)

    sign_in(desk, registrar)
    desk.goto("/staff/rulings")
    look_at(desk)
    desk.get_by_role("link", name="省级技能大赛裁判").click()
    look_at(desk)
    desk.get_by_label("认定学时").fill("3")
    desk.get_by_role("textbox", name="理由").fill("两天裁判工作，按半天计")
    desk.get_by_role("textbox", name="摘要").fill("省级技能大赛裁判，两天")
    desk.get_by_role("button", name="作出认定").click()
    expect(desk.locator(".flash, .toast").first).to_be_visible()
    desk.goto("/staff/rulings/precedents")
    expect(desk.get_by_role("row", name="省级技能大赛裁判，两天")).to_contain_text("3.0")
    look_at(desk)

    phone.goto("/")
    assert ring(phone) == before - 3
    phone.get_by_role("link", name="省级技能大赛裁判").click()
    expect(phone.locator("main")).to_contain_text("两天裁判工作，按半天计")
    look_at(phone)


def found(desk: Page, name: str) -> int:
    """How many members the list finds by a name."""
    desk.goto(f"/staff/members?q={name}")
    return desk.locator(".register tbody tr").count()


def with_password(store: Store, person: Person) -> str:
    """Give a person the password; the name they sign in with."""
    with store.session() as session:
        kept = session.get_one(Person, person.id)
        kept.password_hash = passwords.choose(PASSWORD).password_hash
        return str(kept.email)


def firsts(page: Page, selector: str) -> list[str]:
    """The first word of each part; a year that has not begun shows a dash to the member."""
    words = [text.split()[0] for text in page.locator(selector).all_inner_texts()]
    return ["0.0" if word == "–" else word for word in words]


def ring(phone: Page) -> float:
    """学时 still missing in this year, as home says in its ring."""
    return float(phone.locator(".ring__number").inner_text())
