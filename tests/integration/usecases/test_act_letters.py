"""Letters of the register's acts: basis, day, appeal and the committee; for whom they are."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cpd_app.documents.letters import letter_pdf
from cpd_app.domain.errors import NotFound
from cpd_app.models import CertificateAct
from cpd_app.texts.complaints import COMMITTEE
from cpd_app.usecases import act_letters, deadlines
from cpd_app.usecases.deadlines import DeadlineKind
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def an_act(store: Store, member: Someone) -> Callable[..., CertificateAct]:
    """An act on the member's certificate that is in force."""

    def make(kind: str = "suspended", **over: Any) -> CertificateAct:
        assert member.registration
        values = {
            "society_id": member.registration.society_id,
            "registration_id": member.registration.id,
            "term_id": member.registration.terms[0].id,
            "kind": kind,
            "reason_code": "under_inquiry",
            "reason": "等待核实结果",
            "legal_basis": "管理办法第 12 条",
            "document_no": "示电学〔2026〕41 号",
            "effective_on": date(2026, 11, 20),
            "state": "in_force",
            "former_state": "active",
            "proposed_at": NOW,
            "published_at": NOW,
            **over,
        }
        row = CertificateAct(**values)
        store.add(row)
        return row

    return make


@pytest.mark.parametrize("kind", ["suspended", "resumed", "cancelled", "revoked", "annulled"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_letter_names_basis_day_and_committee(
    do: Do, member: Someone, an_act: Callable[..., CertificateAct], kind: str, language: str
):
    assert member.registration
    made = do(act_letters.act_letter, member.actor, an_act(kind).id, language, "正在调查", now=NOW)

    said = dict(made.sections)
    assert member.registration.number in made.paragraphs[0]
    assert COMMITTEE[language].sentence in said.values()
    assert "管理办法第 12 条" in said.values()
    assert letter_pdf(made).pdf.startswith(b"%PDF")


def test_it_says_until_when_it_can_be_appealed_against(
    do: Do, member: Someone, an_act: Callable[..., CertificateAct]
):
    assert member.registration
    act = an_act()
    do(
        deadlines.set_deadline, DeadlineKind.APPEAL_ACT, act.id,
        delivered_on=date(2026, 11, 20), work_days=15, society_id=act.society_id,
        registration_id=act.registration_id, person_id=member.id,
    )  # fmt: skip

    made = do(act_letters.act_letter, member.actor, act.id, "zh", "正在调查", now=NOW)

    assert "2026年12月11日" in dict(made.sections)["申诉"]


@pytest.mark.parametrize(
    "over", [{"kind": "issued"}, {"state": "proposed"}, {"reason_code": "death"}]
)
def test_there_is_none_for_what_nobody_is_told_by_letter(
    do: Do, member: Someone, an_act: Callable[..., CertificateAct], over: dict[str, str]
):
    with pytest.raises(NotFound):
        do(act_letters.act_letter, member.actor, an_act(**over).id, "zh", "", now=NOW)


def test_others_do_not_find_it(
    do: Do,
    registrar: Someone,
    other_member: Someone,
    stranger: Someone,
    an_act: Callable[..., CertificateAct],
):
    act = an_act()
    assert do(act_letters.reason_of, registrar.actor, act.id) == "under_inquiry"
    for nobody in (other_member, stranger):
        with pytest.raises(NotFound):
            do(act_letters.act_letter, nobody.actor, act.id, "zh", "", now=NOW)
        with pytest.raises(NotFound):
            do(act_letters.reason_of, nobody.actor, 999)
