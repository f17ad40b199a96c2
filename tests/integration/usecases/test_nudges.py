"""催办: one message with each person's own gaps, never twice within 7 days, whoever orders it."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.domain.nudges import LeftOut, Way
from cpd_app.models import (
    CallNote,
    Job,
    JournalEntry,
    LastNudge,
    Message,
    Nudge,
    Registration,
    Society,
)
from cpd_app.usecases import call_notes, nudge_list, nudge_runs, nudges, standings
from cpd_app.usecases.jobs import JobState, cancel_job, claim_job
from cpd_app.usecases.nudge_list import Chosen, NudgeFilter
from tests.support import builders
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2027, 12, 1, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
EVERYBODY = Chosen(NudgeFilter(months=3))


@pytest.fixture(autouse=True)
def today(at: Callable[[str], object]) -> None:
    """Three months before the builders' certificates end."""
    at("2027-12-01 10:00")


def registered(store: Store, society: Society, **over: Any) -> Registration:
    person = builders.a_person(store, **over)
    return builders.a_registration(store, person, society)


def ordered(
    do: Do, registrar: Someone, chosen: Chosen = EVERYBODY, way: Way = Way.MESSAGE, **over: Any
) -> Job:
    assert registrar.society
    given = {"words": "", "key": "a", "on": TODAY, "now": NOW, **over}
    words = given.pop("words")
    job: Job = do(
        nudges.order_nudges, registrar.actor, registrar.society.id, chosen, way, words, **given
    )
    return job


def messages(store: Store) -> Sequence[Message]:
    return store.all(select(Message).where(Message.kind == "nudge").order_by(Message.id))


def listed(do: Do, asker: Someone, **over: Any) -> nudge_list.NudgePage:
    assert asker.society
    page: nudge_list.NudgePage = do(
        nudge_list.nudge_page,
        asker.actor,
        asker.society.id,
        NudgeFilter(**{"months": 3, **over}),
        on=TODAY,
        now=NOW,
    )
    return page


def test_each_reads_their_own_gaps(
    app: Flask, do: Do, store: Store, society: Society, member: Someone, registrar: Someone
):
    asleep = registered(store, society, password_hash=None, activated_at=None)
    job = ordered(do, registrar, words="  请尽快\n处理。 ")
    assert work_off(app) == 1

    told = {m.person_id: m for m in messages(store)}
    codes = {i: [gap["code"] for gap in m.data["gaps"]] for i, m in told.items()}
    assert codes[asleep.person_id][0] == "gap_not_activated"
    assert codes[member.id] == codes[asleep.person_id][1:]
    assert told[member.id].data["words"] == "请尽快 处理。"
    run = do(nudge_runs.run_of, registrar.actor, job.id)
    assert (run.told, run.left_out, run.under_way) == (2, {}, False)
    assert len(store.all(select(JournalEntry).where(JournalEntry.verb == "member.nudged"))) == 2


@pytest.mark.usefixtures("member")
def test_nobody_is_reminded_twice_within_seven_days(
    app: Flask, do: Do, store: Store, registrar: Someone
):
    ordered(do, registrar)
    work_off(app)

    for way in Way:
        with pytest.raises(Rejected, match="nobody_to_nudge"):
            ordered(do, registrar, way=way, key="b", now=NOW + timedelta(days=6, hours=23))
    ordered(do, registrar, key="c", now=NOW + timedelta(days=7))
    assert len(messages(store)) == 1, "ordered, not yet done"


@pytest.mark.usefixtures("member")
def test_two_colleagues_at_once_remind_once(
    do: Do, store: Store, registrar: Someone, at_once: Callable[..., list[Any]]
):
    assert registrar.society
    rest = [registered(store, registrar.society) for _ in range(5)]
    jobs = [ordered(do, registrar, key=key) for key in "ab"]
    ids = jobs[0].payload["ids"]
    assert len(ids) == len(rest) + 1
    steps = at_once(
        *(
            partial(nudges.nudge_part, registrar.actor, j.id, ids, j.payload, now=NOW, on=TODAY)
            for j in jobs
        )
    )

    assert [step.done for step in steps] == [6, 6]
    assert len(messages(store)) == len(store.all(select(LastNudge))) == 6
    results = [store.get(Job, j.id).result or {} for j in jobs]
    assert sorted(r["told"] for r in results) == [0, 6]
    assert {"recently": 6} in [r["left_out"] for r in results]


def test_who_is_left_out_and_why(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone
):
    own = builders.a_registration(store, registrar.person, society)
    silent = registered(store, society, messages_stopped_at=NOW)
    no_phone = registered(store, society, phone=None)
    fine = registered(store, society)
    assert own.id != silent.id

    plan = do(
        nudge_list.plan_of, registrar.actor, society.id, EVERYBODY, Way.CSV, on=TODAY, now=NOW
    )
    assert plan.ids == (fine.id,)
    assert plan.left_out == {LeftOut.ONESELF: 1, LeftOut.SILENT: 1, LeftOut.NO_PHONE: 1}
    assert plan.chosen == 4
    ordered(do, registrar)
    work_off(app)
    assert {m.person_id for m in messages(store)} == {fine.person_id, no_phone.person_id}


