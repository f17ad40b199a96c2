"""证书登记 and 公告: the list, an act with its preview, two people, what the public reads."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import CertificateAct, FederationReport, Role
from cpd_app.usecases import federation_reports
from tests.support.jobs import work_off
from tests.support.making import file_of
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.photos import a_pdf
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-05-04 10:00")


@pytest.fixture
def send(as_: As, member: Someone, registrar: Someone) -> Callable[..., Any]:
    """Fill in the form of an act as the registrar and send it."""
    assert member.registration
    registration_id = member.registration.id

    def sending(
        verb: str, reason: str, *, by: Someone = registrar, status: int = 303, **over: Any
    ) -> Any:
        browser = as_(by)
        path = f"/staff/certificates/{registration_id}/{verb}"
        form = browser.get(path)
        values = {
            "reason_code": reason,
            "effective_on": "2026-05-04",
            "legal_basis": "章程第 9 条",
            "document_no": "示〔2026〕3 号",
            "reason": "见文件",
            "seen": form.find("[name=seen]").get("value", ""),
            "key": form.find("[name=key]").get("value", ""),
            **over,
        }
        return browser.post(path, values, status=status)

    return sending


def test_the_register_counts_states_and_opens_a_certificate(
    as_: As, member: Someone, auditor: Someone
):
    assert member.registration
    page = as_(auditor).get(f"/staff/certificates?r={member.registration.id}")

    assert page.heading == "有效 1 张，暂停 0 张"
    assert "要报联合体 0 件" in page.text
    assert "经过" in page.text
    assert "注销" not in [a.text for a in page.all(".certificate-panel .btn")]


def test_a_suspension_is_shown_before_and_read_by_the_public_after(
    as_: As, send: Callable[..., Any], member: Someone, registrar: Someone
):
    assert member.registration
    form = as_(registrar).get(f"/staff/certificates/{member.registration.id}/suspend")
    assert "证书变为暂停" in form.text
    assert f"{member.registration.number} 张＊＊" in form.text

    send("suspend", "under_inquiry")

    page = as_(registrar).get(f"/staff/certificates?r={member.registration.id}&state=suspended")
    assert page.heading == "有效 0 张，暂停 1 张"
    assert "章程第 9 条" in page.text
    public = as_(member).get("/notices/home")
    assert "张＊＊" in public.text
    assert member.person.name not in public.find("main").text


def test_a_revocation_waits_for_a_second_person(
    as_: As, send: Callable[..., Any], store: Store, registrar: Someone, auditor: Someone
):
    send("revoke", "false_material")
    waiting = store.one(select(CertificateAct))
    assert (
        "请另一位同事确认"
        in as_(registrar).get(f"/staff/certificates/acts/{waiting.id}/confirm").text
    )
    assert "还没有公告" in as_(auditor).get("/notices").text
    page = as_(auditor).get("/staff/certificates/proposals")
    assert page.heading == "1 件变更待办"

    as_(auditor).post(
        f"/staff/certificates/acts/{waiting.id}/confirm", {"version": str(waiting.version)}
    )

    assert "撤销" in as_(auditor).get("/notices").find("main").text


def test_the_feed_is_atom_and_names_nobody(as_: As, send: Callable[..., Any], member: Someone):
    send("suspend", "under_inquiry")
    answer = as_(member).client.get("/notices/feed")

    assert answer.content_type.startswith("application/atom+xml")
    feed = ET.fromstring(answer.data)  # noqa: S314 - our own answer
    titles = [e.text for e in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert any("暂停" in str(t) and "张＊＊" in str(t) for t in titles)
    assert member.person.name not in answer.text
    assert as_(member).client.get("/notices/nobody").status_code == 404
    assert as_(member).client.get("/notices/home/feed").status_code == 200


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.usefixtures("member")
def test_the_register_is_taken_along(app: Flask, as_: As, registrar: Someone, form: str):
    browser = as_(registrar)
    assert browser.get("/staff/certificates").has(f"[formaction$='/{form}'], [action$='/{form}']")
    page = browser.follow(browser.post(f"/staff/certificates/export/{form}", {}))
    work_off(app)

    ready = browser.get(page.response.request.path)
    assert ready.heading == "做好了"
    with browser.client.get(file_of(ready)) as answer:
        assert f".{form}" in answer.headers["Content-Disposition"]


def test_the_federation_gets_reports_and_acknowledges(
    as_: As, do: Do, send: Callable[..., Any], store: Store, federation: Someone,
    registrar: Someone, now: datetime,
):  # fmt: skip
    send("suspend", "under_inquiry")
    assert do(federation_reports.make_reports, now=now) == 1
    assert do(federation_reports.make_reports, now=now) == 0
    report = store.one(select(FederationReport))
    browser = as_(federation)
    assert browser.get("/staff/federation").heading == "1 份报送待确认"
    table = browser.client.get(f"/staff/federation/reports/{report.id}/csv").text
    assert "suspended" in table
    whole = browser.client.get(f"/staff/federation/reports/{report.id}/json")
    assert whole.text == report.content

    browser.post(f"/staff/federation/reports/{report.id}/acknowledge", {})

    assert store.get(FederationReport, report.id).acknowledged_by_id == federation.id
    assert "已收到" in as_(registrar).get("/staff/certificates").text


def test_a_member_asks_and_the_registrar_grants(
    as_: As, store: Store, member: Someone, registrar: Someone
):
    assert member.registration
    own = f"/me/certificates/{member.registration.id}"
    as_(member).post(own, {"kind": "suspended", "reason": "出国"})
    assert "已申请" in as_(member).get(own).text
    wish = store.one(select(CertificateAct))
    form = as_(registrar).get(f"/staff/certificates/acts/{wish.id}/grant")
    assert "出国" in form.text
    as_(registrar).post(
        f"/staff/certificates/acts/{wish.id}/grant",
        {
            "reason_code": "own_wish",
            "effective_on": "2026-05-04",
            "legal_basis": "章程第 9 条",
            "version": str(wish.version),
        },
    )

    assert "暂停" in as_(member).get(own).text


def test_a_member_takes_the_wish_back(as_: As, store: Store, member: Someone):
    assert member.registration
    own = f"/me/certificates/{member.registration.id}"
    as_(member).post(own, {"kind": "cancelled"})
    wish = store.one(select(CertificateAct))
    as_(member).post(f"/me/certificates/wishes/{wish.id}/take-back", {})

    assert "已申请" not in as_(member).get(own).text


def test_somebody_leaves_the_staff(as_: As, store: Store, registrar: Someone, auditor: Someone):
    role_id = store.one(select(Role.id).where(Role.person_id == auditor.id))
    page = as_(registrar).get(f"/staff/leavers/{role_id}")
    assert auditor.person.name in page.heading

    as_(registrar).post(f"/staff/leavers/{role_id}", {})

    assert store.get(Role, role_id).ends_on is not None


def test_an_annulment_reads_as_a_correction(
    as_: As, send: Callable[..., Any], store: Store, registrar: Someone, auditor: Someone
):
    send("suspend", "under_inquiry")
    first = store.one(select(CertificateAct))
    path = f"/staff/certificates/acts/{first.id}/annul"
    form = as_(registrar).get(path)
    wrong = as_(registrar).post(path, {"effective_on": "2026-05-04"}, status=422)
    assert "事由" in wrong.text
    as_(registrar).post(
        path,
        {
            "reason_code": "error",
            "effective_on": "2026-05-04",
            "legal_basis": "章程第 9 条",
            "document_no": "示〔2026〕4 号",
            "reason": "查明有误",
            "seen": form.find("[name=seen]")["value"],
        },
    )
    proposal = store.one(select(CertificateAct).where(CertificateAct.kind == "annulled"))
    own = as_(registrar).post(
        f"/staff/certificates/acts/{proposal.id}/confirm", {"version": "1"}, status=422
    )
    assert "不能自己确认" in own.text
    as_(auditor).post(f"/staff/certificates/acts/{proposal.id}/confirm", {"version": "1"})

    public = as_(auditor).get("/notices").find("main").text
    assert "更正" in public
    assert "的暂停作废" in public


def test_a_proposal_is_dropped(as_: As, send: Callable[..., Any], store: Store, auditor: Someone):
    send("revoke", "law")
    row = store.one(select(CertificateAct))
    as_(auditor).post(f"/staff/certificates/acts/{row.id}/drop", {"version": str(row.version)})

    assert as_(auditor).get("/staff/certificates/proposals").heading == "没有待办的变更"


def test_the_federations_program_reads_on_and_acknowledges(
    as_: As, do: Do, send: Callable[..., Any], federation: Someone, registrar: Someone,
    now: datetime,
):  # fmt: skip
    send("suspend", "under_inquiry")
    do(federation_reports.make_reports, now=now)
    answer: Any = as_(federation).client.get("/api/v1/federation/reports?open=true").json
    (report,) = answer["reports"]
    assert report["acts"][0]["kind"] == "suspended"
    assert as_(federation).client.get(f"/api/v1/federation/reports?after={report['id']}").json == {
        "reports": [],
        "total": 0,
    }
    assert as_(registrar).client.get("/api/v1/federation/reports").status_code == 403
    path = f"/api/v1/federation/reports/{report['id']}/acknowledge"
    browser = as_(federation)
    headers = {"X-CSRFToken": browser.csrf()}
    assert browser.client.post(path, headers=headers).json == {"acknowledged": 1}
    assert browser.client.post(path, headers=headers).status_code == 409


def test_the_signed_document_comes_with_the_act_and_stands_in_its_history(
    as_: As, send: Callable[..., Any], member: Someone
):
    assert member.registration
    send("suspend", "under_inquiry", file=(BytesIO(a_pdf()), "决定.pdf"), secrecy="none")
    mine = as_(member)
    page = mine.get(f"/me/certificates/{member.registration.id}")
    link = next(a for a in page.links() if a.endswith("/document"))

    answer = mine.fetch(link)
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_file_that_cannot_be_read_is_said_beside_its_field(
    send: Callable[..., Any], store: Store
):
    page = send(
        "suspend", "under_inquiry", status=422, file=(BytesIO(b"hello"), "a.txt"), secrecy="none"
    )

    assert page.find("#field-file-error") is not None
    assert store.all(select(CertificateAct)) == []
