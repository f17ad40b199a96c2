"""Somebody leaves the staff: everything of theirs ends, everything open goes to a colleague."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import ApiToken, Event, Filing, Reader, Role, SignIn, Steward
from cpd_app.usecases import leavers
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.things import a_sign_in, a_token

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


def a_file(store: Store, member: Someone, reader: Someone, **over: Any) -> Filing:
    """A file of the member that the reader has open."""
    assert member.registration
    assert member.society
    row = Filing(
        number=f"R{store.count(Filing)}",
        society_id=member.society.id,
        registration_id=member.registration.id,
        term_id=member.registration.terms[0].id,
        person_id=member.id,
        state="reading",
        filed_at=NOW,
        declaration_version=1,
        **over,
    )
    store.add(row)
    store.add(Reader(filing_id=row.id, person_id=reader.id, part="reader", assigned_at=NOW))
    return row


@pytest.fixture
def leave(do: Do, store: Store, auditor: Someone, registrar: Someone) -> Callable[..., Any]:
    """Let the auditor leave, as the registrar."""
    assert auditor.society
    society_id = auditor.society.id
    role_id = store.one(select(Role.id).where(Role.person_id == auditor.id))

    def leaving(successor: int | None, *, by: Someone = registrar) -> Any:
        return do(leavers.leave, by.actor, society_id, role_id, successor, now=NOW, today=TODAY)

    return leaving


def test_everything_ends_and_what_is_open_goes_to_the_colleague(
    leave: Callable[..., Any], do: Do, store: Store, auditor: Someone, registrar: Someone,
    member: Someone,
):  # fmt: skip
    assert auditor.society
    filing = a_file(store, member, auditor)
    event = builders.an_event(store, auditor.person, auditor.society)
    phone = Steward(event_id=event.id, name="东门", code_expires_at=NOW, created_at=NOW,
                    created_by_id=auditor.id)  # fmt: skip
    store.add(a_sign_in(auditor), a_token(auditor), phone)
    role_id = store.one(select(Role.id).where(Role.person_id == auditor.id))
    found = do(leavers.leaving_of, registrar.actor, auditor.society.id, role_id,
               now=NOW, today=TODAY)  # fmt: skip
    assert (found.sign_ins, found.tokens, found.phones) == (1, 1, 1)
    assert [f.id for f in found.files] == [filing.id]
    assert [e.id for e in found.events] == [event.id]

    done = leave(registrar.id)

    assert (done.files, done.events, done.kept_back) == (1, 1, 0)
    assert store.get(Role, role_id).ends_on == TODAY
    assert store.one(select(SignIn)).ended_at == NOW
    assert store.one(select(ApiToken)).revoked_at == NOW
    assert store.get(Steward, phone.id).revoked_at == NOW
    assert store.get(Event, event.id).created_by_id == registrar.id
    readers = store.all(select(Reader).order_by(Reader.id))
    assert [(r.person_id, r.end_reason) for r in readers] == [
        (auditor.id, "left"),
        (registrar.id, None),
    ]


def test_a_file_of_the_same_employer_goes_back_to_the_queue(
    leave: Callable[..., Any], store: Store, auditor: Someone, registrar: Someone, member: Someone
):
    builders.an_employment(store, registrar.id, "示范电力公司")
    a_file(store, member, auditor, employer="示范电力公司")

    done = leave(registrar.id)

    assert (done.files, done.kept_back) == (0, 1)
    assert store.count(Reader, Reader.ended_at.is_(None)) == 0


def test_what_is_open_needs_a_fit_colleague(
    leave: Callable[..., Any], store: Store, auditor: Someone, organiser: Someone, member: Someone
):
    a_file(store, member, auditor)
    for successor, code in (
        (None, "missing"),
        (auditor.id, "handover_to_self"),
        (organiser.id, "handover_not_staff"),
        (member.id, "handover_not_staff"),
    ):
        with pytest.raises(Rejected, match=code):
            leave(successor)


def test_nobody_is_named_when_nothing_is_open(leave: Callable[..., Any]):
    assert leave(None).files == 0


def test_who_may_not(leave: Callable[..., Any], organiser: Someone, stranger: Someone):
    with pytest.raises(NotAllowed):
        leave(None, by=organiser)
    with pytest.raises(NotFound):
        leave(None, by=stranger)