def test_an_interrupted_order_goes_on_where_it_was(
    do: Do, store: Store, society: Society, registrar: Someone, monkeypatch: Any
):
    monkeypatch.setattr(nudges, "AT_ONCE", 2)
    rest = [registered(store, society) for _ in range(5)]
    job = ordered(do, registrar)
    do(claim_job, job.id, worker="dies", now=NOW)
    first = do(lambda: list(nudges.parts_to_nudge(job.id, job.payload)))[0]
    do(nudges.nudge_part, registrar.actor, job.id, first, job.payload, now=NOW, on=TODAY)

    again = do(lambda: list(nudges.parts_to_nudge(job.id, job.payload)))
    for part in again:
        do(nudges.nudge_part, registrar.actor, job.id, part, job.payload, now=NOW, on=TODAY)

    run = do(nudge_runs.run_of, registrar.actor, job.id)
    assert (run.told, run.left_out, len(again)) == (len(rest), {}, 2)
    assert len(messages(store)) == len(rest)


def test_a_file_for_sms_counts_as_reminded(
    app: Flask, do: Do, store: Store, member: Someone, registrar: Someone
):
    job = ordered(do, registrar, way=Way.CSV, words="请回电。")
    work_off(app)

    rows = do(lambda: list(nudge_runs.rows_for_sms(registrar.actor, job.id, now=NOW)))
    assert [(r.name, r.phone) for r in rows] == [("张会员", member.person.phone)]
    assert rows[0].data["words"] == "请回电。"
    assert [n.way for n in store.all(select(Nudge))] == ["csv"]
    assert not messages(store)
    with pytest.raises(Rejected, match="nobody_to_nudge"):
        ordered(do, registrar, key="b")


@pytest.mark.usefixtures("member")
def test_the_same_order_twice_is_one_order(do: Do, store: Store, registrar: Someone):
    assert ordered(do, registrar).id == ordered(do, registrar).id
    assert len(store.all(select(Job).where(Job.kind == nudges.TASK))) == 1
    with pytest.raises(Rejected, match="words_too_long"):
        ordered(do, registrar, words="字" * 201, key="b")


@pytest.mark.usefixtures("member")
def test_a_cancelled_order_reminds_nobody_more(
    app: Flask, do: Do, store: Store, registrar: Someone
):
    job = ordered(do, registrar)
    do(cancel_job, registrar.actor, job.id, now=NOW)
    assert work_off(app) == 0
    assert not messages(store)
    assert do(nudge_runs.run_of, registrar.actor, job.id).job.state == JobState.CANCELLED


def test_filters_find_by_what_is_missing_and_whether_reminded(
    app: Flask, do: Do, store: Store, society: Society, member: Someone, registrar: Someone
):
    asleep = registered(store, society, password_hash=None, activated_at=None)
    later = builders.a_registration(
        store, builders.a_person(store), society,
        term={"starts_on": date(2023, 8, 1), "ends_on": date(2028, 8, 1)},
    )  # fmt: skip
    do(standings.catch_up, society.id, on=TODAY)

    everybody = listed(do, registrar)
    assert everybody.by_who == {"": 2, "not_activated": 1, "not_filed": 2}
    assert [r.registration_id for r in listed(do, registrar, who="not_activated").rows] == [
        asleep.id
    ]
    assert later.id in [r.registration_id for r in listed(do, registrar, months=12).rows]
    assert listed(do, registrar, missing="summary").total == 2
    assert listed(do, registrar, missing="evidence").total == 0
    assert "years_met" in everybody.rows[0].to_do
    assert everybody.rows[0].phone
    assert member.registration
    ordered(do, registrar, Chosen(NudgeFilter(months=3), (member.registration.id,)))
    work_off(app)
    assert [r.registration_id for r in listed(do, registrar, nudged="yes").rows] == [
        member.registration.id
    ]
    assert [r.registration_id for r in listed(do, registrar, nudged="no").rows] == [asleep.id]


def test_only_registrars_remind(
    do: Do, member: Someone, auditor: Someone, stranger: Someone, registrar: Someone
):
    assert member.registration
    assert stranger.registration
    ours, theirs = member.registration.id, stranger.registration.id
    society_id = registrar.society.id if registrar.society else 0
    job = ordered(do, registrar)
    with pytest.raises(NotAllowed):
        listed(do, auditor)
    with pytest.raises(NotAllowed):
        do(call_notes.note_call, auditor.actor, ours, "reached", "", now=NOW)
    for use in (
        partial(
            nudge_list.nudge_page, stranger.actor, society_id, NudgeFilter(), on=TODAY, now=NOW
        ),
        partial(nudge_runs.run_of, stranger.actor, job.id),
        partial(call_notes.contact_file, stranger.actor, ours),
        partial(nudges.said_to, registrar.actor, society_id, theirs, "", on=TODAY),
    ):
        with pytest.raises(NotFound):
            do(use)


