"""The demo's letters of the public: one waits, one is looked into, one passed on, one answered."""

import uuid
from datetime import timedelta

from cpd_app import clock
from cpd_app.cli.people import person_id_of
from cpd_app.db import transaction
from cpd_app.usecases import complaints, societies
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.complaints import NewComplaint

#: who answers, and whom it is written to
DESKS = {"demo-elec": "registrar@demo.test", "": "federation@demo.test"}
#: instead of an answer: given to the federation's committee
PASSED = "转联合体"
#: society, kind, words, days ago, answer (None = waits, "" = looked into)
LETTERS = (
    ("demo-elec", "opinion", "示范：建议多安排周末的线上活动，外地会员来回不便。", 9, None),
    ("demo-elec", "complaint", "示范：三月补交的材料至今没有答复，请核实。", 21, ""),
    ("demo-elec", "complaint", "示范：评价标准里对跨领域经历的要求看不明白，请解释。", 15, PASSED),
    (
        "", "opinion", "示范：希望证书核验页能看到英文的专业领域名称。", 30,
        "示范答复：核验页已有英文版，专业领域按联合体的英文名称显示。谢谢您的建议。",
    ),
)  # fmt: skip


def make_letters() -> None:
    """Write them, and do what their desks did."""
    now = clock.now()
    for society, kind, text, days, answer in LETTERS:
        new = NewComplaint(str(uuid.uuid4()), kind, society, text)
        with transaction():
            sent_at = now - timedelta(days=days)
            number = complaints.submit_complaint(new, address="示范", now=sent_at).number
        if answer is None:
            continue
        actor = actor_for(person_id_of(DESKS[society]), origin="cli", today=clock.today())
        with transaction():
            desk = society_id_of(society)
            letters = complaints.complaints_at(actor, desk).complaints
            letter = next(c for c in letters if c.number == number)
            when = sent_at + timedelta(days=2)
            if answer == PASSED:
                complaints.pass_on(
                    actor, letter.id, "示范：涉及评价标准", version=letter.version, now=when
                )
                continue
            complaints.take_complaint(actor, letter.id, version=letter.version, now=when)
            if answer:
                when = sent_at + timedelta(days=12)
                complaints.answer_complaint(
                    actor, letter.id, answer, version=letter.version, now=when
                )


def society_id_of(code: str) -> int | None:
    """The desk's society; None for the federation."""
    return societies.society_of_code(code).id if code else None
