"""A certificate is revoked by two people, the public reads it at once; an annulment corrects it."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import LookAt, SignIn
from tests.support.people import Someone

BASIS, NUMBER = "示范学会章程第 9 条", "示电学〔2026〕41 号"


def test_a_revocation_and_its_annulment(
    desk: Page,
    phone: Page,
    sign_in: SignIn,
    look_at: LookAt,
    member: Someone,
    registrar: Someone,
    auditor: Someone,
) -> None:
    assert member.registration
    assert member.society
    number, registration_id = member.registration.number, member.registration.id
    notices = f"/notices/{member.society.code}"

    sign_in(desk, registrar)
    desk.goto(f"/staff/certificates?q={number}")
    desk.get_by_role("link", name=number).click()
    look_at(desk)
    desk.get_by_role("link", name="撤销 两人").click()
    fill(desk, "材料不实")
    look_at(desk)
    desk.get_by_role("button", name="提出撤销").click()
    expect(desk.locator("main")).to_contain_text("有一件变更待确认")
    phone.goto(notices)
    expect(phone.locator("main")).not_to_contain_text(number)

    confirm(desk, sign_in, auditor, "撤销", look_at)
    phone.reload()
    notice = phone.locator(".notices__item").first
    expect(notice).to_contain_text("撤销")
    expect(notice).to_contain_text(number)
    expect(notice).to_contain_text("起生效")
    look_at(phone)

    sign_in(desk, registrar)
    desk.goto(f"/staff/certificates?r={registration_id}")
    desk.get_by_role("link", name="更正").last.click()
    fill(desk, "申诉成立", dated=False)
    desk.get_by_role("button", name="提出更正").click()
    confirm(desk, sign_in, auditor, "更正", look_at)
    desk.goto(f"/staff/certificates?r={registration_id}")
    expect(desk.locator(".certificate-panel__head")).to_contain_text("有效")
    look_at(desk)
    phone.reload()
    expect(phone.locator(".notices__item").first).to_contain_text("更正")
    expect(phone.locator(".notices__item--void")).to_contain_text("撤销")
    look_at(phone)


def fill(desk: Page, reason: str, *, dated: bool = True) -> None:
    """The form of an act; its day is today already."""
    desk.get_by_label("事由").select_option(label=reason)
    if dated:
        expect(desk.get_by_label("生效日")).not_to_have_value("")
    desk.get_by_label("依据").fill(BASIS)
    desk.get_by_label("文号").fill(NUMBER)
    desk.get_by_label("给本人的说明").fill("示范：已核实")


def confirm(desk: Page, sign_in: SignIn, someone: Someone, word: str, look_at: LookAt) -> None:
    """The second person, from the list of what waits."""
    sign_in(desk, someone)
    desk.goto("/staff/certificates/proposals")
    look_at(desk)
    desk.get_by_role("link", name=word, exact=True).click()
    look_at(desk)
    desk.get_by_role("button", name=f"确认{word}").click()
    expect(desk.locator("main")).to_contain_text("公众现在就能看到")
