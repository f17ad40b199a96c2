"""Erasing a member's values on request: what goes, what stays and why, and that proofs hold."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.domain.retention import Kept
from cpd_app.models import Filing, JournalEntry, JournalValues, Snapshot, SnapshotRecord
from cpd_app.usecases import erasure, journal_seals, member_changes
from cpd_app.usecases.dossiers import take_filed
from cpd_app.usecases.snapshots import verify_snapshot
from tests.support.people import Someone
from tests.support.renewing import NOW, Renewing
from tests.support.store import Store

Do = Callable[..., Any]
YEAR_LATER = NOW + timedelta(days=400)
KEY = b"k" * 32


@pytest.fixture
def decided(store: Store, renewing: Renewing) -> Filing:
    """A filing that was passed on the day it came in."""
    filing = renewing.filed()
    with store.session() as session:
        session.execute(
            update(Filing).where(Filing.id == filing.id).values(state="passed", decided_at=NOW)
        )
    return filing


def erase(do: Do, by: Someone, member: Someone, now: datetime) -> erasure.Erasable:
    assert member.registration
    found: erasure.Erasable = do(
        erasure.erase_values, by.actor, member.registration.id, "本人 12 月 3 日书面提出",
        now=now, today=now.date(),
    )  # fmt: skip
    return found


def values_left(store: Store) -> int:
    return int(store.one(select(func.count()).select_from(JournalValues)))


def test_old_values_go_and_what_is_left_still_adds_up_and_verifies(
    do: Do, store: Store, decided: Filing, member: Someone, registrar: Someone
):
    totals = store.one(select(func.sum(SnapshotRecord.recognised)))
    digests = store.all(select(Snapshot.digest))
    do(journal_seals.seal_journal, KEY, now=NOW)

    erase(do, registrar, member, YEAR_LATER)

    assert set(store.all(select(Snapshot.content))) == {None}
    assert set(store.all(select(SnapshotRecord.content))) == {None}
    assert set(store.all(select(SnapshotRecord.salt))) == {""}
    assert store.one(select(func.sum(SnapshotRecord.recognised))) == totals
    assert store.all(select(Snapshot.digest)) == digests
    checked = do(verify_snapshot, decided.id)
    assert checked.whole
    assert checked.erased == checked.snapshots + checked.records
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "values.erased"))
    assert entry.data["filings"] == [decided.id]
    assert do(journal_seals.verify_journal, KEY).faults == ()
    taken = do(take_filed, registrar.actor, decided.id, language="zh", now=YEAR_LATER)
    assert taken.dossier.content is None


@pytest.mark.usefixtures("decided")
def test_journal_values_a_year_old_go_and_decisions_stay(
    do: Do, store: Store, member: Someone, registrar: Someone
):
    assert member.registration
    change = member_changes.NameChange("新名字", None, NOW.date())
    do(member_changes.change_name, registrar.actor, member.registration.id, change, now=NOW,
       today=NOW.date())  # fmt: skip
    with store.session() as session:
        kept = JournalEntry(
            at=NOW, origin="web", society_id=member.registration.society_id,
            verb="certificate.suspended", object_type="registration",
            object_id=member.registration.id, data={}, values_hash="0" * 64,
        )  # fmt: skip
        session.add(kept)
        session.flush()
        session.add(JournalValues(entry_id=kept.id, salt="s", values={"reason": "见文件"}))
        kept_id = kept.id
    before = values_left(store)

    found = erase(do, registrar, member, YEAR_LATER)

    assert found.entries >= 1
    assert values_left(store) == before - found.entries + 1, "the erasure names its request"
    assert store.get(JournalValues, kept_id) is not None


def test_what_is_younger_or_open_stays_and_says_why(
    do: Do, store: Store, decided: Filing, member: Someone, registrar: Someone
):
    assert member.registration
    registration_id = member.registration.id
    soon = NOW + timedelta(days=30)

    def looked() -> tuple[Kept | None, Any]:
        found = do(erasure.erasable_of, registrar.actor, registration_id, today=soon.date())
        return found.filings[0].kept, found.filings[0].until

    assert looked() == (Kept.RETENTION, NOW.date().replace(year=NOW.year + 1))
    with pytest.raises(Rejected, match="nothing_to_erase"):
        erase(do, registrar, member, soon)
    with store.session() as session:
        session.execute(update(Filing).values(state="conditional"))
    assert looked() == (Kept.OPEN, None)
    kept = store.one(select(Snapshot.content).where(Snapshot.filing_id == decided.id))
    assert kept is not None


@pytest.mark.usefixtures("decided")
def test_only_the_registrar_erases_and_not_their_own(
    do: Do, member: Someone, auditor: Someone, stranger: Someone
):
    for who, refusal in ((auditor, NotAllowed), (member, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            erase(do, who, member, YEAR_LATER)


@pytest.mark.usefixtures("decided")
def test_a_request_is_named(do: Do, member: Someone, registrar: Someone):
    assert member.registration
    with pytest.raises(Rejected, match="missing"):
        do(erasure.erase_values, registrar.actor, member.registration.id, " ",
           now=YEAR_LATER, today=YEAR_LATER.date())  # fmt: skip
