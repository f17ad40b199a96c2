"""The document that comes with an act of the register: who attaches it, and who may read it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import CertificateAct, FileView
from cpd_app.storage import LocalFiles
from cpd_app.usecases import act_papers, acts, register_list
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.files import FileState, Upload
from tests.support.people import Someone
from tests.support.photos import a_pdf, an_upload

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def act(
    do: Do, disk: LocalFiles, member: Someone, registrar: Someone
) -> Callable[..., CertificateAct]:
    """The registrar's first act on the member's certificate."""
    assert member.registration
    registration_id = member.registration.id

    def doing(kind: str, why: str, paper: Upload | None = None) -> CertificateAct:
        row: CertificateAct = do(
            acts.act, registrar.actor, registration_id, founded(kind, why), paper,
            store=disk, now=NOW, today=TODAY,
        )  # fmt: skip
        return row

    return doing


def founded(kind: str, why: str) -> NewAct:
    return NewAct(kind, why, TODAY, "章程第 9 条", "示〔2026〕3 号", "见文件")


def test_the_signed_document_is_for_staff_at_once_and_for_the_member_once_in_force(
    act, do, store, disk, member, auditor, stranger, organiser
):
    row = act("revoked", "false_material", an_upload(a_pdf(), name="决定.pdf"))

    def opens(someone: Someone) -> bool:
        try:
            found = do(act_papers.open_paper, someone.actor, row.id, store=disk, now=NOW)
        except (NotFound, NotAllowed):
            return False
        with found.stream as stream:
            return stream.read().startswith(b"%PDF")

    assert opens(auditor)
    assert not opens(member)
    do(acts.confirm_act, auditor.actor, row.id, version=row.version, now=NOW, today=TODAY)
    assert opens(member)
    assert not opens(stranger)
    assert not opens(organiser)
    looked = store.all(select(FileView.person_id).order_by(FileView.id))
    assert looked == [auditor.id, member.id]


def test_an_act_without_a_document_opens_nothing(act, do, disk, auditor):
    row = act("suspended", "under_inquiry")

    with pytest.raises(NotFound):
        do(act_papers.open_paper, auditor.actor, row.id, store=disk, now=NOW)


def test_a_document_needs_the_answer_about_secrecy(act, store):
    with pytest.raises(Rejected, match="bad_secrecy"):
        act("suspended", "under_inquiry", an_upload(a_pdf(), secrecy=""))
    assert store.all(select(CertificateAct)) == []


def test_a_wish_is_granted_with_its_document(do, disk, member, registrar):
    assert member.registration
    wish = do(acts.ask_act, member.actor, member.registration.id, "suspended", "出国",
              now=NOW, today=TODAY)  # fmt: skip
    do(acts.grant_wish, registrar.actor, wish.id, founded("suspended", "own_wish"),
       an_upload(a_pdf()), version=wish.version, store=disk, now=NOW, today=TODAY)  # fmt: skip

    found = do(register_list.certificate_of, member.actor, member.registration.id, today=TODAY)
    assert list(found.papers.values()) == [FileState.READY]
