"""One's own certificate: the code, the paper, the signed file; and who else may have it."""

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from pypdf import PdfReader

from cpd_app.models import Person, PersonName, Term
from tests.support.documents import text_of
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


def own(someone: Someone) -> dict[str, int]:
    assert someone.registration
    return {"registration_id": someone.registration.id}


def test_me_leads_to_the_code_and_the_downloads(as_: As, member: Someone):
    assert member.registration
    browser = as_(member)
    me = browser.get("me.index")
    place = browser.path("certificate_papers.show", own(member))

    assert me.find(".certificate__qr")["href"] == place
    page = browser.get(place)
    assert page.has(".certificate-code svg")
    for path in (f"{place}.pdf", f"{place}.json", f"/verify/{member.registration.number}"):
        assert path in page.links()


def test_the_paper_says_it_all_in_both_languages(as_: As, member: Someone, store: Store):
    assert member.registration
    with store.session() as session:
        name = session.get_one(Person, member.id).names[0]
        name.name, name.name_en = "龘䶮𠮷", "Zhang Huiyuan"

    answer = as_(member).fetch("certificate_papers.paper", **own(member))

    assert answer.mimetype == "application/pdf"
    assert f"{member.registration.number}.pdf" in answer.headers["Content-Disposition"]
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 1
    said = "".join(text_of(answer.data).split())
    in_it = (
        "龘䶮𠮷 ZhangHuiyuan 工程会员证书 专业工程会员 ProfessionalEngineer 本地学会 HomeSociety "
        "2023年3月1日至2028年2月29日 示范样式"
    )
    for words in (*in_it.split(), member.registration.number):
        assert words in said, words


def test_a_name_without_a_glyph_is_refused_by_name(as_: As, member: Someone, store: Store):
    store.add(PersonName(person_id=member.id, name="张\U00016a00", from_on=date(2025, 1, 1)))

    page = as_(member).get("certificate_papers.paper", status=422, **own(member))

    assert "U+16A00" in page.text


@pytest.mark.parametrize(
    ("state", "word"),
    [("suspended", "暂停"), ("expired", "届满"), ("cancelled", "注销"), ("revoked", "撤销")],
)
def test_a_certificate_not_in_force_is_not_printed(
    as_: As, member: Someone, store: Store, state: str, word: str
):
    with store.session() as session:
        session.query(Term).one().state = state
    browser = as_(member)

    page = browser.get("certificate_papers.show", **own(member))
    assert word in page.find(".notice").get_text()
    assert not any(path.endswith(".pdf") for path in page.links())
    assert word in browser.get("certificate_papers.paper", status=422, **own(member)).text
    signed = browser.fetch("certificate_papers.signed", **own(member)).get_json()
    assert signed["certificate"]["state"] == state


def test_staff_of_the_society_have_it_too_and_nobody_else(
    as_: As, member: Someone, registrar: Someone, other_member: Someone, stranger: Someone
):
    page = as_(registrar).get("certificate_papers.show", **own(member))
    assert "张会员" in page.text
    as_(registrar).fetch("certificate_papers.signed", **own(member))

    for person in (other_member, stranger):
        for name in ("show", "paper", "signed"):
            as_(person).fetch(f"certificate_papers.{name}", status=404, **own(member))


def test_a_renewed_term_that_has_not_begun_has_a_paper_with_its_first_day(
    as_: As, member: Someone, store: Store
):
    assert member.registration
    store.add(
        Term(
            registration_id=member.registration.id, level="professional",
            starts_on=date(2028, 3, 1), ends_on=date(2033, 3, 1), state="active",
        )
    )  # fmt: skip
    browser = as_(member)

    page = browser.get("certificate_papers.show", **own(member))
    assert "2028年3月1日起生效" in page.text
    coming = browser.fetch("certificate_papers.paper", **own(member), coming=1)
    said = "".join(text_of(coming.data).split())
    assert "此日起生效" in said
    assert "2028年3月1日至2033年2月28日" in said
    present = "".join(
        text_of(browser.fetch("certificate_papers.paper", **own(member)).data).split()
    )
    assert "此日起生效" not in present


def test_nothing_to_come_is_not_there(as_: As, member: Someone):
    as_(member).fetch("certificate_papers.paper", **own(member), coming=1, status=404)
