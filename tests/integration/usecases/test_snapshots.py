"""What was filed stands still, whatever becomes of the records, and a change of it is found."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cpd_app.models import Activity, Credit, Snapshot, SnapshotRecord
from cpd_app.storage import LocalFiles
from cpd_app.usecases import activities, evidence, filings, summaries
from cpd_app.usecases.activity_input import patched
from cpd_app.usecases.snapshots import verify_snapshot
from tests.support import builders
from tests.support.renewing import NOW, TODAY, Renewing
from tests.support.store import Store

Do = Callable[..., Any]


def bytes_of(store: Store, filing_id: int) -> str:
    """Every column of every row of a filing's snapshots."""
    rows: list[Any] = [
        *store.all(select(Snapshot).where(Snapshot.filing_id == filing_id).order_by(Snapshot.id)),
        *store.all(
            select(SnapshotRecord)
            .where(SnapshotRecord.filing_id == filing_id)
            .order_by(SnapshotRecord.id)
        ),
    ]
    columns = [{c.name: getattr(row, c.name) for c in row.__table__.columns} for row in rows]
    return json.dumps(columns, default=str, sort_keys=True, ensure_ascii=False)


def correct(do: Do, renewing: Renewing, record: int, **changes: Any) -> None:
    def act() -> None:
        known = activities.held_activity(renewing.someone.actor, record)
        activities.correct_activity(
            renewing.someone.actor, record, patched(known, changes), version=None,
            now=NOW, today=TODAY,
        )  # fmt: skip

    do(act)


#: what can happen to records once the filing is taken back
ACTS: dict[str, Callable[[Store, Do, Renewing, int], Any]] = {
    "title": lambda _s, do, one, record: correct(do, one, record, title="改过的名称"),
    "hours": lambda _s, do, one, record: correct(do, one, record, minutes=45),
    "key": lambda _s, do, one, record: correct(do, one, record, achievement_key="GB/T 1"),
    "withdraw": lambda _s, do, one, record: do(
        activities.withdraw_activity, one.someone.actor, record, now=NOW
    ),
    "restore": lambda _s, do, one, record: do(
        activities.restore_activity, one.someone.actor, record, now=NOW, today=TODAY
    ),
    "leave_out": lambda _s, do, one, record: do(
        activities.leave_out, one.someone.actor, record, one.registration.id,
        left_out=True, now=NOW,
    ),
    "log": lambda _s, _do, one, _record: one.log(date(2027, 6, 1), 10),
    "summary": lambda _s, do, one, _record: do(rewrite, one),
}  # fmt: skip


def rewrite(one: Renewing) -> None:
    kept = summaries.summary_of(one.someone.actor, one.registration.id, today=TODAY)
    summaries.save_summary(
        one.someone.actor, one.registration.id, kept.text + "补", version=kept.version,
        now=NOW, today=TODAY,
    )  # fmt: skip


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 4)), max_size=6),
)
def test_no_order_of_corrections_changes_a_snapshot(
    store: Store, do: Do, renewing: Renewing, acts: list[tuple[str, int]]
):
    """The database goes on from example to example: the snapshot stands through all of them."""
    known = store.all(select(Snapshot.filing_id).limit(1))
    if known:
        filing_id = known[0]
    else:
        filing_id = renewing.filed().id
        do(filings.withdraw_filing, renewing.someone.actor, filing_id, now=NOW)
    before = bytes_of(store, filing_id)

    for name, place in acts:
        record = renewing.records[place]
        if store.get(Activity, record).state == "withdrawn" and name in {"title", "hours", "key"}:
            continue
        ACTS[name](store, do, renewing, record)

    assert bytes_of(store, filing_id) == before
    assert do(verify_snapshot, filing_id).whole


def test_evidence_removed_for_secrecy_leaves_its_hash_in_the_snapshot(
    store: Store, do: Do, renewing: Renewing, tmp_path: Any
):
    file = builders.a_file(store, renewing.someone.person, original_hash="a" * 64)
    builders.an_evidence(store, renewing.records[0], file.id)
    filing = renewing.filed()

    do(
        evidence.purge_evidence, renewing.someone.actor, file.id,
        store=LocalFiles(tmp_path), now=NOW,
    )  # fmt: skip

    kept = store.one(
        select(SnapshotRecord).where(SnapshotRecord.activity_id == renewing.records[0])
    )
    assert kept.content
    assert kept.content["evidence"][0]["original_hash"] == "a" * 64
    assert do(verify_snapshot, filing.id).whole


def test_a_later_ruling_or_recalculation_does_not_reach_it(store: Store, renewing: Renewing):
    filing = renewing.filed()
    before = bytes_of(store, filing.id)
    credit = store.one(select(Credit).where(Credit.activity_id == renewing.records[0]))
    store.change(credit, recognised=100, trace=[], reasons=[{"code": "recalculated"}])

    assert bytes_of(store, filing.id) == before


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("recognised", 9900),
        ("assurance", "A"),
        ("marks", ["late"]),
        ("ended_on", date(2024, 1, 1)),
        ("content", {"title": "别的"}),
        ("content_digest", "0" * 64),
        ("digest", "0" * 64),
    ],
)
def test_a_changed_record_is_found_and_named(
    store: Store, do: Do, renewing: Renewing, column: str, value: Any
):
    filing = renewing.filed()
    row = store.one(select(SnapshotRecord).where(SnapshotRecord.activity_id == renewing.records[1]))
    store.change(row, **{column: value})

    faults = do(verify_snapshot, filing.id).faults
    assert (1, renewing.records[1]) in faults


@pytest.mark.parametrize(
    ("column", "value"),
    [("years", []), ("taken_on", date(2020, 1, 1)), ("content", {"name": "别人"}), ("checks", [])],
)
def test_a_changed_snapshot_is_found(
    store: Store, do: Do, renewing: Renewing, column: str, value: Any
):
    filing = renewing.filed()
    store.change(store.one(select(Snapshot)), **{column: value})

    assert do(verify_snapshot, filing.id).faults == ((1, None),)


def test_a_record_taken_away_is_found(store: Store, do: Do, renewing: Renewing):
    filing = renewing.filed()
    row = store.all(select(SnapshotRecord))[0]
    with store.session() as session:
        session.delete(session.get_one(SnapshotRecord, row.id))

    assert do(verify_snapshot, filing.id).faults == ((1, None),)


def test_erased_values_leave_digests_that_still_verify(store: Store, do: Do, renewing: Renewing):
    filing = renewing.filed()
    row = store.all(select(SnapshotRecord))[0]
    store.change(row, content=None, salt="")
    store.change(store.one(select(Snapshot)), content=None, salt="")

    found = do(verify_snapshot, filing.id)
    assert (found.whole, found.erased, found.records) == (True, 2, 5)
