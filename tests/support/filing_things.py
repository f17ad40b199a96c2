"""A filing with everything around it that has an id: return, letter to a unit, decision, bulk."""

from datetime import UTC, date, datetime
from typing import Any

from cpd_app.models import (
    AnswerFile,
    BulkPass,
    Decision,
    FileReturn,
    ReturnItem,
    Verification,
)
from tests.support import filings
from tests.support.people import Someone
from tests.support.store import Store

NOW = datetime(2027, 10, 25, 2, 0, tzinfo=UTC)


def filing_things(store: Store, member: Someone, by: Someone, file: Any) -> dict[str, Any]:
    """By the name of the parameter in an address."""
    assert member.registration
    assert member.society
    filing = filings.a_filing(
        store, member.registration, [filings.a_record()], state="returned", filed_at=NOW
    )
    made = FileReturn(
        filing_id=filing.id, words="请补正。", by_id=by.id, at=NOW, state="open", late=False,
        version=1, items=[ReturnItem(record_id=None, asks="请补总结", attached=[])],
    )  # fmt: skip
    bulk = BulkPass(
        society_id=member.society.id, state="proposed", proposed_at=NOW, proposed_by_id=by.id,
        left_out=[], version=1,
    )  # fmt: skip
    letter = Verification(
        filing_id=filing.id, number="HOME-V2027-00001", unit="示范单位", records=[],
        words="请核对。", sent_on=date(2027, 10, 25), by_id=by.id, at=NOW, version=1,
    )  # fmt: skip
    decision = Decision(
        filing_id=filing.id, number="HOME-D2027-00001", outcome="refused", reasons="缺学时。",
        make_up=[], state="in_force", proposed_at=NOW, proposed_by_id=by.id, confirmed_at=NOW,
        results=[], version=1,
    )  # fmt: skip
    store.add(made, bulk, letter, decision)
    item = made.items[0]
    store.add(AnswerFile(item_id=item.id, file_id=file.id))
    return {
        "filing_id": filing.id,
        "return_id": made.id,
        "item_id": item.id,
        "verification_id": letter.id,
        "decision_id": decision.id,
        "bulk_id": bulk.id,
    }
