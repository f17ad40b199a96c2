"""The register at the desk: find, open, change, export; another society's is not there."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from cpd_app.models import Credit, JournalEntry, Person, Registration, Society, Term
from cpd_app.policy import RoleName
from tests.support import builders
from tests.support.evidence import a_training
from tests.support.jobs import work_off
from tests.support.making import file_of
from tests.support.page import Browser, Page, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
TODAY = "2026-11-20 10:00"


@pytest.fixture(autouse=True)
def today(at: Callable[[str], object]) -> None:
    """Year 4 of the builders' terms."""
    at(TODAY)


def rows(page: Page) -> list[str]:
    return [text_of(row) for row in page.all("tbody tr")]


def own(someone: Someone) -> Registration:
    assert someone.registration is not None
    return someone.registration


def registered(store: Store, society: Society, name: str, **over: Any) -> Registration:
    term = over.pop("term", None)
    person = builders.a_person(store, name=name, **over.pop("person", {}))
    return builders.a_registration(store, person, society, term=term, **over)


@pytest.mark.usefixtures("member", "other_member")
def test_the_answer_stands_first_and_the_list_follows(as_: As, auditor: Someone):
    page = as_(auditor).get("members.index")

    assert page.heading == "有效 2 个"
    assert [r.split()[1] for r in rows(page)] == ["张会员", "李会员"]
    assert not page.has("main a[href='/staff/members/new']"), "an auditor registers nobody"


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王小", {"王小明"}),
        ("设计院", {"王小明"}),
        ("xy-20", {"王小明"}),
        ("13900001111", {"王小明"}),
        ("wang@", {"王小明"}),
        ("Wang X", {"王小明"}),
        ("张会员", {"张会员"}),
        ("%", set()),
    ],
)
def test_one_search_finds_by_everything_that_is_written_on_a_letter(
    as_: As, store: Store, society: Society, registrar: Someone,
    text: str, found: set[str],
):  # fmt: skip
    contact = {"phone": "+8613900001111", "email": "wang@example.org", "name_en": "Wang Xiaoming"}
    one = registered(
        store, society, "王小明", person=contact, number="XY-2020-1", number_key="XY-2020-1"
    )
    builders.an_employment(store, one.person_id, "示范电力设计院")

    page = as_(registrar).get("members.index", q=text)

    assert {r.split()[1] for r in rows(page)} == found


def test_contacts_are_found_by_registrars_only(
    as_: As, auditor: Someone, registrar: Someone, member: Someone
):
    phone = str(member.person.phone)

    assert len(rows(as_(registrar).get("members.index", q=phone))) == 1
    assert rows(as_(auditor).get("members.index", q=phone)) == []
    shown = as_(auditor).get("members.show", registration_id=own(member).id)
    assert phone not in shown.text
    assert str(member.person.email) not in shown.text


@pytest.mark.usefixtures("member")
def test_filters_stand_in_the_address_and_count_the_states(
    as_: As, store: Store, society: Society, registrar: Someone
):
    registered(store, society, "停用者", term={"state": "suspended", "level": "senior"})
    registered(
        store, society, "到期者", term={"starts_on": date(2020, 1, 1), "ends_on": date(2025, 1, 1)}
    )
    registered(
        store, society, "快到期", term={"starts_on": date(2022, 1, 1), "ends_on": date(2027, 1, 1)}
    )
    registered(store, society, "没激活", person={"password_hash": None, "activated_at": None})
    browser = as_(registrar)

    def names(**asked: Any) -> set[str]:
        return {r.split()[1] for r in rows(browser.get("members.index", **asked))}

    assert names(state="suspended") == {"停用者"}
    assert names(state="expired") == {"到期者"}
    assert names(level="senior") == {"停用者"}
    assert names(months=3) == {"快到期"}
    assert names(due="2026-12") == {"快到期"}
    assert names(standing="not_activated") == {"没激活"}
    assert "没激活" not in names(standing="short"), "not activated is counted apart"
    assert "张会员" in names(standing="short")
    tabs = [text_of(t) for t in browser.get("members.index").all(".filters a")]
    assert tabs == ["全部 5", "有效 3", "已暂停 1", "已到期 1"]


@pytest.mark.usefixtures("member")
def test_unknown_filters_ask_for_nothing(as_: As, registrar: Someone):
    page = as_(registrar).get(
        "members.index", state="x", level="x", standing="x", months="99", due="2026-13", page="x"
    )

    assert len(rows(page)) == 1


def test_pages_hold_fifty_in_a_stable_order(
    as_: As, store: Store, society: Society, registrar: Someone
):
    for number in range(55):
        registered(
            store, society, f"会员{number}", number=f"N{number:03d}", number_key=f"N{number:03d}"
        )
    browser = as_(registrar)

    first = rows(browser.get("members.index"))
    second = rows(browser.get("members.index", page=2))

    assert [r.split()[0] for r in first + second] == [f"N{n:03d}" for n in range(55)]
    assert len(first) == 50


