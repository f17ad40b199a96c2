"""认定: hours by the society's word, with a reason; changed later, searched as precedents."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Activity, ActivityChange, Credit, JournalEntry, Ruling, Society
from cpd_app.usecases import rulings
from cpd_app.usecases.activities import correct_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.recorded import logged
from tests.support.store import Store

Do = Callable[..., Any]
RULING: dict[str, Any] = {"hours": 300, "reason": "两天裁判，认一半", "subject": "省级技能大赛裁判"}


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def asked(do: Do, member: Someone, now: datetime) -> Activity:
    """A record of a kind that the table leaves open; 6 hours are asked for."""
    return logged(
        do, member, "other", date(2026, 5, 6), now=now, title="技能大赛裁判", hours_asked=6
    )


@pytest.fixture
def credit_id(store: Store, asked: Activity) -> int:
    return store.one(select(Credit.id).where(Credit.activity_id == asked.id))


def test_a_ruling_is_on_the_record_that_was_seen(
    do: Do, store: Store, registrar: Someone, member: Someone, asked: Activity, credit_id: int,
    now: datetime,
):  # fmt: skip
    new = NewActivity("other", "换了一件事", None, asked.ended_on, fields={"hours_asked": 6})
    do(correct_activity, member.actor, asked.id, new, version=1, now=now, today=now.date())

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(rulings.decide_ruling, registrar.actor, credit_id, **RULING, seen=1, now=now)
    do(rulings.decide_ruling, registrar.actor, credit_id, **RULING, seen=2, now=now)

    assert store.get(Credit, credit_id).recognised == 300


def test_a_changed_record_waits_again_and_its_ruling_stays_a_precedent(
    do: Do, store: Store, registrar: Someone, member: Someone, asked: Activity, credit_id: int,
    society: Society, now: datetime,
):  # fmt: skip
    do(rulings.decide_ruling, registrar.actor, credit_id, **RULING, now=now)
    new = NewActivity("other", asked.title, None, asked.ended_on, fields={"hours_asked": 8})
    do(correct_activity, member.actor, asked.id, new, version=None, now=now, today=now.date())

    assert store.get(Credit, credit_id).ruled is None
    assert do(rulings.rulings_on, asked.id) == []
    found, _total = do(rulings.search_precedents, registrar.actor, society.id)
    assert [p.granted for p in found] == [300]
    do(rulings.decide_ruling, registrar.actor, credit_id, **RULING, now=now)


def test_what_waits_is_listed_the_oldest_first(
    do: Do, auditor: Someone, member: Someone, other_member: Someone, society: Society,
    asked: Activity, now: datetime,
):  # fmt: skip
    second = logged(do, other_member, "other", date(2026, 1, 6), now=now, hours_asked=2)
    logged(do, member, "exam", date(2026, 5, 6), now=now)

    found, total = do(rulings.waiting_rulings, auditor.actor, society.id)

    assert [w.activity.id for w in found] == [asked.id, second.id]
    assert (total, found[0].asked, found[0].ruled) == (2, 600, None)


def test_a_ruling_fixes_the_hours_and_is_written_down(
    do: Do, store: Store, auditor: Someone, asked: Activity, credit_id: int, now: datetime
):
    do(rulings.decide_ruling, auditor.actor, credit_id, **RULING, now=now)

    credit = store.get(Credit, credit_id)
    assert (credit.ruled, credit.conversion, credit.recognised) == (300, 300, 300)
    change = store.one(
        select(ActivityChange).where(
            ActivityChange.activity_id == asked.id, ActivityChange.verb == "ruled"
        )
    )
    assert (change.by_id, change.changed) == (auditor.id, {"hours": [None, 300]})
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "ruling.decided"))
    assert (entry.data["asked"], entry.data["granted"]) == (600, 300)
    assert RULING["reason"] not in str(entry.data)


def test_a_later_ruling_replaces_the_earlier_one_which_stays(
    do: Do, store: Store, auditor: Someone, asked: Activity, credit_id: int, now: datetime
):
    first = do(rulings.decide_ruling, auditor.actor, credit_id, **RULING, now=now)
    later = {**RULING, "hours": 600, "reason": "补了证明"}
    do(rulings.decide_ruling, auditor.actor, credit_id, **later, replaces=first.id, now=now)

    history = do(rulings.rulings_on_credit, auditor.actor, credit_id)
    assert [(r.granted, r.replaced_at is None) for r in history] == [(600, True), (300, False)]
    assert [r.reason for r in do(rulings.rulings_on, asked.id)] == ["补了证明"]
    assert store.get(Credit, credit_id).recognised == 600


def test_two_colleagues_do_not_rule_over_each_other(
    do: Do, auditor: Someone, registrar: Someone, credit_id: int, now: datetime
):
    do(rulings.decide_ruling, auditor.actor, credit_id, **RULING, now=now)

    with pytest.raises(Conflict, match="ruled_meanwhile"):
        do(rulings.decide_ruling, registrar.actor, credit_id, **RULING, now=now)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"hours": 650}, "more_than_asked", "hours"),
        ({"hours": -50}, "more_than_asked", "hours"),
        ({"hours": 120}, "not_on_step", "hours"),
        ({"reason": " "}, "missing", "reason"),
        ({"reason": "长" * 1001}, "too_long", "reason"),
        ({"subject": ""}, "missing", "subject"),
        ({"subject": "长" * 201}, "too_long", "subject"),
        ({"subject": "张会员做裁判"}, "names_the_member", "subject"),
    ],
)
def test_a_ruling_that_cannot_be_is_refused(
    do: Do, store: Store, auditor: Someone, credit_id: int, change: dict[str, Any], code: str,
    field: str, now: datetime,
):  # fmt: skip
    with pytest.raises(Rejected, match=code) as refused:
        do(rulings.decide_ruling, auditor.actor, credit_id, **{**RULING, **change}, now=now)

    assert refused.value.field == field
    assert store.count(Ruling) == 0


def test_nothing_at_all_may_be_recognised(
    do: Do, store: Store, auditor: Someone, credit_id: int, now: datetime
):
    do(rulings.decide_ruling, auditor.actor, credit_id, **{**RULING, "hours": 0}, now=now)

    credit = store.get(Credit, credit_id)
    assert (credit.ruled, credit.recognised) == (0, 0)
    society_id = auditor.society.id if auditor.society else 0
    assert do(rulings.count_waiting, society_id) == 0


def test_nobody_rules_on_their_own(
    do: Do, store: Store, auditor: Someone, society: Society, now: datetime
):
    registration = builders.a_registration(store, auditor.person, society)
    logged(do, auditor, "other", date(2026, 5, 6), now=now, hours_asked=6)
    own = store.one(select(Credit.id).where(Credit.registration_id == registration.id))

    with pytest.raises(NotAllowed):
        do(rulings.decide_ruling, auditor.actor, own, **RULING, now=now)
    assert do(rulings.next_waiting, auditor.actor, society.id) is None


def test_what_the_table_decides_needs_no_ruling(
    do: Do, store: Store, auditor: Someone, member: Someone, now: datetime
):
    exam = logged(do, member, "exam", date(2026, 5, 6), now=now)
    credit_id = store.one(select(Credit.id).where(Credit.activity_id == exam.id))

    with pytest.raises(Rejected, match="no_ruling_needed"):
        do(rulings.decide_ruling, auditor.actor, credit_id, **RULING, now=now)


@pytest.mark.parametrize("who", ["stranger", "organiser", "federation", "other_member"])
def test_others_do_not_find_the_record(
    do: Do, request: pytest.FixtureRequest, who: str, credit_id: int, now: datetime
):
    someone: Someone = request.getfixturevalue(who)

    with pytest.raises((NotFound, NotAllowed)):
        do(rulings.decide_ruling, someone.actor, credit_id, **RULING, now=now)


def test_precedents_are_found_by_all_words_and_name_nobody(
    do: Do, auditor: Someone, stranger: Someone, society: Society, credit_id: int, now: datetime
):
    do(rulings.decide_ruling, auditor.actor, credit_id, **RULING, now=now)

    def found(words: str, kind: str | None = None) -> list[str]:
        rows, _total = do(
            rulings.search_precedents, auditor.actor, society.id, words=words, kind=kind
        )
        return [r.subject for r in rows]

    assert found("省级 一半") == ["省级技能大赛裁判"]
    assert found("省级 国家级") == []
    assert found("%") == []
    assert found("", "exam") == []
    assert do(rulings.ruled_kinds, auditor.actor, society.id) == ["other"]
    with pytest.raises(NotFound):
        do(rulings.search_precedents, stranger.actor, society.id)


def test_similar_precedents_come_most_alike_first(
    do: Do, store: Store, auditor: Someone, society: Society, now: datetime
):
    for subject in ("省级技能大赛裁判", "校园用电科普讲座", "全国电工技能大赛裁判长"):
        store.add(
            Ruling(
                society_id=society.id, kind="other", subject=subject, asked=600, granted=300,
                reason="有证明", by_id=auditor.id, at=now,
            )
        )  # fmt: skip

    found = do(
        rulings.similar_precedents, auditor.actor, society.id, kind="other",
        title="全国技能大赛裁判",
    )  # fmt: skip

    assert [p.subject for p in found] == ["全国电工技能大赛裁判长", "省级技能大赛裁判"]
