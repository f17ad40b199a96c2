"""转会: consent of one society, the act of the other, records follow the person."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Activity, CertificateAct, Credit, Person, Registration, Relief
from cpd_app.usecases import acts, transfers
from cpd_app.usecases.activities import correct_activity, log_activity, readable_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.make_up import bind_record
from cpd_app.usecases.progress import readiness_of
from cpd_app.usecases.transfers import Transfer
from tests.support.people import Someone
from tests.support.reliefs import granted
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def consent(do: Do, member: Someone, registrar: Someone) -> Callable[[], CertificateAct]:
    """The member's society lets them go."""
    assert member.registration
    registration_id = member.registration.id

    def consenting() -> CertificateAct:
        new = NewAct("cancelled", "transfer", TODAY, "章程第 9 条", "示〔2026〕5 号")
        row: CertificateAct = do(
            acts.act, registrar.actor, registration_id, new, now=NOW, today=TODAY
        )
        return row

    return consenting


@pytest.fixture
def receive(do: Do, member: Someone, stranger: Someone) -> Callable[..., Registration]:
    """The other society's registrar takes them in."""
    assert member.registration
    assert stranger.society
    number, society_id = member.registration.number, stranger.society.id

    def receiving(*, by: Someone = stranger, **over: str) -> Registration:
        values = {
            "former_no": number,
            "registration_no": "外-2026-1",
            "document_no": "外〔2026〕1 号",
            **over,
        }
        row: Registration = do(
            transfers.receive_transfer,
            by.actor,
            society_id,
            Transfer(**values),
            now=NOW,
            today=TODAY,
        )
        return row

    return receiving


def test_the_old_registration_ends_and_the_new_one_goes_on_with_the_hours(
    do: Do, store: Store, member: Someone, stranger: Someone, consent: Callable[..., Any],
    receive: Callable[..., Registration],
):  # fmt: skip
    assert member.registration
    assert stranger.society
    new = NewActivity("training", "继电保护培训", None, date(2025, 5, 6), {"minutes": 90})
    do(log_activity, member.actor, new, now=NOW, today=TODAY)
    assert consent().state == "consented"
    assert store.get(Registration, member.registration.id).terms[0].state == "active"

    made = receive()

    assert (made.society_id, made.transferred_from_id) == (
        stranger.society.id,
        member.registration.id,
    )
    with store.session() as session:
        old = session.get_one(Registration, member.registration.id)
        assert [t.state for t in old.terms] == ["cancelled"]
        new_terms = session.get_one(Registration, made.id).terms
        assert [(t.starts_on, t.ends_on, t.state) for t in new_terms] == [
            (old.terms[0].starts_on, old.terms[0].ends_on, "active")
        ]
    of_new = select(Credit.recognised).where(Credit.registration_id == made.id)
    assert store.one(of_new) == 200
    kinds = store.all(select(CertificateAct.kind).order_by(CertificateAct.id))
    assert kinds == ["cancelled", "issued"]


def test_without_consent_nothing_moves_and_no_number_is_given_away(
    receive: Callable[..., Registration],
):
    for former in ({}, {"former_no": "T-nobody"}):
        with pytest.raises(Rejected, match="transfer_not_consented"):
            receive(**former)


def test_a_consent_is_used_once_and_can_be_taken_back(
    do: Do, registrar: Someone, consent: Callable[..., Any], receive: Callable[..., Registration]
):
    row = consent()
    do(acts.drop_act, registrar.actor, row.id, version=row.version, now=NOW)

    with pytest.raises(Rejected, match="transfer_not_consented"):
        receive()


def test_a_barred_person_is_taken_in_nowhere(
    store: Store, member: Someone, consent: Callable[..., Any],
    receive: Callable[..., Registration],
):  # fmt: skip
    consent()
    with store.session() as session:
        session.get_one(Person, member.id).barred_on = TODAY

    with pytest.raises(Rejected, match="barred"):
        receive()


