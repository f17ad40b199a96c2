"""Who reads which file: balanced, by hand, handed on, given back, and never somebody near."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.demo.readers import demo_readers
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.review import AuditSettings
from cpd_app.models import Filing, Judgement, Reader, Society
from cpd_app.policy import Actor
from cpd_app.usecases.audit_queue import QueueFilter, queue_of
from cpd_app.usecases.audit_readers import (
    assign_balanced,
    assign_reader,
    change_audit_settings,
    declare_conflict,
    end_reader,
    replace_reader,
    take_file,
)
from tests.support import builders
from tests.support.evidence import verbs
from tests.support.filings import a_filing, a_record
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2027, 11, 1, 2, 0, tzinfo=UTC)
AT = {"now": NOW, "today": NOW.date()}


def a_file(store: Store, society: Society, **over: Any) -> Filing:
    """A filing of a member of its own."""
    person = builders.a_person(store)
    return a_filing(store, builders.a_registration(store, person, society), [a_record()], **over)


def readers(store: Store, filing: Filing) -> list[int]:
    """Who reads it now."""
    return list(
        store.all(
            select(Reader.person_id)
            .where(Reader.filing_id == filing.id, Reader.ended_at.is_(None))
            .order_by(Reader.id)
        )
    )


def test_all_unassigned_files_are_spread_over_auditors_and_experts(
    do: Do, store: Store, society: Society, auditor: Someone, expert: Someone, registrar: Someone
):
    files = [a_file(store, society) for _ in range(4)]
    done = do(assign_balanced, registrar.actor, society.id, **AT)

    assert (done.files, done.left_over) == (4, 0)
    given = [readers(store, f)[0] for f in files]
    assert sorted(given) == sorted([auditor.id, expert.id] * 2)
    until = {r.person_id: r.until_on for r in store.all(select(Reader))}
    assert until == {auditor.id: None, expert.id: NOW.date() + timedelta(days=30)}
    assert do(assign_balanced, registrar.actor, society.id, **AT).files == 0


def test_colleagues_of_the_member_are_left_out_in_any_writing(
    do: Do, store: Store, society: Society, auditor: Someone, expert: Someone, registrar: Someone
):
    builders.an_employment(store, auditor.id, "示范供电有限公司")
    filing = a_file(store, society, employer="示范供电 公司")
    do(assign_balanced, registrar.actor, society.id, **AT)
    assert readers(store, filing) == [expert.id]

    with pytest.raises(Rejected, match="reader_conflict"):
        do(assign_reader, registrar.actor, filing.id, auditor.id, **AT)


def test_nobody_reads_their_own_file(
    do: Do, store: Store, society: Society, auditor: Someone, registrar: Someone
):
    own = a_filing(store, builders.a_registration(store, auditor.person, society), [a_record()])
    done = do(assign_balanced, registrar.actor, society.id, **AT)

    assert (done.files, done.left_over) == (0, 1)
    with pytest.raises(NotAllowed):
        do(take_file, auditor.actor, own.id, **AT)


def test_a_declared_conflict_hands_the_file_on_and_stays_said(
    do: Do, store: Store, society: Society, auditor: Someone, expert: Someone, registrar: Someone
):
    filing = a_file(store, society)
    do(assign_reader, registrar.actor, filing.id, auditor.id, **AT)
    with pytest.raises(Rejected, match="reason_needed"):
        do(declare_conflict, auditor.actor, filing.id, " ", **AT)
    do(declare_conflict, auditor.actor, filing.id, "合作过同一项目", **AT)

    assert readers(store, filing) == [expert.id]
    with pytest.raises(Rejected, match="reader_conflict"):
        do(assign_reader, registrar.actor, filing.id, auditor.id, **AT)
    assert verbs(store, "filing") == ["reader.assigned", "reader.ended", "reader.assigned"]


def test_a_registrar_hands_a_file_on_and_takes_it_away(
    do: Do, store: Store, society: Society, auditor: Someone, expert: Someone, registrar: Someone
):
    filing = a_file(store, society)
    first = do(assign_reader, registrar.actor, filing.id, auditor.id, **AT)
    with pytest.raises(Conflict, match="reader_already"):
        do(assign_reader, registrar.actor, filing.id, auditor.id, **AT)
    second = do(replace_reader, registrar.actor, filing.id, first.id, expert.id, **AT)
    assert readers(store, filing) == [expert.id]
    do(end_reader, registrar.actor, filing.id, second.id, **AT)
    assert readers(store, filing) == []
    with pytest.raises(NotFound):
        do(end_reader, registrar.actor, filing.id, second.id, **AT)


def test_staff_take_a_file_that_nobody_reads_and_the_second_is_told(
    do: Do, store: Store, society: Society, auditor: Someone, registrar: Someone, expert: Someone
):
    filing = a_file(store, society)
    do(take_file, auditor.actor, filing.id, **AT)
    with pytest.raises(Conflict, match="reader_already"):
        do(take_file, registrar.actor, filing.id, **AT)
    with pytest.raises(NotFound):
        do(take_file, expert.actor, filing.id, **AT)


def test_only_readers_of_the_society_are_given_files(
    do: Do, store: Store, society: Society, registrar: Someone, organiser: Someone,
    auditor: Someone, stranger: Someone,
):  # fmt: skip
    filing = a_file(store, society)
    for someone in (organiser, stranger):
        with pytest.raises(Rejected, match="reader_unfit"):
            do(assign_reader, registrar.actor, filing.id, someone.id, **AT)
    with pytest.raises(NotAllowed):
        do(assign_reader, auditor.actor, filing.id, auditor.id, **AT)
    with pytest.raises(NotFound):
        do(assign_reader, stranger.actor, filing.id, stranger.id, **AT)


def test_two_readers_for_each_file_when_the_society_says_so(
    do: Do, store: Store, society: Society, auditor: Someone, expert: Someone, registrar: Someone
):
    do(change_audit_settings, registrar.actor, society.id, AuditSettings(readers=2), now=NOW)
    filing = a_file(store, society)
    do(assign_balanced, registrar.actor, society.id, **AT)

    assert set(readers(store, filing)) == {auditor.id, expert.id}
    with pytest.raises(Rejected, match="bad_value"):
        do(change_audit_settings, registrar.actor, society.id, AuditSettings(readers=9), now=NOW)
    with pytest.raises(NotAllowed):
        do(change_audit_settings, auditor.actor, society.id, AuditSettings(), now=NOW)


def test_the_queue_of_an_expert_holds_only_their_files(
    do: Do, store: Store, society: Society, expert: Someone, registrar: Someone, auditor: Someone
):
    mine, _other = a_file(store, society), a_file(store, society)
    do(assign_reader, registrar.actor, mine.id, expert.id, **AT)

    found = do(queue_of, expert.actor, None, QueueFilter(), today=NOW.date())
    assert [r.filing_id for r in found.rows] == [mine.id]
    late = NOW.date() + timedelta(days=31)
    assert not do(queue_of, expert.actor, None, QueueFilter(), today=late).rows
    assert do(queue_of, auditor.actor, society.id, QueueFilter(), today=late).total == 2


def test_the_demos_filings_are_given_to_readers_and_one_is_begun(
    app: Flask, store: Store, society: Society, auditor: Someone, expert: Someone
):
    files = [a_file(store, society) for _ in range(2)]
    with app.app_context():
        system = Actor.system("cli")
        assert demo_readers(system, society.id, now=NOW, today=NOW.date()) == 2
        assert demo_readers(system, society.id, now=NOW, today=NOW.date()) == 0

    assert {readers(store, f)[0] for f in files} == {auditor.id, expert.id}
    assert store.one(select(Judgement)).verdict == "accepted"