def test_calls_are_read_by_colleagues(
    do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone
):
    assert member.registration
    registration_id = member.registration.id
    do(call_notes.note_call, registrar.actor, registration_id, "no_answer", "", now=NOW)
    do(
        call_notes.note_call, registrar.actor, registration_id, "will_file", " 本周申请 ",
        now=NOW + timedelta(hours=1),
    )  # fmt: skip

    file = do(call_notes.contact_file, auditor.actor, registration_id)
    assert [(c.outcome, c.words, c.by) for c in file.contacts] == [
        ("will_file", "本周申请", "钱管理"),
        ("no_answer", "", "钱管理"),
    ]
    assert (file.may_see_contacts, file.may_note) == (False, False)
    call = listed(do, registrar).rows[0].call
    assert call
    assert call.outcome == "will_file"
    entries = store.all(select(JournalEntry).where(JournalEntry.verb == "member.called"))
    assert [e.data["outcome"] for e in entries] == ["no_answer", "will_file"]
    assert "words" not in entries[1].data
    with pytest.raises(Rejected, match="bad_value"):
        do(call_notes.note_call, registrar.actor, registration_id, "shouted", "", now=NOW)


def test_a_note_that_is_too_long_is_refused_and_not_cut(
    do: Do, store: Store, member: Someone, registrar: Someone
):
    assert member.registration
    note = partial(call_notes.note_call, registrar.actor, member.registration.id, "reached")
    with pytest.raises(Rejected, match="note_too_long") as refused:
        do(note, "字" * 501, now=NOW)
    assert refused.value.values == {"most": 500, "length": 501}
    do(note, "字" * 498 + "\r\n字", now=NOW)  # a line's end is one character
    assert [len(n.words) for n in store.all(select(CallNote))] == [500]


def test_two_registrations_of_a_person_are_one_reminder(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone
):
    person = builders.a_person(store)
    first, second = (builders.a_registration(store, person, society) for _ in range(2))

    job = ordered(do, registrar)
    work_off(app)
    assert [m.data["registration_id"] for m in messages(store)] == [first.id]
    assert do(nudge_runs.run_of, registrar.actor, job.id).left_out == {LeftOut.SAME_PERSON: 1}
    with pytest.raises(Rejected, match="nobody_to_nudge"):
        ordered(do, registrar, Chosen(NudgeFilter(months=3), (second.id,)), key="b")
    rows = listed(do, registrar, nudged="yes").rows
    assert [(r.registration_id, r.nudged_at) for r in rows] == [(first.id, NOW), (second.id, NOW)]
    assert listed(do, registrar, nudged="no").total == 0


def test_an_order_from_before_a_merge_reminds_nobody_again(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone
):
    one, other = registered(store, society), registered(store, society)
    chosen = [Chosen(NudgeFilter(months=3), (r.id,)) for r in (one, other)]
    ordered(do, registrar, chosen[0])
    work_off(app)
    job = ordered(do, registrar, chosen[1], key="b")
    store.change(other, person_id=one.person_id)  # what merging does to a registration
    work_off(app)

    assert len(messages(store)) == 1
    assert do(nudge_runs.run_of, registrar.actor, job.id).left_out == {LeftOut.RECENTLY: 1}


def test_another_society_reminds_by_its_own_count(
    app: Flask, do: Do, store: Store, member: Someone, stranger: Someone, registrar: Someone
):
    assert stranger.society
    elsewhere = builders.a_registration(store, member.person, stranger.society)
    for asker, key in ((registrar, "a"), (stranger, "b")):
        ordered(do, asker, key=key)
        work_off(app)

    told = [m.data["registration_id"] for m in messages(store) if m.person_id == member.id]
    assert member.registration
    assert told == [member.registration.id, elsewhere.id]


def test_colleagues_at_once_with_one_registration_each_remind_once(
    do: Do, store: Store, society: Society, registrar: Someone, at_once: Callable[..., list[Any]]
):
    person = builders.a_person(store)
    both = [builders.a_registration(store, person, society) for _ in range(2)]
    jobs = [
        ordered(do, registrar, Chosen(NudgeFilter(months=3), (r.id,)), key=str(r.id)) for r in both
    ]
    at_once(
        *(
            partial(
                nudges.nudge_part, registrar.actor, j.id, j.payload["ids"], j.payload,
                now=NOW, on=TODAY,
            )
            for j in jobs
        )
    )  # fmt: skip

    assert len(messages(store)) == 1


@pytest.mark.usefixtures("member")
def test_a_nudge_names_the_certificates_last_day(
    app: Flask, do: Do, store: Store, registrar: Someone
):
    ordered(do, registrar)
    work_off(app)
    (message,) = messages(store)
    assert message.data["last_on"] == "2028-02-29"
    assert "variant" not in message.data
