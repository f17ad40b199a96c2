"""Relief (预案): asked for, decided, its effect at once; for all; set aside."""

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.relief import Effect, Span
from cpd_app.domain.years import Verdict
from cpd_app.media.reading import read_arrived
from cpd_app.models import Deadline, JournalEntry, LastStanding, Relief, ReliefGround, Society
from cpd_app.policy import RoleName
from cpd_app.storage import LocalFiles
from cpd_app.usecases import (
    relief,
    relief_decisions,
    relief_effect,
    relief_grounds,
    relief_lists,
    standings,
)
from cpd_app.usecases.deadlines import DeadlineKind
from cpd_app.usecases.files import Upload, open_file
from cpd_app.usecases.progress import readiness_of
from cpd_app.usecases.relief import NewRelief
from cpd_app.usecases.relief_decisions import Decided, ForAll
from cpd_app.usecases.relief_grounds import NewGround
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.reliefs import a_request, granted, ground, refused
from tests.support.store import Store

Do = Callable[..., Any]
GRANT = Decided(grant=True, reason="材料齐全", document_no="学会办〔2026〕7号")


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


def years_of(do: Do, member: Someone, now: datetime) -> list[tuple[int, Verdict]]:
    assert member.registration
    standing = do(readiness_of, member.actor, member.registration.id, on=now.date())
    return [(year.required, year.verdict) for year in standing.years]


def test_the_effect_is_seen_before_asking_and_is_what_comes(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    assert member.registration
    new = NewRelief(
        member.registration.id, ground(store, "illness"), date(2025, 3, 1), date(2025, 9, 1)
    )
    effect = do(relief.preview_relief, member.actor, new, today=now.date())
    assert [(e.before.required, e.after.required) for e in effect if e.changes] == [(5000, 2500)]
    assert store.one(select(func.count(Relief.id))) == 0

    asked = a_request(do, store, member, now=now)
    assert years_of(do, member, now)[2] == (5000, Verdict.SHORT)
    do(
        relief_decisions.decide_relief, auditor.actor, asked.id, GRANT, seen=1, now=now,
        today=now.date(),
    )  # fmt: skip

    assert years_of(do, member, now)[2] == (effect[2].after.required, Verdict.SHORT)
    kept = store.get(Relief, asked.id)
    assert (kept.state, kept.document_no) == ("granted", "学会办〔2026〕7号")
    shown = do(relief.relief_asked, member.actor, asked.id)
    effect = do(relief.effect_of_asked, shown, on=now.date())
    assert [(e.before.required, e.after.required) for e in effect if e.changes] == [(5000, 2500)]


def test_a_waived_year_is_waived_and_24_months_are_the_most(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    for year in (1, 2):
        granted(do, store, member, auditor, "duty", now=now, year=year)
    with pytest.raises(Rejected, match="relief_changes_nothing"):
        a_request(do, store, member, "duty", now=now, year=3)

    verdicts = [verdict for _required, verdict in years_of(do, member, now)]
    assert verdicts[:3] == [Verdict.WAIVED, Verdict.WAIVED, Verdict.SHORT]


def test_the_same_key_asks_once(do: Do, store: Store, member: Someone, now: datetime):
    key = "8a1f0f5e-9d35-4c9e-8d0d-0d4f2f1b7a10"
    first = a_request(do, store, member, now=now, key=key)
    again = a_request(do, store, member, now=now, key=key)

    assert first.id == again.id
    assert store.one(select(func.count(Relief.id))) == 1


def test_the_decision_is_due_within_twenty_working_days(
    do: Do, store: Store, member: Someone, now: datetime
):
    asked = a_request(do, store, member, now=now)

    row = store.one(select(Deadline).where(Deadline.kind == DeadlineKind.RELIEF.value))
    assert (row.subject_id, row.due_on) == (asked.id, date(2026, 12, 18))


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"words": " "}, "missing"),
        ({"to_on": date(2025, 4, 1)}, "too_short_for_ground"),
        ({"ground_id": 0}, "unknown_ground"),
        ({"from_on": date(2027, 12, 1), "to_on": date(2028, 6, 1)}, None),
        ({"from_on": date(2028, 2, 15), "to_on": date(2028, 6, 1)}, "relief_changes_nothing"),
    ],
)
def test_what_is_refused_at_once(
    do: Do, store: Store, member: Someone, now: datetime, over: dict[str, Any], code: str | None
):
    if code is None:
        assert a_request(do, store, member, now=now, **over).id
        return
    with pytest.raises(Rejected, match=code):
        a_request(do, store, member, now=now, **over)


