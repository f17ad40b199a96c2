"""The public page of a certificate: answer first, in both languages, for anybody."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cpd_app.models import Person, PersonName, Registration, Term
from cpd_app.usecases.attempts import LIMITS
from cpd_app.web.verification import link_of
from tests.support import builders
from tests.support.certificates import an_act
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Nobody in particular."""
    return Browser(app)


@pytest.fixture
def number(member: Someone) -> str:
    assert member.registration
    return member.registration.number


def test_the_state_is_the_first_thing_that_is_said(visitor: Browser, number: str):
    page = visitor.get("verification.show", number=number)

    said = page.find("main").get_text(" ", strip=True)
    assert "有效" in page.find("#state").get_text()
    assert said.index("有效") < said.index("张＊＊") < said.index("状态记录")
    for words in ("专业工程会员", "电气工程", "本地学会", "至2028年2月29日", number):
        assert words in page.text
    assert "张会员" not in page.text
    assert "截至2026年11月20日 10:00" in page.text
    assert page.response.headers["Cache-Control"] == "no-store, private"


def test_it_speaks_english(visitor: Browser, number: str):
    visitor.client.set_cookie("cpd_locale", "en")
    page = visitor.get("verification.show", number=number)

    assert page.find("#state").get_text() == "Valid"
    assert "Professional Engineer" in page.text
    assert "Home Society" in page.text
    assert "有效" in page.find(".verify__other").get_text(), "the word of the certificate itself"


@pytest.mark.parametrize(
    ("state", "word", "tone"),
    [
        ("suspended", "暂停", "warning"),
        ("cancelled", "注销", "blocker"),
        ("revoked", "撤销", "blocker"),
        ("expired", "有效期届满", "blocker"),
    ],
)
def test_withdrawn_states_are_shown(
    visitor: Browser, store: Store, number: str, state: str, word: str, tone: str
):
    with store.session() as session:
        session.query(Term).one().state = state
    page = visitor.get("verification.show", number=number)

    assert page.find(f".verify__state--{tone} strong").get_text() == word
    assert page.has(f".verify__state--{tone} svg"), "never colour alone"


def test_the_history_has_dates_and_documents(
    visitor: Browser, store: Store, member: Someone, number: str
):
    assert member.registration
    revoked = an_act(store, member.registration, "revoked", date(2026, 1, 5), state="annulled")
    an_act(store, member.registration, "annulled", date(2026, 3, 1), annuls_id=revoked.id)

    lines = [li.get_text(" ", strip=True) for li in visitor.get(f"/verify/{number}").all("ol li")]

    assert lines[0].startswith("更正 2026年3月1日 示〔2026〕1号")
    assert lines[1].startswith("撤销 已更正 2026年1月5日")
    assert lines[2].startswith("颁证 2023年3月1日")


def test_a_typed_number_leads_to_its_own_address(visitor: Browser, number: str):
    page = visitor.get("verification.index")
    answer = visitor.submit(page, ".verify__ask", number=f"  {number.lower()} ", status=303)

    assert answer.response.location == f"/verify/{number.lower()}"
    assert "有效" in visitor.get(answer.response.location).text


@pytest.mark.parametrize("typed", ["T-none", "T/2023/1", "京电〔2023〕1号", "<script>", "T" * 300])
def test_an_unknown_number_is_said_in_clear_words(visitor: Browser, typed: str):
    page = visitor.get("verification.show", status=404, number=typed)

    assert "没有查到这个编号的证书" in page.text
    assert not page.has("dl")


def test_numbers_with_a_slash_or_chinese_words_work(
    visitor: Browser, store: Store, member: Someone
):
    odd = "京电〔2023〕/017号"
    assert member.society
    builders.a_registration(
        store, builders.a_person(store, name="欧阳修"), member.society,
        number=odd, number_key="京电〔2023〕/017号",
    )  # fmt: skip

    assert "欧阳＊" in visitor.get("verification.show", number=odd).text
    code = link_of("https://cpd.example.org", odd)
    assert code.startswith("HTTPS://CPD.EXAMPLE.ORG/V/%E4%BA%AC")
    assert "欧阳＊" in visitor.get(code.removeprefix("HTTPS://CPD.EXAMPLE.ORG")).text


def test_a_service_in_a_folder_keeps_its_small_letters():
    assert link_of("https://example.org/cpd", "T1") == "https://example.org/cpd/V/T1"


def test_a_name_is_checked(visitor: Browser, number: str):
    page = visitor.get("verification.show", number=number)

    same = visitor.submit(page, "#name-check form", name="张会员", status=200)
    other = visitor.submit(page, "#name-check form", name="张三", status=200)

    assert same.find("[role=status]").get_text(" ", strip=True) == "一致 张会员"
    assert other.find("[role=status]").get_text(" ", strip=True) == "不一致 张三"
    assert "张会员" not in other.text
    visitor.post(f"/verify/{number}", {"name": " "}, status=303)
    visitor.post("/verify/T-none", {"name": "张会员"}, status=404)


