"""The desk's first page, choice of a society, the federation's counts, roles, codes, merging."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import JournalEntry, Merge, OneTimeCode, Person, Registration, Role, Society
from cpd_app.policy import RoleName
from tests.support import builders
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
SOON = {"starts_on": date(2022, 3, 1), "ends_on": date(2027, 3, 1)}


@pytest.fixture(autouse=True)
def today(at: Callable[[str], object]) -> None:
    """A day in year 4 of the builders' terms."""
    at("2026-11-20 10:00")


def own(someone: Someone) -> Registration:
    assert someone.registration is not None
    return someone.registration


def registered(store: Store, society: Society, name: str, **over: Any) -> Registration:
    term = over.pop("term", None)
    person = builders.a_person(store, name=name, **over)
    return builders.a_registration(store, person, society, term=term)


@pytest.mark.usefixtures("member")
def test_the_overview_answers_who_is_due_and_not_ready(
    as_: As, store: Store, society: Society, auditor: Someone
):
    registered(store, society, "快到期", term=SOON)
    registered(store, society, "没激活", term=SOON, password_hash=None, activated_at=None)

    page = as_(auditor).get("staff.overview")

    assert page.heading == "6 个月内 2 人到期，2 人未就绪"
    figures = dict(zip(
        (text_of(w) for w in page.all(".figures li > span:first-child")),
        (text_of(n) for n in page.all(".figures strong")),
        strict=True,
    ))  # fmt: skip
    assert figures["有未达标的年度"] == "2", "members whose years are over without hours"
    assert figures["未激活，6 个月内到期"] == "1", "not activated stands apart"
    assert figures["未激活，其余"] == "0"
    february = [text_of(r) for r in page.all("figure tbody tr")][3]
    assert february == "2027年2月 0 2 2"
    assert "/staff/members" in page.links()


@pytest.mark.usefixtures("member")
def test_a_bar_opens_the_list_it_counts(as_: As, store: Store, society: Society, auditor: Someone):
    registered(store, society, "快到期", term=SOON)
    browser = as_(auditor)
    page = browser.get("staff.overview")

    bars = [str(a["href"]) for a in page.all("svg a")]
    of_february = browser.get(bars[3])

    assert [text_of(r).split()[1] for r in of_february.all("tbody tr")] == ["快到期"]


def test_a_society_without_members_reads_well(as_: As, registrar: Someone):
    page = as_(registrar).get("staff.overview")

    assert page.heading == "6 个月内没有人到期"


@pytest.mark.usefixtures("stranger")
def test_staff_of_two_societies_choose_whose_desk_it_is(
    as_: As, store: Store, other_society: Society, registrar: Someone
):
    builders.a_role(store, registrar.person, RoleName.AUDITOR, other_society)
    browser = as_(registrar)

    browser.post("staff.switch", {"society": "other"})
    page = browser.get("members.index")

    assert "周外人" in page.text
    assert text_of(page.find(".desk__society strong")) == "外地学会"
    browser.post("staff.switch", {"society": "nowhere"}, status=404)


@pytest.mark.usefixtures("other_society", "stranger")
def test_nobody_sits_down_at_a_strangers_desk(as_: As, registrar: Someone, member: Someone):
    as_(registrar).post("staff.switch", {"society": "other"}, status=404)
    as_(member).get("staff.overview", status=403)


@pytest.mark.usefixtures("other_member", "stranger")
def test_the_federation_sees_counts_and_no_person(as_: As, federation: Someone, member: Someone):
    browser = as_(federation)

    page = browser.get("staff.overview")

    assert page.heading == "有效证书 3 张"
    assert [text_of(r) for r in page.all("tbody tr")] == ["外地学会 1 1 1", "本地学会 2 2 2"]
    for name in ("张会员", "周外人"):
        assert name not in page.text
    browser.get("members.index", status=404)
    registration_id = own(member).id
    browser.get("members.show", registration_id=registration_id, status=404)


def test_a_role_is_given_until_a_day_and_ended(
    as_: As, store: Store, registrar: Someone, member: Someone
):
    browser = as_(registrar)
    form = {
        "name": "张会员", "contact": str(own(member).number),
        "role": "auditor", "last_on": "2027-06-30",
    }  # fmt: skip

    browser.post("staff.roles.give", form)

    given = store.one(select(Role).where(Role.person_id == member.id))
    assert (given.role, given.ends_on) == ("auditor", date(2027, 7, 1))
    assert "2027年6月30日" in browser.get("staff.roles.index").text
    browser.post("staff.roles.end", role_id=given.id)
    assert store.get(Role, given.id).ends_on == date(2026, 11, 20)


def test_a_last_day_for_good_is_no_end(as_: As, store: Store, registrar: Someone, member: Someone):
    form = {
        "name": "张会员", "contact": str(own(member).number),
        "role": "auditor", "last_on": "9999-12-31",
    }  # fmt: skip

    as_(registrar).post("staff.roles.give", form)

    assert store.one(select(Role).where(Role.person_id == member.id)).ends_on is None


