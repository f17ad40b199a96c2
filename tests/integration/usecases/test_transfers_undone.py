"""After a transfer findings go along; a transfer that is set aside gives the records back."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Activity, CertificateAct, Credit, JournalEntry, Registration, Ruling
from cpd_app.policy import RoleName
from cpd_app.usecases import acts, rulings, transfers
from cpd_app.usecases.activities import leave_out, readable_activity
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.progress import readiness_of
from cpd_app.usecases.transfers import Transfer
from tests.support import builders
from tests.support.people import Someone
from tests.support.recorded import logged
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
MONTH_LATER = NOW + timedelta(days=30)


@dataclass
class Move:
    """A member who goes from their society to another one, and back."""

    do: Do
    store: Store
    member: Someone
    registrar: Someone
    second: Someone
    receiver: Someone

    @property
    def old_id(self) -> int:
        assert self.member.registration
        return self.member.registration.id

    def act(self, by: Someone, registration_id: int, kind: str, why: str, **over: Any) -> Any:
        last = select(CertificateAct.id).where(CertificateAct.registration_id == registration_id)
        seen = self.store.all(last.order_by(CertificateAct.id.desc()).limit(1))
        now = over.pop("now", NOW)
        new = NewAct(kind, why, now.date(), "章程第 9 条", "示〔2026〕5 号", "见文件",
                     seen=seen[0] if seen else None, **over)  # fmt: skip
        return self.do(acts.act, by.actor, registration_id, new, now=now, today=now.date())

    def go(self) -> Registration:
        """Consent and reception."""
        assert self.member.registration
        assert self.receiver.society
        self.act(self.registrar, self.old_id, "cancelled", "transfer")
        new = Transfer(self.member.registration.number, "外-2026-1", "外〔2026〕1 号")
        made: Registration = self.do(
            transfers.receive_transfer, self.receiver.actor, self.receiver.society.id, new,
            now=NOW, today=TODAY,
        )  # fmt: skip
        return made

    def annul(self) -> None:
        """Set the transfer aside, by two people."""
        transfer = self.store.one(
            select(CertificateAct.id).where(
                CertificateAct.registration_id == self.old_id,
                CertificateAct.reason_code == "transfer",
            )
        )
        row = self.act(
            self.registrar, self.old_id, "annulled", "error", annuls_id=transfer, now=MONTH_LATER
        )
        self.do(acts.confirm_act, self.second.actor, row.id, version=row.version,
                now=MONTH_LATER, today=MONTH_LATER.date())  # fmt: skip

    def years(self, by: Someone, registration_id: int) -> list[tuple[int, ...]]:
        """Required, recognised and audit-proof hours, year by year."""
        found = self.do(readiness_of, by.actor, registration_id, on=TODAY)
        return [(y.required, y.claimed, y.recognised, y.audit_proof) for y in found.years]

    def rule(self, by: Someone, activity_id: int, registration_id: int, hours: int) -> None:
        credit = self.store.one(credit_of(activity_id, registration_id))
        self.do(rulings.decide_ruling, by.actor, credit.id, hours=hours, reason="按半天认",
                subject="技能大赛裁判", now=NOW)  # fmt: skip


def credit_of(activity_id: int, registration_id: int) -> Any:
    return select(Credit).where(
        Credit.activity_id == activity_id, Credit.registration_id == registration_id
    )


@pytest.fixture
def move(do: Do, store: Store, member: Someone, registrar: Someone, stranger: Someone) -> Move:
    person = builders.a_person(store)
    builders.a_role(store, person, RoleName.REGISTRAR, registrar.society)
    second = Someone(person, registrar.society, roles=registrar.roles)
    return Move(do, store, member, registrar, second, stranger)


def judging(move: Move, day: date = date(2026, 4, 6), *, now: datetime = NOW) -> Activity:
    return logged(move.do, move.member, "other", day, now=now, title="技能大赛裁判", hours_asked=6)


def test_a_ruling_goes_along_without_its_words(move: Move):
    record = judging(move)
    move.rule(move.registrar, record.id, move.old_id, 300)

    made = move.go()

    credit = move.store.one(credit_of(record.id, made.id))
    assert (credit.ruled, credit.needs_ruling, credit.recognised) == (300, False, 300)
    ruling = move.store.one(select(Ruling).where(Ruling.credit_id == credit.id))
    assert (ruling.society_id, ruling.granted, ruling.subject) == (
        made.society_id,
        300,
        "技能大赛裁判",
    )
    assert ruling.reason == "转会带来，由本地学会认定"
    move.do(
        rulings.decide_ruling, move.receiver.actor, credit.id, hours=200, reason="按本学会先例",
        subject="技能大赛裁判", replaces=ruling.id, now=NOW,
    )  # fmt: skip
    assert move.store.one(credit_of(record.id, made.id)).recognised == 200
    assert move.store.one(credit_of(record.id, move.old_id)).recognised == 300


@pytest.mark.parametrize("seed", range(3))
def test_the_years_stand_as_before_and_again_when_the_transfer_is_set_aside(move: Move, seed: int):
    """Whatever was ruled, checked or left out, under the same table."""
    chance = random.Random(seed)
    for number in range(12):
        day = date(2023 + number % 4, chance.randint(3, 4), chance.randint(1, 28))
        if chance.random() < 0.5:
            record = judging(move, day)
            if chance.random() < 0.7:
                move.rule(move.registrar, record.id, move.old_id, chance.choice((0, 150, 300, 600)))
        else:
            record = logged(move.do, move.member, "training", day, now=NOW,
                            minutes=45 * chance.randint(1, 10))  # fmt: skip
        if chance.random() < 0.3:
            move.do(leave_out, move.member.actor, record.id, move.old_id, left_out=True, now=NOW)
        if chance.random() < 0.5:
            move.store.run(
                update(Credit).where(Credit.activity_id == record.id).values(checked_at=NOW)
            )
    move.store.run(update(Registration).values(version=Registration.version + 1))
    before = move.years(move.registrar, move.old_id)

    made = move.go()

    assert move.years(move.receiver, made.id) == before
    move.act(move.receiver, made.id, "cancelled", "society_rule", now=MONTH_LATER)
    move.annul()
    assert move.years(move.registrar, move.old_id) == before


def test_records_entered_meanwhile_come_back_with_what_was_said_of_them(move: Move, store: Store):
    made = move.go()
    record = judging(move, date(2026, 5, 20), now=MONTH_LATER)
    assert store.all(select(Credit.registration_id)) == [made.id]
    move.rule(move.receiver, record.id, made.id, 400)
    move.act(move.receiver, made.id, "cancelled", "society_rule", now=MONTH_LATER)

    move.annul()

    credit = store.one(credit_of(record.id, move.old_id))
    assert (credit.ruled, credit.recognised) == (400, 400)
    assert store.get(Registration, move.old_id).terms[0].state == "active"
    assert store.count(JournalEntry, JournalEntry.verb == "registration.returned") == 1


def test_the_society_whose_transfer_was_set_aside_sees_nothing_later(move: Move, store: Store):
    made = move.go()
    move.act(move.receiver, made.id, "cancelled", "society_rule", now=MONTH_LATER)
    move.annul()
    later = MONTH_LATER + timedelta(days=20)

    record = judging(move, date(2026, 6, 20), now=later)

    assert store.all(select(Credit.registration_id)) == [move.old_id]
    with pytest.raises(NotFound):
        move.do(readable_activity, move.receiver.actor, record.id)


def test_a_transfer_is_not_set_aside_while_the_other_registration_lives(move: Move):
    move.go()

    with pytest.raises(Rejected, match="transfer_stands"):
        move.annul()
