"""What stands in a filing that the society has not decided is not edited (domain.md §8)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, or_, select

from cpd_app.db import session
from cpd_app.domain.audits import OPEN
from cpd_app.domain.errors import Rejected
from cpd_app.models import Activity, Filing, Registration, SnapshotRecord
from cpd_app.usecases.credits import lock_many

STANDING = tuple(state.value for state in OPEN)


def filings_over(activity_ids: Iterable[int]) -> dict[int, Filing]:
    """The open filing in which each of these records stands, by record; one statement."""
    rows = session.execute(
        select(SnapshotRecord.activity_id, Filing)
        .join(Filing, Filing.id == SnapshotRecord.filing_id)
        .where(SnapshotRecord.activity_id.in_(list(activity_ids)), Filing.state.in_(STANDING))
        .order_by(Filing.id)
    )
    return {activity_id: filing for activity_id, filing in rows}  # noqa: C416 - rows, not pairs


def check_not_filed(activity: Activity) -> None:
    """Refuse to edit a record under a filing: `under_filing`.

    It waits for whoever is filing the member's records at this moment: an edit stands either in
    the filing or is refused.
    """
    own = session.scalars(
        select(Registration.id).where(Registration.person_id == activity.person_id)
    )
    lock_many(sorted(own))
    filing = filings_over([activity.id]).get(activity.id)
    if filing is not None:
        raise Rejected("under_filing", number=filing.number)


def not_filed(activity_ids: Sequence[int]) -> list[int]:
    """Those of some records that stand in no open filing."""
    filed = filings_over(activity_ids)
    return [i for i in activity_ids if i not in filed]


def societies_filed_with(file_id: int) -> Select[int]:
    """The societies that got a file as the signed or stamped page of a filing."""
    filed = or_(Filing.signed_file_id == file_id, Filing.stamped_file_id == file_id)
    return select(Filing.society_id).where(filed)
