"""Files ready to be decided: five years of records with credits, and what readers said of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.models import Credit, Filing, Judgement, SnapshotRecord
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support import filings
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2027, 10, 25, 2, 0, tzinfo=UTC)
TODAY = date(2027, 10, 25)
#: what is asked of every year and what the one record of each year brings, in hundredths
REQUIRED = 5000
#: minutes of a training over five days that come to 50.0 学时
MINUTES = 2250


def a_full_file(do: Do, store: Store, member: Someone, **over: Any) -> Filing:
    """A filing with one record of 50.0 学时 in each year, logged for real, so with credits."""
    assert member.registration
    made = []
    for year in range(1, 6):
        day = date(2022 + year, 6, 9)
        new = NewActivity(
            "training", f"第{year}年培训", day.replace(day=5), day, fields={"minutes": MINUTES}
        )
        activity = do(log_activity, member.actor, new, now=NOW, today=TODAY).activity
        credit = store.one(select(Credit).where(Credit.activity_id == activity.id))
        made.append(
            filings.a_record(
                activity=activity,
                year_index=year,
                recognised=credit.recognised,
                credit_id=credit.id,
                assurance="D",
                ended_on=day,
            )
        )
    return filings.a_filing(store, member.registration, made, **over)


def records_in(store: Store, filing: Filing) -> list[SnapshotRecord]:
    """The records of a file, in order of finishing day."""
    return list(
        store.all(
            select(SnapshotRecord)
            .where(SnapshotRecord.filing_id == filing.id)
            .order_by(SnapshotRecord.ended_on)
        )
    )


def a_judgement(
    store: Store, record: SnapshotRecord, by: Someone, verdict: str, hours: int, **over: Any
) -> Judgement:
    """What a reader said of a record."""
    row = Judgement(
        **{
            "filing_id": record.filing_id,
            "record_id": record.id,
            "verdict": verdict,
            "hours": hours,
            "reason_code": None,
            "reason": "签到表上没有本人" if verdict != "accepted" else "",
            "by_id": by.id,
            "at": NOW,
            **over,
        }
    )
    store.add(row)
    return row