def test_what_the_form_must_say(
    member: Someone, consent: Callable[..., Any], receive: Callable[..., Registration]
):
    assert member.registration
    consent()
    with pytest.raises(Rejected, match="missing"):
        receive(document_no=" ")
    with pytest.raises(Rejected, match="too_long"):
        receive(registration_no="9" * 61)
    with pytest.raises(Conflict, match="already_registered"):
        receive(registration_no=member.registration.number)


def test_only_the_receiving_registrar_takes_in(
    do: Do, member: Someone, registrar: Someone, auditor: Someone, consent: Callable[..., Any]
):
    assert member.registration
    assert member.society
    consent()
    new = Transfer(member.registration.number, "N-1", "示〔2026〕1 号")
    for by, expected in ((auditor, NotAllowed), (registrar, Rejected)):
        with pytest.raises(expected):
            do(transfers.receive_transfer, by.actor, member.society.id, new, now=NOW, today=TODAY)


def credited_at(store: Store, activity_id: int) -> set[int]:
    """The registrations that credit a record."""
    return set(store.all(select(Credit.registration_id).where(Credit.activity_id == activity_id)))


def a_training(
    do: Do, member: Someone, ended_on: date, *, now: datetime = NOW, minutes: int = 90
) -> Activity:
    new = NewActivity("training", "继电保护培训", None, ended_on, {"minutes": minutes})
    made: Activity = do(log_activity, member.actor, new, now=now, today=now.date()).activity
    return made


def test_what_comes_after_the_transfer_belongs_to_the_new_society_alone(
    do: Do, store: Store, member: Someone, registrar: Someone, consent: Callable[..., Any],
    receive: Callable[..., Registration],
):  # fmt: skip
    assert member.registration
    old = member.registration.id
    before = a_training(do, member, date(2026, 5, 3))
    consent()
    made = receive()
    month_later = NOW + timedelta(days=30)
    finished_after = a_training(do, member, date(2026, 5, 20), now=month_later)
    entered_after = a_training(do, member, date(2026, 4, 1), now=month_later)

    assert credited_at(store, before.id) == {old, made.id}
    assert credited_at(store, finished_after.id) == {made.id}
    assert credited_at(store, entered_after.id) == {made.id}
    assert do(readable_activity, registrar.actor, before.id).id == before.id
    for later in (finished_after, entered_after):
        with pytest.raises(NotFound):
            do(readable_activity, registrar.actor, later.id)


def test_a_record_moved_past_the_transfer_leaves_the_old_society(
    do: Do, store: Store, member: Someone, consent: Callable[..., Any],
    receive: Callable[..., Registration],
):  # fmt: skip
    record = a_training(do, member, date(2026, 5, 3))
    consent()
    made = receive()
    moved = NewActivity("training", "继电保护培训", None, date(2026, 5, 10), {"minutes": 90})
    later = NOW + timedelta(days=30)
    do(correct_activity, member.actor, record.id, moved, version=None, now=later,
       today=later.date())  # fmt: skip

    assert credited_at(store, record.id) == {made.id}


def test_relief_and_what_makes_up_for_a_deferred_year_come_along(
    do: Do, store: Store, member: Someone, auditor: Someone, stranger: Someone,
    consent: Callable[..., Any], receive: Callable[..., Registration],
):  # fmt: skip
    assert member.registration
    granted(do, store, member, auditor, "illness", now=NOW)
    granted(do, store, member, auditor, "abroad", now=NOW)
    bound = a_training(do, member, date(2026, 4, 1), minutes=360)
    do(bind_record, member.actor, bound.id, member.registration.id, 3, now=NOW)
    standing = do(readiness_of, member.actor, member.registration.id, on=TODAY)
    consent()

    made = receive()

    after = do(readiness_of, stranger.actor, made.id, on=TODAY)
    assert [(y.required, y.recognised, y.deferred_until) for y in after.years] == [
        (y.required, y.recognised, y.deferred_until) for y in standing.years
    ]
    assert (after.years[2].required, after.years[2].recognised) == (2500, 800)
    reliefs = store.all(select(Relief).where(Relief.registration_id == made.id))
    assert {r.words for r in reliefs} == {"转会带来，由本地学会批准"}