def test_only_the_member_asks(
    do: Do, store: Store, member: Someone, registrar: Someone, stranger: Someone, now: datetime
):
    theirs = dataclasses.replace(registrar, registration=member.registration)
    with pytest.raises(NotAllowed):
        a_request(do, store, theirs, now=now)
    with pytest.raises(NotFound):
        a_request(
            do, store, dataclasses.replace(stranger, registration=member.registration), now=now
        )


def test_it_is_withdrawn_until_it_is_decided(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    first, second = a_request(do, store, member, now=now), None
    do(relief.withdraw_relief, member.actor, first.id, seen=1, now=now)
    assert store.get(Relief, first.id).state == "withdrawn"
    assert store.one(select(Deadline.closed_at)) == now

    second = granted(do, store, member, auditor, now=now)
    with pytest.raises(Conflict, match="relief_decided"):
        do(relief.withdraw_relief, member.actor, second.id, seen=2, now=now)


def test_nobody_decides_their_own_and_the_stranger_sees_nothing(
    do: Do, store: Store, member: Someone, stranger: Someone, society: Society, now: datetime
):
    asked = a_request(do, store, member, now=now)
    oneself = dataclasses.replace(member.actor, roles={society.id: frozenset(RoleName)})
    act = relief_decisions.decide_relief
    with pytest.raises(NotAllowed):
        do(act, oneself, asked.id, GRANT, seen=1, now=now, today=now.date())
    with pytest.raises(NotFound):
        do(act, stranger.actor, asked.id, GRANT, seen=1, now=now, today=now.date())
    with pytest.raises(NotFound):
        do(relief.relief_asked, stranger.actor, asked.id)


def test_the_second_of_two_who_decide_is_told(
    do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone, now: datetime
):
    asked = refused(do, store, member, auditor, now=now)

    with pytest.raises(Conflict, match="relief_changed"):
        do(
            relief_decisions.decide_relief, registrar.actor, asked.id, GRANT, seen=1, now=now,
            today=now.date(),
        )  # fmt: skip
    assert store.get(Relief, asked.id).state == "refused"
    verbs = store.all(select(JournalEntry.verb).where(JournalEntry.object_type == "relief"))
    assert list(verbs) == ["relief.asked", "relief.refused"]


def test_a_decision_has_a_reason_and_never_gives_more(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    asked = a_request(do, store, member, now=now)
    act, today = relief_decisions.decide_relief, now.date()
    with pytest.raises(Rejected, match="missing"):
        do(act, auditor.actor, asked.id, Decided(grant=False, reason=""), seen=1, now=now,
           today=today)  # fmt: skip
    more = dataclasses.replace(GRANT, to_on=date(2025, 12, 1))
    with pytest.raises(Rejected, match="more_than_asked_for"):
        do(act, auditor.actor, asked.id, more, seen=1, now=now, today=today)

    less = dataclasses.replace(GRANT, to_on=date(2025, 6, 1))
    do(act, auditor.actor, asked.id, less, seen=1, now=now, today=today)

    assert years_of(do, member, now)[2][0] == 3750
    appeal = select(Deadline).where(Deadline.kind == DeadlineKind.APPEAL_RELIEF.value)
    assert store.one(appeal).due_on == date(2026, 12, 11)


def test_its_files_are_seen_by_the_society_and_by_nobody_else(
    do: Do, store: Store, disk: LocalFiles, member: Someone, auditor: Someone, stranger: Someone,
    now: datetime,
):  # fmt: skip
    assert member.registration
    upload = Upload(read_arrived(a_jpeg()), "诊断证明.jpg", "none")
    new = NewRelief(
        member.registration.id, ground(store, "illness"), date(2025, 3, 1), date(2025, 9, 1),
        words="住院",
    )  # fmt: skip
    asked = do(
        relief.ask_relief, member.actor, new, [upload], store=disk, now=now, today=now.date()
    )

    shown = do(relief.relief_asked, auditor.actor, asked.id)
    assert [file.name for file in shown.files] == ["诊断证明.jpg"]
    file_id = shown.files[0].id
    do(open_file, auditor.actor, file_id, preview=False, store=disk, now=now).stream.close()
    with pytest.raises(NotFound):
        do(open_file, stranger.actor, file_id, preview=False, store=disk, now=now)


def test_a_disaster_relieves_everybody_at_once(
    do: Do, store: Store, member: Someone, other_member: Someone, registrar: Someone,
    auditor: Someone, society: Society, now: datetime,
):  # fmt: skip
    do(standings.catch_up, society.id, on=now.date())
    assert store.one(select(func.count(LastStanding.registration_id))) == 2
    span = Span(Effect.REDUCTION, date(2025, 3, 1), date(2026, 3, 1))
    effect = do(relief_effect.effect_on_all, registrar.actor, society.id, span, on=now.date())
    assert (effect.registrations, effect.judged, effect.changed) == (2, 2, 2)
    assert effect.verdicts == ((Verdict.SHORT, Verdict.WAIVED, 2),)

    new = ForAll(ground(store, "disaster"), span.from_on, span.to_on, "特大洪灾", "学会〔2026〕1号")
    with pytest.raises(NotAllowed):
        do(relief_decisions.give_relief_to_all, auditor.actor, society.id, new, now=now)
    given = do(relief_decisions.give_relief_to_all, registrar.actor, society.id, new, now=now)

    assert years_of(do, member, now)[2] == (0, Verdict.WAIVED)
    assert years_of(do, other_member, now)[2] == (0, Verdict.WAIVED)
    assert do(standings.waiting_in, society.id, on=now.date()) == 2
    do(relief_decisions.annul_relief, registrar.actor, given.id, "期间写错", seen=1, now=now,
       today=now.date())  # fmt: skip
    assert years_of(do, member, now)[2] == (5000, Verdict.SHORT)


def test_a_relief_set_aside_has_no_effect_and_can_be_appealed_against(
    do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone, now: datetime
):
    given = granted(do, store, member, auditor, "duty", now=now)
    assert years_of(do, member, now)[2] == (0, Verdict.WAIVED)

    do(relief_decisions.annul_relief, registrar.actor, given.id, "证明不实", seen=2, now=now,
       today=now.date())  # fmt: skip

    assert years_of(do, member, now)[2] == (5000, Verdict.SHORT)
    appeal = select(Deadline.closed_at).where(Deadline.kind == DeadlineKind.APPEAL_RELIEF.value)
    assert store.all(appeal) == [None]


def test_the_queue_is_in_order_of_the_deadline(
    do: Do, store: Store, member: Someone, other_member: Someone, auditor: Someone,
    stranger: Someone, society: Society, now: datetime, at: Callable[[str], datetime],
):  # fmt: skip
    late = a_request(do, store, member, now=at("2026-11-20 10:00"))
    early = a_request(do, store, other_member, now=at("2026-11-10 10:00"))
    refused(do, store, member, auditor, now=now)

    found, counts = do(relief_lists.society_reliefs, auditor.actor, society.id)

    assert [listed.relief.id for listed in found] == [early.id, late.id]
    assert counts == {"submitted": 2, "refused": 1}
    with pytest.raises(NotFound):
        do(relief_lists.society_reliefs, stranger.actor, society.id)


def test_a_society_changes_a_ground_for_itself(
    do: Do, store: Store, registrar: Someone, auditor: Someone, society: Society,
    other_society: Society, now: datetime,
):  # fmt: skip
    new = NewGround(
        "重病", "Serious illness", "证明", "Certificate", "reduction", 2, source="第3条"
    )
    act = relief_grounds.set_ground
    with pytest.raises(NotAllowed):
        do(act, auditor.actor, society.id, "illness", new, now=now)
    own = do(act, registrar.actor, society.id, "illness", new, now=now)
    do(relief_grounds.offer_ground, registrar.actor, society.id, "retired", offered=False, now=now)
    added = do(relief_grounds.add_ground, registrar.actor, society.id, "study", new, now=now)

    ours = do(relief_grounds.offered_grounds, society.id)
    assert own.id in [g.id for g in ours]
    assert added.id in [g.id for g in ours]
    assert "retired" not in [g.code for g in ours]
    theirs = do(relief_grounds.offered_grounds, other_society.id)
    assert ground(store, "illness") in [g.id for g in theirs]
    assert "study" not in [g.code for g in theirs]
    assert store.one(
        select(ReliefGround.name).where(
            ReliefGround.society_id.is_(None), ReliefGround.code == "illness"
        )
    ) == "重大疾病或伤残"  # fmt: skip
    with pytest.raises(Conflict, match="ground_exists"):
        do(relief_grounds.add_ground, registrar.actor, society.id, "study", new, now=now)
