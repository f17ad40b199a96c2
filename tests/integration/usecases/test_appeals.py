"""申诉: in time, by the member, decided by people who did not decide before."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.years import Verdict
from cpd_app.models import Appeal, JournalEntry, Relief, Society
from cpd_app.policy import RoleName
from cpd_app.usecases import appeals
from cpd_app.usecases.progress import readiness_of
from tests.support.people import Someone
from tests.support.reliefs import a_request, granted, refused
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def against(do: Do, store: Store, member: Someone, auditor: Someone, now: datetime) -> Relief:
    """A refused request of the member."""
    return refused(do, store, member, auditor, now=now, code="duty")


@pytest.fixture
def appeal(do: Do, member: Someone, against: Relief, now: datetime) -> Appeal:
    """The member's appeal against it."""
    return filed(do, member, against, now)


def filed(do: Do, someone: Someone, against: Relief, now: datetime) -> Appeal:
    made: Appeal = do(
        appeals.file_appeal, someone.actor, "relief", against.id, "证明第二页写明了时间",
        now=now, today=now.date(),
    )  # fmt: skip
    return made


def decided(do: Do, someone: Someone, appeal: Appeal, now: datetime, *, uphold: bool) -> Appeal:
    made: Appeal = do(
        appeals.decide_appeal, someone.actor, appeal.id, uphold=uphold, reason="已核对证明",
        seen=1, now=now, today=now.date(),
    )  # fmt: skip
    return made


def test_who_decided_before_does_not_decide_the_appeal(
    do: Do, store: Store, auditor: Someone, registrar: Someone, appeal: Appeal, now: datetime
):
    with pytest.raises(NotAllowed, match="decided_before"):
        decided(do, auditor, appeal, now, uphold=False)
    assert not do(appeals.appeal_shown, auditor.actor, appeal.id).may_decide
    assert do(appeals.appeal_shown, registrar.actor, appeal.id).may_decide

    decided(do, registrar, appeal, now, uphold=False)

    assert store.get(Appeal, appeal.id).state == "dismissed"


def test_an_appeal_that_is_upheld_grants_what_was_asked(
    do: Do, store: Store, member: Someone, registrar: Someone, against: Relief, appeal: Appeal,
    now: datetime,
):  # fmt: skip
    assert member.registration
    decided(do, registrar, appeal, now, uphold=True)

    assert store.get(Relief, against.id).state == "granted"
    standing = do(readiness_of, member.actor, member.registration.id, on=now.date())
    assert standing.years[2].verdict is Verdict.WAIVED
    verbs = store.all(select(JournalEntry.verb).where(JournalEntry.object_type == "appeal"))
    assert list(verbs) == ["appeal.filed", "appeal.upheld"]


def test_the_last_day_is_the_last(
    do: Do, member: Someone, against: Relief, at: Callable[[str], datetime]
):
    shown = do(appeals.appealable, "relief", against.id, today=at("2026-12-11 10:00").date())
    assert shown.open
    assert shown.deadline.due_on == at("2026-12-11 10:00").date()
    with pytest.raises(Conflict, match="appeal_too_late"):
        filed(do, member, against, at("2026-12-12 10:00"))
    filed(do, member, against, at("2026-12-11 15:30"))


def test_it_is_filed_once_and_heard_once(
    do: Do, member: Someone, registrar: Someone, against: Relief, appeal: Appeal, now: datetime
):
    assert filed(do, member, against, now).id == appeal.id
    decided(do, registrar, appeal, now, uphold=False)

    with pytest.raises(Conflict, match="appealed_already"):
        filed(do, member, against, now)
    with pytest.raises(Conflict, match="appeal_decided"):
        decided(do, registrar, appeal, now, uphold=True)


def test_one_that_was_withdrawn_can_be_filed_again_in_time(
    do: Do, member: Someone, registrar: Someone, against: Relief, appeal: Appeal,
    now: datetime,
):  # fmt: skip
    do(appeals.withdraw_appeal, member.actor, appeal.id, now=now)
    with pytest.raises(Conflict, match="appeal_decided"):
        decided(do, registrar, appeal, now, uphold=True)

    assert filed(do, member, against, now).id != appeal.id


def test_what_was_granted_in_full_is_not_appealed_against(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    given = granted(do, store, member, auditor, now=now)
    asked = a_request(do, store, member, now=now)

    for relief in (given, asked):
        with pytest.raises(Conflict, match="appeal_too_late"):
            filed(do, member, relief, now)


def test_only_the_member_appeals_and_nobody_decides_their_own(
    do: Do, member: Someone, registrar: Someone, stranger: Someone, society: Society,
    against: Relief, appeal: Appeal, now: datetime,
):  # fmt: skip
    with pytest.raises(NotAllowed):
        filed(do, registrar, against, now)
    with pytest.raises(NotFound):
        filed(do, stranger, against, now)
    oneself = dataclasses.replace(member.actor, roles={society.id: frozenset(RoleName)})
    with pytest.raises(NotAllowed):
        do(appeals.decide_appeal, oneself, appeal.id, uphold=True, reason="对", seen=1, now=now,
           today=now.date())  # fmt: skip
    with pytest.raises(NotFound):
        do(appeals.appeal_shown, stranger.actor, appeal.id)
    with pytest.raises(NotFound):
        do(appeals.society_appeals, stranger.actor, society.id)


def test_it_needs_words_and_a_decision_a_reason(
    do: Do, member: Someone, registrar: Someone, against: Relief, now: datetime
):
    with pytest.raises(Rejected, match="missing"):
        do(appeals.file_appeal, member.actor, "relief", against.id, " ", now=now, today=now.date())
    with pytest.raises(NotFound):
        do(appeals.file_appeal, member.actor, "weather", 1, "为什么", now=now, today=now.date())
    appeal = filed(do, member, against, now)
    with pytest.raises(Rejected, match="missing"):
        do(appeals.decide_appeal, registrar.actor, appeal.id, uphold=True, reason="", seen=1,
           now=now, today=now.date())  # fmt: skip


def test_staff_see_the_oldest_first(do: Do, auditor: Someone, society: Society, appeal: Appeal):
    found, counts = do(appeals.society_appeals, auditor.actor, society.id)

    assert [row.id for row, _registration in found] == [appeal.id]
    assert counts == {"open": 1}
