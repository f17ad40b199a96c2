"""Filing and its frozen copy: pages, withdrawal, supplement, digests."""

import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.filing import (
    Asked,
    Page,
    check_pages,
    check_supplement,
    check_withdrawal,
    pages_of,
    receipt_number,
    risk_of,
)
from cpd_app.domain.snapshots import (
    FrozenRecord,
    by_year_and_kind,
    changed_since,
    content_digest,
    record_digest,
    snapshot_digest,
)


def a_record(number: int, **over: Any) -> FrozenRecord:
    values: dict[str, Any] = {
        "activity_id": number,
        "credit_id": number,
        "year_index": 5,
        "kind": "training",
        "ended_on": date(2027, 5, 6),
        "rule_version_id": 1,
        "conversion": 800,
        "claimed": 800,
        "recognised": 800,
        "assurance": "E",
        "audit_proof": True,
        "marks": (),
        "content": {"title": f"记录{number}"},
        **over,
    }
    return FrozenRecord(**values)


def test_a_page_is_asked_for_as_the_society_says():
    wanted = pages_of({"filing_pages": {"stamped": "required"}})

    assert wanted == {Page.SIGNED: Asked.OPTIONAL, Page.STAMPED: Asked.REQUIRED}
    check_pages(wanted, {Page.STAMPED: True})
    with pytest.raises(Rejected, match="page_missing") as refused:
        check_pages(wanted, {Page.SIGNED: True})
    assert refused.value.field == "stamped"


def test_a_receipt_names_society_year_and_number():
    assert receipt_number("csee", 2027, 123) == "CSEE-2027-000123"


@pytest.mark.parametrize("state", FilingState)
@pytest.mark.parametrize("opened", [True, False])
def test_what_a_reader_opened_or_was_decided_is_not_withdrawn(state: FilingState, *, opened: bool):
    if not opened and state in {FilingState.FILED, FilingState.READING}:
        check_withdrawal(state, opened=opened)
        return
    with pytest.raises(Conflict, match="filing_opened"):
        check_withdrawal(state, opened=opened)


@pytest.mark.parametrize(
    "state",
    [FilingState.PASSED, FilingState.REFUSED, FilingState.WITHDRAWN, FilingState.CONDITIONAL],
)
def test_a_supplement_ends_with_the_term_or_the_decision(state: FilingState):
    check_supplement(FilingState.RETURNED, over=False)
    with pytest.raises(Conflict, match="supplement_closed"):
        check_supplement(FilingState.FILED, over=True)
    with pytest.raises(Conflict, match="supplement_closed"):
        check_supplement(state, over=False)


def test_what_is_new_or_different_in_the_last_year_is_added():
    filed = {n: a_record(n) for n in (1, 2)}
    now = [
        a_record(1),
        a_record(2, recognised=500),
        a_record(3),
        a_record(4, year_index=4),
    ]

    assert [r.activity_id for r in changed_since(filed, now, from_year=5)] == [2, 3]


def test_the_form_goes_by_year_then_by_the_kind_with_most_hours():
    records = [
        a_record(1, year_index=2),
        a_record(2, kind="paper", recognised=1600),
        a_record(3, ended_on=date(2027, 5, 1)),
        a_record(4),
    ]

    found = by_year_and_kind(records)

    assert list(found) == [2, 5]
    shape = [(g.kind, [r.activity_id for r in g.records], g.recognised) for g in found[5]]
    assert shape == [("paper", [2], 1600), ("training", [3, 4], 1600)]


def test_risk_is_the_share_of_hours_that_nobody_else_stands_behind():
    records = [a_record(1, assurance="A"), a_record(2), a_record(3, recognised=0, assurance="F")]

    assert risk_of(records) == 50
    assert risk_of([a_record(1, assurance="B", marks=("late",))]) == 100
    assert risk_of([]) == 100


PLAIN = [f.name for f in dataclasses.fields(FrozenRecord) if f.name != "content"]
OTHER: dict[str, Any] = {
    "kind": "paper",
    "ended_on": date(2020, 1, 1),
    "assurance": "A",
    "audit_proof": False,
    "marks": ("late",),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_digest_covers_every_column(name: str):
    record = a_record(1)
    other = dataclasses.replace(record, **{name: OTHER.get(name, 99)})

    assert record_digest(record, "x") != record_digest(other, "x")


def test_erased_values_do_not_change_a_digest():
    record = a_record(1)
    kept = content_digest("salt", record.content or {})

    erased = dataclasses.replace(record, content=None)

    assert record_digest(erased, kept) == record_digest(record, kept)


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4),
)
def test_different_values_have_different_digests_and_salt_hides_equal_ones(
    one: dict[str, Any], other: dict[str, Any]
):
    assert (content_digest("s", one) == content_digest("s", other)) == (one == other)
    assert content_digest("a", one) != content_digest("b", one)


def test_a_snapshot_stands_for_the_order_of_its_records():
    def digest(*records: str) -> str:
        return snapshot_digest(1, date(2027, 12, 1), [], [], "c", records)

    assert digest("a", "b") != digest("b", "a")
