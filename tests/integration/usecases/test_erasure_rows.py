"""What was said beside filings and journal goes on request when its clock has run out."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Text, cast, func, select, update

from cpd_app.domain.errors import Rejected
from cpd_app.models import (
    Appeal,
    Base,
    CallNote,
    Decision,
    FileReturn,
    Filing,
    Import,
    ImportRow,
    JournalEntry,
    Judgement,
    Message,
    Nudge,
    Reader,
    Registration,
    Relief,
    ReturnItem,
    SnapshotRecord,
    Society,
    Statement,
    Verification,
)
from cpd_app.usecases import erasure
from cpd_app.usecases.erasure_fields import GOING, Goes
from cpd_app.usecases.filing_story import filing_process_of
from tests.support import builders, reliefs
from tests.support.people import Someone
from tests.support.renewing import NOW, Renewing
from tests.support.store import Store

Do = Callable[..., Any]
#: plain letters, which stand in JSON as they are
SAID = "WORDS"
LATER = NOW + timedelta(days=800)
#: tested with what they prove, in test_erasure.py
ELSEWHERE = {"snapshots", "snapshot_records", "summaries", "journal_values"}


def erase(do: Do, by: Someone, of: Registration, now: datetime = LATER) -> erasure.Erasable:
    found: erasure.Erasable = do(
        erasure.erase_values, by.actor, of.id, "本人书面提出", now=now, today=now.date()
    )
    return found


def said(store: Store) -> dict[str, int]:
    """In how many rows of each column that can be emptied the words stand."""
    return {
        f"{name}.{column}": store.one(
            select(func.count()).where(cast(table.columns[column], Text).contains(SAID))
        )
        for tables in GOING.values()
        for name, columns in tables.items()
        if name not in ELSEWHERE
        for column in columns.split()
        for table in [Base.metadata.tables[name]]
    }


def judged(store: Store, filing: Filing, by: Someone) -> None:
    """What was written while the filing was judged, with its decision."""
    record = store.all(select(SnapshotRecord.id))[0]
    made = FileReturn(
        filing_id=filing.id, words=SAID, by_id=by.id, at=NOW, state="answered", late=False,
        extension_words=SAID, extension_reason=SAID, version=1,
        items=[ReturnItem(record_id=record, asks=SAID, answer=SAID, attached=[])],
    )  # fmt: skip
    store.add(
        made,
        Judgement(filing_id=filing.id, record_id=record, verdict="reduced", hours=100,
                  reason_code="not_cpd", reason=SAID, by_id=by.id, at=NOW),
        Verification(filing_id=filing.id, number="HOME-V2027-00001", unit=SAID, records=[record],
                     words=SAID, answer=SAID, member_words=SAID, outcome="confirmed",
                     sent_on=NOW.date(), by_id=by.id, at=NOW, version=1),
        Reader(filing_id=filing.id, person_id=by.id, part="reader", assigned_at=NOW,
               end_reason="conflict", end_words=SAID, ended_at=NOW),
        Decision(filing_id=filing.id, number="HOME-D2027-00001", outcome="passed",
                 reasons="学时齐全", make_up=[], state="in_force", proposed_at=NOW,
                 proposed_by_id=by.id, confirmed_at=NOW, results=[], version=1),
    )  # fmt: skip
    store.run(
        update(Filing).where(Filing.id == filing.id)
        .values(state="passed", decided_at=NOW, employer=SAID)
    )  # fmt: skip


def told(store: Store, member: Someone, by: Someone, society: Society, key: str) -> None:
    """Calls, reminders and messages of one society."""
    assert member.registration
    kept = {"number": "SF-1", "registration_id": member.registration.id}
    store.add(
        Message(person_id=member.id, society_id=society.id, kind="nudge", key=key,
                data={**kept, "words": SAID}, created_at=NOW),
        Nudge(society_id=society.id, registration_id=member.registration.id, way="csv",
              data={"words": SAID}, at=NOW, by_id=by.id),
        CallNote(society_id=society.id, registration_id=member.registration.id,
                 outcome="reached", words=SAID, at=NOW, by_id=by.id),
    )  # fmt: skip


def attended(store: Store, member: Someone, by: Someone, society: Society) -> None:
    """At an event of the society, with a statement that was answered."""
    assert member.registration
    event = builders.an_event(store, by.person, society, around=NOW)
    entry = builders.an_entry(store, event, member.person, phone=SAID)
    store.add(
        Statement(event_id=event.id, entry_id=entry.id, person_id=member.id, kind="there",
                  words=SAID, state="accepted", answer="座位表上有", answered_at=NOW,
                  created_at=NOW)
    )  # fmt: skip
    taken = Import(
        kind="members", society_id=society.id, by_id=by.id, file_name="会员.csv",
        file_hash="0" * 64, state="done", counts={}, notes=[], created_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    store.add(taken)
    store.add(
        ImportRow(import_id=taken.id, row=2, digest="0" * 64, data={"name": SAID}, problems=[],
                  warnings=[{"code": "x", "name": SAID}], state="saved",
                  object_id=member.registration.id, made={"person": member.id})
    )  # fmt: skip


def asked(do: Do, store: Store, member: Someone, by: Someone, society: Society) -> None:
    """A relief that was refused, and an appeal against it that was decided."""
    assert member.registration
    relief = reliefs.refused(do, store, member, by, now=NOW)
    store.run(update(Relief).values(words=SAID))
    store.add(
        Appeal(society_id=society.id, registration_id=member.registration.id,
               person_id=member.id, subject="relief", subject_id=relief.id, words=SAID,
               state="upheld", filed_at=NOW, decided_at=NOW, reason="证明不全", version=1)
    )  # fmt: skip


@pytest.fixture
def everything(
    do: Do, store: Store, renewing: Renewing, registrar: Someone, society: Society
) -> Registration:
    """Words of the member in every column that can be emptied, two years ago."""
    member = renewing.someone
    asked(do, store, member, registrar, society)
    judged(store, renewing.filed(), registrar)
    told(store, member, registrar, society, "a")
    attended(store, member, registrar, society)
    return renewing.registration


def test_every_column_of_the_table_is_emptied(
    do: Do, store: Store, everything: Registration, registrar: Someone
):
    assert [name for name, rows in said(store).items() if not rows] == []

    found = erase(do, registrar, everything)

    assert {name: rows for name, rows in said(store).items() if rows} == {}
    assert all(found.piles[clock].going for clock in Goes if clock is not Goes.JOURNAL)
    with pytest.raises(Rejected, match="nothing_to_erase"):
        erase(do, registrar, everything)
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "values.erased"))
    assert entry.data["rows"]["appeal"] == 1


def test_what_was_decided_stays_with_its_reasons(
    do: Do, store: Store, everything: Registration, registrar: Someone
):
    erase(do, registrar, everything)

    assert store.one(select(Decision.reasons)) == "学时齐全"
    assert store.one(select(Relief.reason)) == "证明没有写明时间"
    assert store.one(select(Appeal.reason)) == "证明不全"
    judgement = store.one(select(Judgement))
    assert (judgement.verdict, judgement.hours, judgement.reason_code) == (
        "reduced",
        100,
        "not_cpd",
    )
    message = store.one(select(Message).where(Message.kind == "nudge"))
    assert message.data == {"number": "SF-1", "registration_id": everything.id}


def test_words_of_others_and_of_other_societies_stay(
    do: Do, store: Store, everything: Registration, registrar: Someone, other_member: Someone,
    society: Society, other_society: Society, member: Someone,
):  # fmt: skip
    told(store, other_member, registrar, society, "b")
    attended(store, member, registrar, other_society)
    builders.a_membership(store, member.person, other_society)

    erase(do, registrar, everything)

    left = said(store)
    assert (left["messages.data"], left["nudges.data"], left["call_notes.words"]) == (1, 1, 1)
    assert (left["statements.words"], left["roster_entries.phone"]) == (1, 1)
    # the file of another society names a registration that is not its own
    assert left["import_rows.data"] == 1


def test_a_year_has_to_be_over_first(
    do: Do, store: Store, everything: Registration, registrar: Someone
):
    before = said(store)
    soon = NOW + timedelta(days=300)

    with pytest.raises(Rejected, match="nothing_to_erase"):
        erase(do, registrar, everything, soon)

    assert said(store) == before


def test_relief_is_kept_while_its_days_or_a_filing_rest_on_it(
    do: Do, store: Store, renewing: Renewing, registrar: Someone
):
    """Granted on 2027-12-01 for days of a term that ends on 2028-03-01."""
    reliefs.granted(do, store, renewing.someone, registrar, "illness", now=NOW)
    store.run(update(Relief).values(granted_to_on=date(2028, 3, 1)))

    def staying(now: datetime) -> int:
        found = do(erasure.erasable_of, registrar.actor, renewing.registration.id, today=now.date())
        return int(found.piles[Goes.RELIEF].staying)

    after = datetime(2029, 3, 2, 4, tzinfo=UTC)
    assert staying(datetime(2029, 2, 20, 4, tzinfo=UTC)) == 1, "a year since it was decided"
    assert staying(after) == 0
    filing = renewing.filed()
    assert staying(after) == 1, "the filing is open"
    store.run(update(Filing).where(Filing.id == filing.id).values(state="passed", decided_at=NOW))
    assert staying(after) == 0


def test_what_is_left_of_a_file_can_still_be_told(
    do: Do, store: Store, everything: Registration, registrar: Someone, member: Someone
):
    filing_id = store.one(select(Filing.id))
    erase(do, registrar, everything)

    assert do(filing_process_of, member.actor, filing_id, today=LATER.date())