def test_a_role_for_somebody_new_makes_an_account_and_a_code(
    as_: As, store: Store, registrar: Someone
):
    browser = as_(registrar)
    form = {"name": "新审核", "contact": "new@example.org", "role": "auditor"}

    browser.post("staff.roles.give", form)
    person = store.one(select(Person).where(Person.email == "new@example.org"))
    role = store.one(select(Role).where(Role.person_id == person.id))
    page = browser.post("staff.roles.code", role_id=role.id, status=200)

    assert "新审核" in page.heading
    assert store.count(OneTimeCode, OneTimeCode.person_id == person.id) == 1


def test_a_wrong_name_takes_nobodys_account(
    as_: As, store: Store, registrar: Someone, stranger: Someone
):
    form = {"name": "别人", "contact": str(stranger.person.email), "role": "auditor"}
    before = store.count(Role)

    page = as_(registrar).post("staff.roles.give", form, status=422)

    assert "姓名对不上" in text_of(page.find("#field-name-error"))
    assert store.count(Role) == before


def test_roles_are_a_registrars(as_: As, auditor: Someone):
    as_(auditor).get("staff.roles.index", status=403)


def test_one_code_at_the_counter_is_shown_once_and_journalled(
    as_: As, store: Store, society: Society, registrar: Someone
):
    one = registered(store, society, "柜台前", password_hash=None, activated_at=None)

    page = as_(registrar).post(
        "members.activation_codes.single", registration_id=one.id, status=200
    )

    code = text_of(page.find(".slip__code"))
    assert len(code) == 14
    assert page.has(".slip svg")
    assert store.count(JournalEntry, JournalEntry.verb == "code.issued") == 1
    assert code not in str(store.all(select(OneTimeCode.code_hash)))


@pytest.mark.usefixtures("member")
def test_codes_for_a_filter_come_as_a_file_for_the_gateway(
    as_: As, store: Store, society: Society, registrar: Someone
):
    closed = {"password_hash": None, "activated_at": None}
    senior = registered(store, society, "资深者", term={"level": "senior"}, **closed)
    with store.session() as session:
        session.get_one(Registration, senior.id).number = "=1+1"
    registered(store, society, "专业者", **closed)
    browser = as_(registrar)

    page = browser.get("members.activation_codes.choose", level="senior")
    answer = browser.post(
        "members.activation_codes.many", {"level": "senior", "form": "csv"}, status=200
    )
    slips = browser.post("members.activation_codes.many", {"form": "slips"}, status=200)

    assert page.heading == "1 个人还没有激活"
    lines = answer.response.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0] == "name,phone,email,registration_no,code,url,expires_on"
    assert [line.split(",")[0] for line in lines[1:]] == ["资深者"]
    assert lines[1].split(",")[3] == "'=1+1", "no cell is a formula"
    assert slips.heading == "2 张纸条"


def test_only_registrars_issue_codes(as_: As, auditor: Someone, member: Someone):
    registration_id = own(member).id
    browser = as_(auditor)

    browser.get("members.activation_codes.choose", status=403)
    browser.post("members.activation_codes.single", registration_id=registration_id, status=403)


def test_two_accounts_are_joined_after_a_look_and_parted_again(
    as_: As, store: Store, society: Society, registrar: Someone, member: Someone
):
    twin = registered(store, society, "张会员")
    where = {"registration_id": own(member).id, "person_id": twin.person_id}
    browser = as_(registrar)

    choice = browser.get("members.merges.choose", registration_id=where["registration_id"])
    preview = browser.get("members.merges.merge", **where)
    browser.post("members.merges.merge", {"reason": ""}, status=422, **where)
    browser.post("members.merges.merge", {"reason": "身份证相同"}, **where)

    assert twin.number in choice.text
    assert "1 个注册" in preview.text
    assert store.get(Registration, twin.id).person_id == member.id
    merged = store.one(select(Merge))
    page = browser.get("members.show", registration_id=where["registration_id"])
    assert "身份证相同" in page.text
    browser.post(
        "members.merges.undo", registration_id=where["registration_id"], merge_id=merged.id
    )
    assert store.get(Registration, twin.id).person_id == twin.person_id
    assert store.get(Person, twin.person_id).merged_into_id is None


def test_an_account_of_another_society_is_not_dissolved(
    as_: As,
    store: Store,
    society: Society,
    other_society: Society,
    registrar: Someone,
    member: Someone,
):
    twin = registered(store, society, "张会员")
    builders.a_registration(store, store.get(Person, twin.person_id), other_society)
    where = {"registration_id": own(member).id, "person_id": twin.person_id}

    page = as_(registrar).get("members.merges.merge", **where)

    assert page.heading == "不能这样合并"
    assert not page.has("main form")
    as_(registrar).post("members.merges.merge", {"reason": "x"}, status=422, **where)


def test_a_stranger_is_no_candidate(
    as_: As, registrar: Someone, member: Someone, stranger: Someone
):
    registration_id = own(member).id
    browser = as_(registrar)

    page = browser.get("members.merges.choose", registration_id=registration_id, q="周外人")

    assert "没有找到另一个账号" in page.text
    browser.get(
        "members.merges.merge", registration_id=registration_id, person_id=stranger.id, status=404
    )