@pytest.mark.usefixtures("member")
def test_another_societys_members_are_not_found(as_: As, registrar: Someone, stranger: Someone):
    page = as_(registrar).get("members.index", q="周外人")

    assert rows(page) == []
    assert len(rows(as_(stranger).get("members.index"))) == 1


@pytest.mark.usefixtures("member")
def test_the_export_is_what_the_list_shows_and_is_journalled(
    app: Flask, as_: As, store: Store, society: Society, registrar: Someone
):
    registered(store, society, "=SUM(1)", number="A1", number_key="A1", term={"level": "senior"})
    browser = as_(registrar)
    listed = browser.get("members.index", level="senior")
    page = browser.follow(browser.submit(listed, "form[action$='/export/xlsx']"))
    assert page.heading == "正在做"
    work_off(app)

    ready = browser.get(page.response.request.path)
    with browser.client.get(file_of(ready)) as answer:
        sheet = load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    rows_ = [[cell.value for cell in line[:2]] for line in sheet.iter_rows()]
    assert rows_ == [["编号", "姓名"], ["A1", "=SUM(1)"]]
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "members.exported"))
    assert entry.data == {"count": 1, "subject": "members", "form": "xlsx"}


def test_nothing_to_export_is_said(as_: As, registrar: Someone):
    browser = as_(registrar)
    page = browser.follow(browser.post("members.export", {"q": "没有这样的人"}, form="csv"))

    assert "没有可导出的行" in page.text


def test_a_member_page_shows_the_members_own_figures(
    as_: As, do: Do, auditor: Someone, member: Someone
):
    a_training(do, member)
    seen = as_(member).get("progress.arithmetic")

    page = as_(auditor).get("members.show", registration_id=own(member).id, year=2)

    assert page.heading.startswith("张会员：")
    assert "2.0 / 50.0" in text_of(page.all(".year-cell")[1])
    assert "2.0" in seen.text
    assert "变压器检修培训" in page.text


@pytest.mark.usefixtures("stranger")
def test_a_record_opens_beside_the_list_with_its_arithmetic(
    as_: As, do: Do, auditor: Someone, member: Someone
):
    record = a_training(do, member)
    registration_id = own(member).id
    browser = as_(auditor)

    page = browser.get("members.show", registration_id=registration_id, year=2, r=record.id)

    assert "90 分钟 ÷ 45 = 2.0" in text_of(page.find(".split__side"))
    assert page.find("tr[aria-selected=true]")
    browser.get("members.show", registration_id=registration_id, r=record.id + 99, status=404)


def test_a_record_that_only_another_society_credits_is_not_there(
    as_: As, do: Do, store: Store, other_society: Society, auditor: Someone, member: Someone
):
    """The person has an older registration elsewhere; its records are that society's affair."""
    term = {"starts_on": date(2015, 1, 1), "ends_on": date(2020, 1, 1)}
    registration_id = own(member).id
    elsewhere = builders.a_registration(store, member.person, other_society, term=term)
    record = a_training(do, member)
    with store.session() as session:
        credit = session.scalars(select(Credit).where(Credit.activity_id == record.id)).one()
        credit.registration_id, credit.term_id = elsewhere.id, elsewhere.terms[0].id

    page = as_(auditor).get("members.show", registration_id=registration_id, year=2)

    assert "变压器检修培训" not in page.text
    as_(auditor).get("members.show", registration_id=registration_id, r=record.id, status=404)
    as_(auditor).get("members.show", registration_id=elsewhere.id, status=404)


def test_names_and_employers_are_dated_and_the_old_ones_stay(
    as_: As, registrar: Someone, member: Someone
):
    registration_id = own(member).id
    browser = as_(registrar)

    browser.post(
        "members.change",
        {"name": "张新名", "name_en": "Zhang Xinming", "from_on": "2026-11-01"},
        registration_id=registration_id,
        part="name",
    )
    browser.post(
        "members.change",
        {"employer": "新单位", "from_on": "2026-11-02"},
        registration_id=registration_id,
        part="employer",
    )
    browser.post(
        "members.change",
        {"number": "M7", "until_on": "2029-12-31"},
        registration_id=registration_id,
        part="membership",
    )

    page = browser.get("members.show", registration_id=registration_id)
    assert page.heading.startswith("张新名：")
    for words in ("张会员", "Zhang Xinming", "新单位", "M7", "2029年12月31日"):
        assert words in page.text


