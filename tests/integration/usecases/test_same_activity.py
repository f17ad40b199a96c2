"""同一活动？ One record is kept with the proofs of both; the other can be restored."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import Activity, ActivityChange, Evidence, File
from cpd_app.usecases import activities, same_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support.builders import LONG_AGO
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def two(do: Do, member: Someone) -> tuple[int, int]:
    ids = []
    for title in ("先记的", "后记的"):
        new = NewActivity("training", title, None, date(2026, 5, 6), {"minutes": 90})
        made = do(activities.log_activity, member.actor, new, now=NOW, today=NOW.date())
        ids.append(made.activity.id)
    return ids[0], ids[1]


def attach(store: Store, member: Someone, activity_id: int, proofs: list[str], digest: str) -> int:
    known = store.all(select(File.id).where(File.original_hash == digest * 64))
    if known:
        file_id = known[0]
    else:
        file = File(
            person_id=member.id, original_hash=digest * 64, name="a.jpg", media_type="image/jpeg",
            size=1, state="ready", secrecy="none", secrecy_text_version=1, secrecy_at=LONG_AGO,
            created_at=LONG_AGO,
        )  # fmt: skip
        store.add(file)
        file_id = file.id
    row = Evidence(activity_id=activity_id, file_id=file_id, proofs=proofs, created_at=LONG_AGO)
    store.add(row)
    return file_id


def test_the_kept_record_has_the_proofs_of_both(
    do: Do, store: Store, member: Someone, two: tuple[int, int]
):
    kept, double = two
    attach(store, member, kept, ["notice"], "0")
    attach(store, member, double, ["timetable"], "0")
    attach(store, member, double, ["certificate_or_sign_in"], "1")

    do(same_activity.merge_into, member.actor, double, kept, now=NOW)

    proofs = store.all(select(Evidence.proofs).where(Evidence.activity_id == kept))
    assert sorted(proofs) == [["certificate_or_sign_in"], ["notice", "timetable"]]
    assert store.get(Activity, double).state == "withdrawn"
    assert store.count(Evidence, Evidence.activity_id == double) == 2
    verbs = store.all(select(ActivityChange.verb).where(ActivityChange.activity_id == kept))
    assert "merged" in verbs


def test_a_record_is_not_merged_with_itself_nor_into_a_withdrawn_one(
    do: Do, member: Someone, two: tuple[int, int]
):
    kept, double = two
    with pytest.raises(Rejected, match="same_record"):
        do(same_activity.merge_into, member.actor, kept, kept, now=NOW)
    do(activities.withdraw_activity, member.actor, kept, now=NOW)
    with pytest.raises(Rejected, match="withdrawn"):
        do(same_activity.merge_into, member.actor, double, kept, now=NOW)


def test_a_stale_page_or_another_person_merges_nothing(
    do: Do, store: Store, member: Someone, other_member: Someone, two: tuple[int, int]
):
    kept, double = two
    with pytest.raises(Conflict):
        do(same_activity.merge_into, member.actor, double, kept, version=9, now=NOW)
    with pytest.raises(NotFound):
        do(same_activity.merge_into, other_member.actor, double, kept, now=NOW)
    assert store.get(Activity, double).state == "recorded"