def test_who_asks_too_often_waits(visitor: Browser, number: str):
    for place in range(LIMITS["verify_unknown"].most):
        visitor.fetch("verification.show", number=f"T-{place}", status=404)

    page = visitor.get("verification.show", number=number, status=429)
    assert "分钟后再试" in page.find("[role=alert]").get_text()
    assert visitor.fetch(f"/api/v1/certificates/{number}", status=429).get_json()["code"] == (
        "too_many_lookups"
    )
    page = visitor.get("verification.index")
    visitor.post(f"/verify/{number}", {"name": "张会员"}, status=429)


def test_a_first_visit_is_small_and_without_script(visitor: Browser, number: str):
    page = visitor.get("verification.show", number=number)

    assert not page.has("script")
    sheets = [str(link["href"]) for link in page.all("link[rel=stylesheet]")]
    sizes = [len(visitor.fetch(href).data) for href in sheets]
    # uncompressed; what is sent is a third of it
    assert sum(sizes) + len(page.response.data) < 60_000


def test_the_api_gives_the_same_and_signs_it(visitor: Browser, number: str):
    answer = visitor.fetch(f"/api/v1/certificates/{number.lower()}").get_json()

    certificate = answer["certificate"]
    assert (certificate["name"], certificate["state"]) == ("张＊＊", "active")
    assert certificate["term"] == {"starts_on": "2023-03-01", "last_day": "2028-02-29"}
    assert certificate["as_of"] == "2026-11-20T02:00:00Z"
    assert certificate["history"][0]["act"] == "issued"
    keys = visitor.fetch("/.well-known/cpd-keys.json")
    assert keys.headers["Cache-Control"] == "public, max-age=300"
    assert [k["key_id"] for k in keys.get_json()["keys"]] == [answer["signature"]["key_id"]]
    assert "private" not in keys.get_data(as_text=True)
    assert visitor.fetch("/api/v1/certificates/T-none", status=404).get_json()["code"] == (
        "certificate_unknown"
    )


def files(folder: Path, visitor: Browser, owner: Browser, registration: Registration) -> list[str]:
    """The served program, the member's signed file and the keys, as somebody offline has them."""
    fetched = {
        "check_certificate.py": visitor.fetch("/verify/check_certificate.py"),
        "certificate.json": owner.fetch(
            "certificate_papers.signed", registration_id=registration.id
        ),
        "cpd-keys.json": visitor.fetch("/.well-known/cpd-keys.json"),
    }
    for name, answer in fetched.items():
        (folder / name).write_bytes(answer.data)
    return [str(folder / name) for name in fetched]


def run(words: list[str], folder: Path) -> Any:
    """The program by itself: another process, another folder, nothing of the service."""
    return subprocess.run(
        [sys.executable, "-I", *words],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_signed_file_is_checked_offline(
    visitor: Browser, as_: As, member: Someone, tmp_path: Path
):
    assert member.registration
    words = files(tmp_path, visitor, as_(member), member.registration)

    good = run(words, tmp_path)

    assert good.returncode == 0, good.stderr
    assert "GOOD: signed by 本地学会" in good.stdout
    assert "name     张会员" in good.stdout
    assert "state    active, as of 2026-11-20T02:00:00Z" in good.stdout
    assert run(words[:1], tmp_path).returncode == 2
    assert run([words[0], words[2], words[1]], tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("certificate", "name", "张骗子"), "was changed"),
        (("certificate", "level", "senior"), "was changed"),
        (("certificate", "extra", "x"), "was changed"),
        (("signature", "value", "AAAA"), "was changed"),
        (("signature", "key_id", "0" * 16), "no such key"),
        (("signature", "algorithm", "none"), "Ed25519"),
        (("key", "ended_at", "2026-11-20T01:00:00Z"), "after its key had ended"),
        (("key", "created_at", "2026-11-21T01:00:00Z"), "before its key was made"),
        (("key", "ended_why", "stolen"), "stolen"),
        (("key", "society", {"code": "other"}), "another society"),
    ],
    ids=lambda value: str(value[1]) if isinstance(value, tuple) else "",
)
def test_what_was_changed_is_not_good(
    visitor: Browser, as_: As, member: Someone, tmp_path: Path, change: Any, why: str
):
    assert member.registration
    words = files(tmp_path, visitor, as_(member), member.registration)
    where, name, value = change
    path = Path(words[2] if where == "key" else words[1])
    document = json.loads(path.read_text("utf-8"))
    part = document["keys"][0] if where == "key" else document[where]
    part[name] = value
    path.write_text(json.dumps(document), "utf-8")

    bad = run(words, tmp_path)

    assert bad.returncode == 1
    assert why in bad.stdout


def test_the_name_on_the_page_is_todays(visitor: Browser, store: Store, member: Someone):
    assert member.registration
    with store.session() as session:
        person = session.get_one(Person, member.id)
        person.names.append(PersonName(name="章会员", from_on=date(2025, 1, 1)))

    assert "章＊＊" in visitor.get(f"/verify/{member.registration.number}").text
