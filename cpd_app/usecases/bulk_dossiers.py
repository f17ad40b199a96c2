"""The dossiers of a society's filings as one ZIP, made by the worker for who ordered it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Rejected
from cpd_app.models import Filing, Job, Society
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.jobs import order_job

#: name of the task
TASK = "dossiers"
#: filings of one order
MOST = 5000


def filings_between(
    actor: Actor, society_id: int, first_on: date, last_on: date, state: str = ""
) -> int:
    """How many filings came in from one day to another, both included."""
    require(actor, Permission.READ_PROCESS, Target(societies=frozenset({society_id})))
    wanted = _filed(society_id, first_on, last_on, state)
    return session.scalar(select(func.count()).select_from(Filing).where(*wanted)) or 0


def order_dossiers(
    actor: Actor,
    society_id: int,
    first_on: date,
    last_on: date,
    *,
    state: str = "",
    language: str,
    key: str,
    now: datetime,
) -> Job:
    """Have the dossiers of these filings made; the same `key` is the same order.

    Raises Rejected `no_filings`, or `too_many_filings` for more than MOST.
    """
    require(actor, Permission.READ_PROCESS, Target(societies=frozenset({society_id})))
    ids = list(
        session.scalars(
            select(Filing.id)
            .where(
                *_filed(society_id, first_on, last_on, state), Filing.person_id != actor.person_id
            )
            .order_by(Filing.filed_at, Filing.id)
            .limit(MOST + 1)
        )
    )
    if not ids:
        raise Rejected("no_filings")
    if len(ids) > MOST:
        raise Rejected("too_many_filings", most=MOST)
    job = order_job(
        actor,
        TASK,
        None,
        key=f"{TASK}:{society_id}:{actor.person_id}:{key}",
        now=now,
        payload={"society_id": society_id, "ids": ids, "language": language},
        total=len(ids),
    )
    session.flush()
    journal.record(
        actor,
        "dossiers.ordered",
        "job",
        job.id,
        now=now,
        society_id=society_id,
        data={"filings": len(ids)},
    )
    return job


def _filed(
    society_id: int, first_on: date, last_on: date, state: str
) -> Sequence[ColumnElement[bool]]:
    zone = ZoneInfo(session.get_one(Society, society_id).zone)
    wanted = [
        Filing.society_id == society_id,
        Filing.filed_at >= datetime.combine(first_on, time.min, zone),
        Filing.filed_at <= datetime.combine(last_on, time.max, zone),
        Filing.state != FilingState.WITHDRAWN.value,
    ]
    return [*wanted, Filing.state == state] if state in set(FilingState) else wanted
