"""The "me" page and what hangs on it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import Employment, FileView, Job, Person, PersonName, Society, Term
from cpd_app.usecases import contacts, passwords, signin
from tests.support import builders
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


def test_the_certificate_stands_on_top(as_: As, member: Someone) -> None:
    assert member.registration
    card = as_(member).get("me.index").find(".certificate").get_text(" ")

    for words in ("张会员", "专业工程会员", "电气工程", member.registration.number, "本地学会"):
        assert words in card
    assert "2028年2月29日" in card, "the last day, not the first day without"
    assert "有效" in card


@pytest.mark.parametrize(
    ("state", "word", "kind"),
    [
        ("suspended", "已暂停", "calm"),
        ("revoked", "已撤销", "ended"),
        ("cancelled", "已注销", "ended"),
    ],
)
def test_a_certificate_that_is_not_valid_says_so(
    as_: As, member: Someone, store: Store, state: str, word: str, kind: str
) -> None:
    with store.session() as session:
        session.query(Term).one().state = state

    assert word in as_(member).get("me.index").find(f".certificate__state--{kind}").get_text()


def test_staff_have_no_certificate(as_: As, registrar: Someone) -> None:
    page = as_(registrar).get("me.index")

    assert not page.has(".certificate")


def test_of_several_registrations_one_is_shown(
    as_: As, member: Someone, other_society: Society, store: Store
) -> None:
    second = builders.a_registration(store, member.person, other_society)
    browser = as_(member)
    page = browser.get("me.index")
    form = f"form[action='{browser.path('me.show_registration', {})}']"

    browser.submit(page, form, registration_id=str(second.id))

    assert second.number in browser.get("me.index").find(".certificate").get_text()
    browser.post("me.show_registration", {"registration_id": "x"}, status=404)
    browser.post("me.show_registration", {"registration_id": "999"}, status=404)


def test_nobody_shows_the_registration_of_another(
    as_: As, member: Someone, other_member: Someone
) -> None:
    assert other_member.registration
    chosen = {"registration_id": str(other_member.registration.id)}
    as_(member).post("me.show_registration", chosen, status=404)


@pytest.mark.parametrize(
    ("field", "value", "selector"),
    [
        ("text_size", "large", "html[data-text=large]"),
        ("theme", "dark", "html[data-bs-theme=dark]"),
        ("locale", "en", "html[lang=en]"),
    ],
)
def test_switches_are_kept_with_the_person(
    as_: As, member: Someone, field: str, value: str, selector: str
) -> None:
    browser = as_(member)
    page = browser.get("me.index")
    changes: dict[str, Any] = {field: value}
    answer = browser.submit(page, "form[data-module~=preferences]", **changes)

    assert answer.response.headers["Location"] == "/me"
    assert as_(member).get("me.index").has(selector), "in another browser too"


@pytest.mark.parametrize(
    "where",
    [
        "me.index",
        "me.profile",
        "me.evidence_views",
        "me.privacy",
        "me.account.sign_ins",
        "me.account.password",
        "me.account.email",
        "me.account.contact_code",
        "me.account.access_tokens",
        "me.account.new_token",
        "signin.ask_to_sign_out",
        "signin.confirm",
    ],
)
def test_every_page_of_the_account_speaks_english(
    as_: As, member: Someone, store: Store, society: Society, where: str
) -> None:
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"
        session.get_one(PersonName, member.person.names[0].id).name_en = "Zhang Huiyuan"
    page = as_(member).get(where)

    shown = page.text
    for data in ("中文", "张会员", "电气工程", society.name):
        shown = shown.replace(data, "")
    assert page.find("html")["lang"] == "en"
    assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", shown), shown


def test_the_profile_shows_what_the_society_entered(as_: As, member: Someone, store: Store) -> None:
    for year, employer in ((2020, "旧单位"), (2024, "新单位")):
        store.add(Employment(person_id=member.id, employer=employer, from_on=date(year, 1, 1)))
    store.add(PersonName(person_id=member.id, name="张新名", from_on=date(2025, 1, 1)))

    page = as_(member).get("me.profile")

    first, former = page.all(".facts")[0].get_text(" "), page.all(".facts")[-1].get_text(" ")
    assert "张新名" in first
    assert "新单位" in first
    assert "张会员" in former
    assert "旧单位" in former
    assert str(member.person.email) in page.text


def test_a_member_reads_who_opened_their_evidence(
    as_: As, member: Someone, auditor: Someone, store: Store, now: datetime
) -> None:
    assert "还没有人看过" in as_(member).get("me.evidence_views").text
    file = builders.a_file(store, member.person)
    store.add(FileView(file_id=file.id, person_id=auditor.id, at=now))

    page = as_(member).get("me.evidence_views")
    assert "签到表.jpg" in page.text
    assert "赵审核" in page.text
    assert "2026年10月22日 09:00" in page.text
    assert "近 30 天 1 次" in as_(member).get("me.index").text


def test_a_new_password_signs_the_other_devices_out(
    app: Flask, as_: As, member: Someone, now: datetime
) -> None:
    other, here = as_(member), as_(member)
    page = here.get("me.account.password")
    weak = here.submit(page, "main form", status=422, password="12345678")
    assert "太常见" in weak.text
    here.submit(weak, "main form", password="绝缘子 2026")

    assert "密码已更改" in here.get("me.index").text
    other.get("/me", status=303)
    with app.app_context():
        name = str(member.person.email)
        proof = signin.prove(name, "绝缘子 2026", address="192.0.2.1", now=now)
    assert proof.person_id == member.id


def test_a_new_address_is_confirmed_by_a_code(
    as_: As,
    do: Callable[..., Any],
    member: Someone,
    registrar: Someone,
    store: Store,
    now: datetime,
) -> None:
    browser = as_(member)
    page = browser.get("me.account.email")
    wrong = browser.submit(page, "main form", status=422, email="no address")
    assert "不像一个邮箱地址" in wrong.text
    sent = browser.submit(wrong, "main form", email="new@example.org")
    assert "n***@example.org" in browser.follow(sent).text
    assert store.one(select(Job)).payload["new_contact"] == "new@example.org"

    code = do(
        contacts.issue_contact_code, registrar.actor, member.id, "new@example.org", now=now
    ).code
    form = browser.get(f"/me/contact-code?code={code}")
    assert form.find("input[name=code]")["value"] == code
    bad = browser.submit(form, "main form", status=422, code="K7M4-QX2P-D9RT")
    assert "没有这个代码" in bad.text
    done = browser.submit(bad, "main form", code=code)

    assert "已改为 n***@example.org" in browser.follow(done).text
    assert store.get(Person, member.id).email == "new@example.org"


def test_too_many_changes_of_address_wait(as_: As, member: Someone) -> None:
    browser = as_(member)
    for number in range(3):
        browser.post("me.account.order_email_code", {"email": f"a{number}@example.org"})

    held = browser.post("me.account.order_email_code", {"email": "x@example.org"}, status=429)
    assert "60 分钟后" in held.text


def test_an_address_of_another_account_is_told_to_its_reader_only(
    as_: As,
    do: Callable[..., Any],
    member: Someone,
    other_member: Someone,
    registrar: Someone,
    store: Store,
    now: datetime,
) -> None:
    browser = as_(member)
    taken = str(other_member.person.email)
    browser.post("me.account.order_email_code", {"email": taken})
    issue = contacts.issue_contact_code
    code = do(issue, registrar.actor, member.id, "free@example.org", now=now).code
    with store.session() as session:
        session.get_one(Person, other_member.id).email = "free@example.org"

    page = browser.post("me.account.confirm_contact", {"code": code}, status=422)
    assert "已用在另一个账号上" in page.text


def test_a_token_is_shown_once_and_stopped(as_: As, member: Someone) -> None:
    browser = as_(member)
    assert "还没有令牌" in browser.get("me.account.access_tokens").text
    form = browser.get("me.account.new_token")
    assert not form.has("input[value='registrations:write']")

    made = browser.submit(
        form, "main form", status=201, name="办公室的表格", scopes="activities:read"
    )
    token = made.find("#token").get_text()
    assert token.startswith("cpd_")
    listed = browser.get("me.account.access_tokens")
    assert "办公室的表格" in listed.text
    assert "读取我的记录和佐证" in listed.text
    assert token not in str(listed.soup)

    browser.submit(listed, "form[action$='/revoke']")
    assert "令牌已停用。" in browser.get("me.account.access_tokens").text
    api = browser.app.test_client()
    answer = api.get("/api/v1/activities", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"name": ""}, "请填写"),
        ({"name": "x" * 81}, "名字"),
        ({"scopes": "everything"}, "everything"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    as_: As, member: Someone, typed: dict[str, str], fault: str
) -> None:
    fields = {"name": "表格", **typed}
    page = as_(member).post("me.account.make_token", fields, status=422)

    assert fault in page.text


def test_tokens_of_others_are_not_there(as_: As, member: Someone, stranger: Someone) -> None:
    as_(member).post("me.account.make_token", {"name": "表格"}, status=201)

    as_(stranger).post("me.account.revoke_token", token_id=1, status=404)


@pytest.mark.parametrize(
    "where", ["me.index", "me.profile", "me.account.sign_ins", "me.account.access_tokens"]
)
def test_nobody_sees_an_account_without_signing_in(anybody: Browser, where: str) -> None:
    assert anybody.get(where, status=303).response.headers["Location"].startswith("/sign-in")


def test_making_a_token_asks_for_the_password_again(
    as_: As, member: Someone, at: Callable[[str], datetime], store: Store
) -> None:
    with store.session() as session:
        kept = passwords.choose("绝缘子 2026").password_hash
        session.get_one(Person, member.id).password_hash = kept
    browser = as_(member)
    at("2026-10-22 10:00")

    for where in ("me.account.new_token", "me.account.password", "me.account.email"):
        asked = browser.get(where, status=303)
        assert asked.response.headers["Location"].startswith("/confirm?next=")
    sent = browser.post("me.account.make_token", {"name": "x"})
    assert sent.response.headers["Location"].startswith("/confirm")
