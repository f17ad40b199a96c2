"""意见与投诉: taken from anybody, answered by who is responsible, erased in time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from cpd_app.domain.complaints import KEPT
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected, TooMany
from cpd_app.models import Complaint, JournalEntry, Society
from cpd_app.usecases import cleaning, complaints
from cpd_app.usecases.attempts import LIMITS
from cpd_app.usecases.complaints import NewComplaint
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NEW = NewComplaint(
    key="6f0c0b5e-6a0a-4f0e-8f3b-0d9a8f2f7d11",
    kind="complaint",
    society="home",
    text="三月提交的材料至今没有答复，请核实。",
    registration_number="T000001",
)


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def submit(do: Do, society: Society, now: datetime) -> Callable[..., Any]:
    """Send the letter, with what a test changes of it."""
    written = replace(NEW, society=society.code)

    def send(address: str = "192.0.2.1", **over: Any) -> Any:
        new = replace(written, **over)
        return do(complaints.submit_complaint, new, address=address, now=now)

    return send


def the_letter(store: Store) -> Complaint:
    return store.one(select(Complaint))


def test_the_receipt_opens_the_answer_and_nothing_else_does(
    do: Do, store: Store, submit: Any, registrar: Someone, now: datetime
):
    receipt = submit()
    letter = the_letter(store)
    do(complaints.take_complaint, registrar.actor, letter.id, version=1, now=now)
    do(complaints.answer_complaint, registrar.actor, letter.id, " 已核实。 ", version=2, now=now)

    found = do(
        complaints.answer_with, f" {receipt.number.lower()} ", receipt.secret.lower(),
        address="1", now=now,
    )  # fmt: skip

    assert (found.state, found.answer) == ("answered", "已核实。")
    for number, secret in ((receipt.number, "2222-2222-2222"), ("TS2026-222222", receipt.secret)):
        assert do(complaints.answer_with, number, secret, address="1", now=now) is None
    assert receipt.secret not in (letter.secret_hash, letter.key_hash)


def test_a_form_sent_twice_is_one_letter(store: Store, submit: Any):
    assert submit() == submit()
    assert store.one(select(func.count()).select_from(Complaint)) == 1


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"kind": "praise"}, "complaint_kind_unknown"),
        ({"text": "太短"}, "complaint_text_short"),
        ({"text": "长" * 4001}, "complaint_text_long"),
        ({"contact": "a@example.org"}, "complaint_consent_missing"),
        ({"name": "某人"}, "complaint_consent_missing"),
        ({"society": "none"}, "society_unknown"),
    ],
)
def test_what_cannot_be_taken_says_why(store: Store, submit: Any, over: Any, code: str):
    with pytest.raises(Rejected, match=code):
        submit(**over)
    assert store.one(select(func.count()).select_from(Complaint)) == 0


def test_consent_is_kept_with_the_contact_only(store: Store, submit: Any, now: datetime):
    submit(consent=True)
    assert the_letter(store).consent_at is None

    submit(key="6f0c0b5e-6a0a-4f0e-8f3b-0d9a8f2f7d12", consent=True, contact="a@example.org")
    kept = store.one(select(Complaint.consent_at).where(Complaint.contact == "a@example.org"))
    assert kept == now


def test_letters_of_one_network_are_throttled(submit: Any):
    for place in range(LIMITS["complaint_address"].most):
        submit(key=f"key {place}")

    with pytest.raises(TooMany, match="too_many_complaints"):
        submit(key="one more")
    submit(key="one more", address="192.0.2.2")


def test_guessing_receipts_is_throttled(do: Do, submit: Any, now: datetime):
    receipt = submit()
    for _ in range(LIMITS["complaint_answer"].most):
        do(complaints.answer_with, receipt.number, "x", address="1", now=now)

    with pytest.raises(TooMany):
        do(complaints.answer_with, receipt.number, receipt.secret, address="1", now=now)


def test_only_the_registrar_of_that_society_reads_it(
    do: Do, store: Store, submit: Any, registrar: Someone, auditor: Someone, stranger: Someone,
    federation: Someone, member: Someone,
):  # fmt: skip
    submit()
    letter = the_letter(store)

    assert do(complaints.complaint_for, registrar.actor, letter.id).text == NEW.text
    with pytest.raises(NotAllowed):
        do(complaints.complaint_for, auditor.actor, letter.id)
    for other in (stranger, federation, member):
        with pytest.raises(NotFound):
            do(complaints.complaint_for, other.actor, letter.id)
    assert registrar.society
    with pytest.raises(NotFound):
        do(complaints.complaints_at, stranger.actor, registrar.society.id)


def test_letters_to_the_federation_are_for_the_federation(
    do: Do, store: Store, submit: Any, registrar: Someone, federation: Someone
):
    submit(society="")
    letter = the_letter(store)

    assert do(complaints.complaints_at, federation.actor, None).open == 1
    with pytest.raises(NotFound):
        do(complaints.complaint_for, registrar.actor, letter.id)
    with pytest.raises(NotAllowed):
        do(complaints.complaints_at, registrar.actor, None)


def test_two_who_answer_at_once_do_not_overwrite_each_other(
    do: Do, store: Store, submit: Any, registrar: Someone, now: datetime
):
    submit()
    letter = the_letter(store)
    answer = complaints.answer_complaint
    do(complaints.take_complaint, registrar.actor, letter.id, version=1, now=now)

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(answer, registrar.actor, letter.id, "旧页上的答复", version=1, now=now)
    do(answer, registrar.actor, letter.id, "答复", version=2, now=now)
    with pytest.raises(Conflict, match="complaint_answered"):
        do(answer, registrar.actor, letter.id, "再答复", version=3, now=now)
    with pytest.raises(Conflict, match="complaint_answered"):
        do(complaints.take_complaint, registrar.actor, letter.id, version=3, now=now)
    assert the_letter(store).answer == "答复"


@pytest.mark.parametrize(
    ("answer", "code"), [(" ", "complaint_answer_missing"), ("长" * 4001, "complaint_text_long")]
)
def test_an_answer_says_something(
    do: Do, store: Store, submit: Any, registrar: Someone, now: datetime, answer: str, code: str
):
    submit()
    letter = the_letter(store)

    with pytest.raises(Rejected, match=code):
        do(complaints.answer_complaint, registrar.actor, letter.id, answer, version=1, now=now)


def test_open_letters_stand_first_the_oldest_on_top(
    do: Do, store: Store, submit: Any, registrar: Someone, now: datetime
):
    for place in range(3):
        submit(key=f"key {place}", text=f"第 {place} 封信的内容写在这里")
    first = store.all(select(Complaint).order_by(Complaint.id))[0]
    do(complaints.answer_complaint, registrar.actor, first.id, "答复", version=1, now=now)

    assert registrar.society
    found = do(complaints.complaints_at, registrar.actor, registrar.society.id)

    assert [c.text[2] for c in found.complaints] == ["1", "2", "0"]
    assert (found.open, found.total) == (2, 3)
    assert do(complaints.count_open, registrar.society.id) == 2


def test_words_are_erased_long_after_the_answer(
    do: Do, store: Store, submit: Any, registrar: Someone, now: datetime
):
    submit(contact="a@example.org", name="某人", consent=True)
    letter = the_letter(store)
    do(complaints.answer_complaint, registrar.actor, letter.id, "答复", version=1, now=now)

    assert do(cleaning.clean_up, now=now + KEPT)["complaints"] == 0
    assert do(cleaning.clean_up, now=now + KEPT + timedelta(days=1))["complaints"] == 1

    kept = the_letter(store)
    assert (kept.text, kept.name, kept.contact, kept.answer) == (None, None, None, None)
    assert kept.number
    assert do(cleaning.clean_up, now=now + KEPT + timedelta(days=2))["complaints"] == 0


def test_each_step_is_in_the_journal(
    do: Do, store: Store, submit: Any, registrar: Someone, now: datetime
):
    submit()
    letter = the_letter(store)
    do(complaints.take_complaint, registrar.actor, letter.id, version=1, now=now)
    do(complaints.answer_complaint, registrar.actor, letter.id, "答复", version=2, now=now)

    verbs = store.all(
        select(JournalEntry.verb)
        .where(JournalEntry.object_type == "complaint")
        .order_by(JournalEntry.id)
    )
    assert verbs == ["complaint.received", "complaint.taken", "complaint.answered"]


def test_a_letter_passed_on_lies_with_the_federation(
    do: Do, store: Store, submit: Any, registrar: Someone, federation: Someone, now: datetime
):
    assert registrar.society
    receipt = submit(name="李来信", contact="li@example.org", consent=True)
    letter = the_letter(store)
    do(complaints.pass_on, registrar.actor, letter.id, "涉及评价标准", version=1, now=now)

    row = the_letter(store)
    assert (row.state, row.society_id, row.passed_from_id) == (
        "passed_on", None, registrar.society.id,
    )  # fmt: skip
    assert do(complaints.count_open, registrar.society.id) == 0
    assert [c.id for c in do(complaints.complaints_at, federation.actor, None).complaints] == [
        row.id
    ]
    kept = do(complaints.complaints_at, registrar.actor, registrar.society.id)
    assert [c.id for c in kept.complaints] == [row.id]
    assert do(complaints.sender_of, registrar.actor, row) == ("李来信", "li@example.org")
    assert do(complaints.sender_of, federation.actor, row) == (None, None)
    verbs = store.all(select(JournalEntry.verb).where(JournalEntry.object_type == "complaint"))
    assert "complaint.passed_on" in verbs

    with pytest.raises(Conflict, match="complaint_passed_on"):
        do(complaints.answer_complaint, registrar.actor, row.id, "答", version=2, now=now)
    do(complaints.take_complaint, federation.actor, row.id, version=2, now=now)
    do(complaints.answer_complaint, federation.actor, row.id, "委员会答复", version=3, now=now)
    found = do(complaints.answer_with, receipt.number, receipt.secret, address="1", now=now)
    assert (found.state, found.answer) == ("answered", "委员会答复")


def test_only_the_societys_registrar_passes_on_and_once(
    do: Do, store: Store, submit: Any, registrar: Someone, auditor: Someone, stranger: Someone,
    federation: Someone, now: datetime,
):  # fmt: skip
    submit()
    letter = the_letter(store)
    for who, refusal in ((auditor, NotAllowed), (stranger, NotFound), (federation, NotFound)):
        with pytest.raises(refusal):
            do(complaints.pass_on, who.actor, letter.id, "", version=1, now=now)
    do(complaints.pass_on, registrar.actor, letter.id, "", version=1, now=now)
    with pytest.raises(Conflict, match="complaint_passed_on"):
        do(complaints.pass_on, registrar.actor, letter.id, "", version=2, now=now)
    with pytest.raises(NotFound):
        do(complaints.complaint_for, stranger.actor, letter.id)
