"""From the member's phone to the employer's: the paper's code, the page, the name, English."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from cpd_app.models import Person, Term
from tests.e2e.conftest import LookAt, SignIn
from tests.support.axe import violations
from tests.support.certificates import an_act
from tests.support.chromium import DESK, PHONE
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.zbar import codes_in

Open = Callable[..., Page]


def printed(page: Page, folder: Path) -> bytes:
    """The member's certificate as a picture, as if it hung on a wall."""
    with page.expect_download() as got:
        page.get_by_role("link", name="下载证书").click()
    pdf = folder / "certificate.pdf"
    got.value.save_as(pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-png", str(pdf), str(folder / "wall")], check=True)
    return next(folder.glob("wall*.png")).read_bytes()


def test_an_employer_scans_the_paper_and_checks_the_name(
    phone: Page, open_page: Open, sign_in: SignIn, member: Someone, store: Store,
    tmp_path: Path, look_at: LookAt,
) -> None:  # fmt: skip
    assert member.registration
    with store.session() as session:
        session.get_one(Person, member.id).names[0].name_en = "Zhang Huiyuan"
    sign_in(phone, member)
    phone.goto("/me")
    phone.get_by_role("link", name="出示证书二维码").click()
    look_at(phone)
    on_screen = codes_in(phone.locator(".certificate-code__qr").screenshot())

    codes = codes_in(printed(phone, tmp_path))

    assert codes == on_screen
    assert len(codes) == 1
    address = urlsplit(codes[0]).path
    assert address == f"/V/{member.registration.number}"
    employer = open_page(PHONE)
    employer.goto(address)
    expect(employer.locator("#state")).to_have_text("有效")
    expect(employer.get_by_text("张＊＊")).to_be_visible()
    assert violations(employer) == []
    look_at(employer)
    employer.get_by_label("完整姓名").fill("张会员")
    employer.get_by_role("button", name="核对").click()
    expect(employer.get_by_role("status")).to_contain_text("一致 张会员")

    employer.get_by_role("button", name="English").click()
    expect(employer.locator("#state")).to_have_text("Valid")
    expect(employer.get_by_text("Professional Engineer")).to_be_visible()
    employer.get_by_label("full name").fill("Huiyuan Zhang")
    employer.get_by_role("button", name="Check").click()
    expect(employer.get_by_role("status")).to_contain_text("Same name")


def test_a_withdrawn_certificate_shows_at_once(
    open_page: Open, member: Someone, store: Store, look_at: LookAt
) -> None:
    assert member.registration
    number = member.registration.number
    visitor = open_page(PHONE, java_script_enabled=False)
    visitor.goto("/verify")
    visitor.get_by_label("注册编号").fill(f" {number.lower()} ")
    visitor.get_by_role("button", name="核验").click()
    expect(visitor.locator("#state")).to_have_text("有效")

    an_act(store, member.registration, "revoked", date(2026, 11, 2))
    with store.session() as session:
        session.get_one(Term, member.registration.terms[0].id).state = "revoked"
    visitor.reload()

    expect(visitor.locator("#state")).to_have_text("撤销")
    expect(visitor.locator(".verify__history li").first).to_contain_text("2026年11月2日")
    small = open_page({"width": 320, "height": 640})
    small.goto(f"/verify/{number}")
    assert small.evaluate("document.documentElement.scrollWidth") <= 320
    look_at(small)


def test_a_first_visit_weighs_little(open_page: Open, member: Someone) -> None:
    """At most 40 KB transferred, as the check-in page."""
    assert member.registration
    visitor = open_page(PHONE)
    sizes: list[int] = []
    visitor.on("requestfinished", lambda r: sizes.append(sum(
        r.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")
    )))  # fmt: skip
    visitor.goto(f"/verify/{member.registration.number}", wait_until="networkidle")

    assert sum(sizes) <= 40_000, sizes


def test_somebody_writes_and_reads_the_answer(
    phone: Page, open_page: Open, sign_in: SignIn, registrar: Someone, look_at: LookAt
) -> None:
    assert registrar.society
    phone.goto("/complaints")
    look_at(phone)
    phone.get_by_label("写给谁").select_option(registrar.society.code)
    phone.get_by_label("内容").fill("三月提交的材料至今没有答复，请核实。")
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("已收到")
    look_at(phone)
    number, secret = phone.locator(".receipt dd").all_inner_texts()[:2]

    desk = open_page(DESK)
    sign_in(desk, registrar)
    desk.goto("/staff/complaints")
    look_at(desk)
    desk.get_by_role("link", name=number).click()
    look_at(desk)
    desk.get_by_label("答复").fill("已核实，材料当日审完。")
    desk.get_by_role("button", name="答复", exact=True).click()
    expect(desk.get_by_text("来信人凭编号和查询码可以看到")).to_be_visible()

    phone.get_by_role("link", name="查答复").click()
    phone.get_by_label("编号").fill(number)
    phone.get_by_label("查询码").fill(secret)
    phone.get_by_role("button", name="查答复").click()
    expect(phone.get_by_text("已核实，材料当日审完。")).to_be_visible()
    look_at(phone)