def test_a_change_that_cannot_be_is_said_beside_its_field(
    as_: As, registrar: Someone, member: Someone
):
    where = {"registration_id": own(member).id, "part": "name"}

    page = as_(registrar).post(
        "members.change", {"name": "", "from_on": "2027-01-01"}, status=422, **where
    )
    later = as_(registrar).post(
        "members.change", {"name": "张", "from_on": "2027-01-01"}, status=422, **where
    )

    assert "请填写" in text_of(page.find(".error-summary"))
    assert "生效日还没到" in text_of(later.find("#field-from_on-error"))


def test_only_a_registrar_changes_and_never_their_own(
    as_: As, store: Store, auditor: Someone, member: Someone
):
    where = {"registration_id": own(member).id, "part": "name"}
    builders.a_role(store, member.person, RoleName.REGISTRAR, member.society)

    as_(auditor).get("members.change", status=403, **where)
    as_(member).get("members.change", status=403, **where)


def test_a_certificate_is_entered_with_the_columns_of_the_file(
    as_: As, store: Store, registrar: Someone
):
    form = {
        "name": "赵新会", "phone": "139 0000 2222", "registration_no": "示EE-2026-1",
        "level": "professional", "field": "电气工程", "starts_on": "2026-06-01", "state": "active",
    }  # fmt: skip

    page = as_(registrar).post("members.registrations.new", form)

    row = store.one(select(Registration).where(Registration.number == "示EE-2026-1"))
    term = store.one(select(Term).where(Term.registration_id == row.id))
    person = store.get(Person, row.person_id)
    assert page.response.headers["Location"] == f"/staff/members/{row.id}"
    assert (term.ends_on, person.phone) == (date(2031, 6, 1), "+8613900002222")
    again = as_(registrar).post("members.registrations.new", form, status=422)
    assert "已经登记过" in text_of(again.find("#field-registration_no-error"))
    assert again.find("#field-name")["value"] == "赵新会", "nothing typed is lost"


def test_an_auditor_does_not_register(as_: As, auditor: Someone):
    as_(auditor).get("members.registrations.new", status=403)


def test_an_upgrade_ends_the_running_term_and_keeps_the_number(
    as_: As, store: Store, registrar: Someone, member: Someone
):
    registration_id = own(member).id
    form = {"act": "upgrade", "starts_on": "2026-10-01", "document_no": "示电学〔2026〕5 号"}

    as_(registrar).post("members.registrations.term", form, registration_id=registration_id)

    terms = store.all(select(Term).order_by(Term.starts_on))
    assert [(t.level, t.starts_on, t.ends_on) for t in terms] == [
        ("professional", date(2023, 3, 1), date(2026, 10, 1)),
        ("senior", date(2026, 10, 1), date(2031, 10, 1)),
    ]


def test_a_renewal_waits_for_the_window(as_: As, registrar: Someone, member: Someone):
    registration_id = own(member).id
    browser = as_(registrar)

    page = browser.get("members.registrations.term", registration_id=registration_id)
    refused = browser.post(
        "members.registrations.term", {"act": "renewal", "document_no": "1"},
        registration_id=registration_id, status=422,
    )  # fmt: skip

    assert "再注册从 2027年9月3日 起才能登记" in page.text
    assert "再注册从 2027年9月3日 起才能登记" in text_of(refused.find(".error-summary"))


@pytest.mark.usefixtures("stranger")
def test_a_text_is_mapped_to_the_taxonomy_for_all_that_say_the_same(
    as_: As, store: Store, society: Society, registrar: Someone
):
    field = builders.a_field(store, name="储能工程类")
    rows_ = [registered(store, society, f"会员{n}", field_text="储能") for n in range(2)]
    browser = as_(registrar)

    page = browser.get("members.registrations.to_map")
    browser.post(
        "members.registrations.field",
        {"field_id": str(field.id), "all_alike": "true"},
        registration_id=rows_[0].id,
    )

    assert "储能" in page.text
    mapped = store.all(select(Registration.field_id).where(Registration.field_text == "储能"))
    assert list(mapped) == [field.id, field.id]


def test_documents_are_marked_as_checked_and_back(
    as_: As, store: Store, do: Do, auditor: Someone, member: Someone
):
    record = a_training(do, member)
    builders.an_evidence(store, record.id, builders.a_file(store, member.person).id)
    where = {"registration_id": own(member).id, "activity_id": record.id}
    browser = as_(auditor)

    browser.post("members.check", {"checked": "true", "year": "2"}, **where)
    page = browser.get("members.show", registration_id=where["registration_id"], year=2)
    browser.post("members.check", {"checked": "false", "year": "2"}, **where)

    assert page.find(".assurance--D")
    assert store.one(select(Credit.checked_at)) is None


def test_what_has_no_document_is_not_checked(
    as_: As, do: Do, store: Store, auditor: Someone, member: Someone
):
    record = a_training(do, member)
    where = {"registration_id": own(member).id, "activity_id": record.id}

    as_(auditor).post("members.check", {"checked": "true"}, **where)

    assert store.one(select(Credit.checked_at)) is None
