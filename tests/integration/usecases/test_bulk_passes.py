"""Passing together: A–D only, two people, colleagues left out, each file checked again."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select, update

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Decision, Filing, SnapshotRecord, Term
from cpd_app.usecases import bulk_passes
from tests.support import builders
from tests.support.deciding import NOW, TODAY, a_full_file, a_judgement, records_in
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
WHEN = {"now": NOW, "today": TODAY}
WHY = "计入学时的记录均为 A–D 级，各年达到要求。"


@pytest.fixture
def two(do: Do, store: Store, member: Someone, other_member: Someone) -> list[Filing]:
    """Two files whose every record is D."""
    return [
        a_full_file(do, store, member, employer="甲院"),
        a_full_file(do, store, other_member, employer="乙院"),
    ]


def propose(do: Do, someone: Someone, files: list[Filing]) -> Any:
    """A bulk pass of these files."""
    assert someone.society
    ids = [f.id for f in files]
    return do(bulk_passes.propose_bulk, someone.actor, someone.society.id, ids, WHY, **WHEN)


def test_one_proposes_another_confirms_each_file_by_itself(
    do: Do, store: Store, two: list[Filing], auditor: Someone, registrar: Someone
):
    bulk = propose(do, auditor, two)
    assert [store.get(Filing, f.id).state for f in two] == ["proposed", "proposed"]
    with pytest.raises(NotAllowed, match="second_person"):
        do(bulk_passes.confirm_bulk, auditor.actor, bulk.id, **WHEN)

    done = do(bulk_passes.confirm_bulk, registrar.actor, bulk.id, seen=1, **WHEN)

    assert (done.state, done.left_out) == ("confirmed", [])
    decisions = store.all(select(Decision).order_by(Decision.id))
    assert [(d.state, d.outcome, d.bulk_id) for d in decisions] == [
        ("in_force", "passed", bulk.id)
    ] * 2
    assert len({d.number for d in decisions}) == 2
    assert store.count(Term) == 4
    with pytest.raises(Conflict, match="decided_already"):
        do(bulk_passes.confirm_bulk, registrar.actor, bulk.id, **WHEN)


def test_files_that_need_a_reader_are_left_out_with_the_reason(
    do: Do, store: Store, two: list[Filing], auditor: Someone
):
    first, second = two
    letter = update(SnapshotRecord).where(SnapshotRecord.filing_id == first.id)
    store.run(letter.values(assurance="E"))
    a_judgement(store, records_in(store, second)[0], auditor, "reduced", 4000)
    assert auditor.society

    found = do(bulk_passes.candidates_of, auditor.actor, auditor.society.id, today=TODAY)

    assert {c.case.filing.id: str(c.left_out) for c in found} == {
        first.id: "unchecked_record",
        second.id: "judged_down",
    }
    with pytest.raises(Rejected, match="nothing_passable"):
        propose(do, auditor, two)


def test_own_and_colleagues_files_are_left_out(
    do: Do, store: Store, two: list[Filing], auditor: Someone, registrar: Someone
):
    builders.an_employment(store, auditor.id, "甲院")
    builders.an_employment(store, registrar.id, "乙院")
    first, second = two

    bulk = propose(do, auditor, two)
    assert bulk.left_out == [{"filing": first.id, "reason": "same_employer"}]
    done = do(bulk_passes.confirm_bulk, registrar.actor, bulk.id, **WHEN)

    assert done.left_out[-1] == {"filing": second.id, "reason": "same_employer"}
    assert store.get(Filing, second.id).state == "reading"
    assert store.count(Decision, Decision.state == "in_force") == 0


def test_each_file_is_checked_again_when_it_is_confirmed(
    do: Do, store: Store, two: list[Filing], auditor: Someone, registrar: Someone
):
    bulk = propose(do, auditor, two)
    first, second = two
    a_judgement(store, records_in(store, first)[0], auditor, "rejected", 0)
    closed = update(Term).where(Term.id == second.term_id)
    store.run(closed.values(state="revoked"))

    done = do(bulk_passes.confirm_bulk, registrar.actor, bulk.id, **WHEN)

    assert {e["filing"]: e["reason"] for e in done.left_out} == {
        first.id: "judged_down",
        second.id: "certificate_closed",
    }
    assert [store.get(Filing, f.id).state for f in two] == ["reading", "reading"]
    assert store.count(Term) == 2


def test_one_that_is_taken_back_leaves_all_with_their_readers(
    do: Do, store: Store, two: list[Filing], auditor: Someone
):
    bulk = propose(do, auditor, two)

    do(bulk_passes.withdraw_bulk, auditor.actor, bulk.id, "先抽查", now=NOW)

    assert {store.get(Filing, f.id).state for f in two} == {"reading"}
    shown = do(bulk_passes.bulk_of, auditor.actor, bulk.id)
    assert [d.answer for d, _case in shown.rows] == ["先抽查", "先抽查"]


def test_files_of_another_society_are_not_there(
    do: Do, two: list[Filing], stranger: Someone, auditor: Someone
):
    with pytest.raises(NotFound):
        propose(do, stranger, two)
    bulk = propose(do, auditor, two)
    for act in (bulk_passes.bulk_of, bulk_passes.confirm_bulk):
        options = WHEN if act is bulk_passes.confirm_bulk else {}
        with pytest.raises(NotFound):
            do(act, stranger.actor, bulk.id, **options)


def test_statements_do_not_grow_with_the_files(
    do: Do, store: Store, two: list[Filing], auditor: Someone
):
    """The page of candidates asks the same questions for two files as for one."""
    assert auditor.society
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    do(bulk_passes.candidates_of, auditor.actor, auditor.society.id, today=TODAY)
    both = len(asked)
    store.run(update(Filing).where(Filing.id == two[0].id).values(state="passed"))
    asked.clear()
    do(bulk_passes.candidates_of, auditor.actor, auditor.society.id, today=TODAY)

    assert both == len(asked)
