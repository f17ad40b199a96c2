"""学会认定 by a decision: what it left of a record, on the credit and on the record's page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cpd_app.db import session
from cpd_app.domain.review import Verdict
from cpd_app.models import Credit, Decision, Judgement, Registration, SnapshotRecord, Society
from cpd_app.policy import Actor
from cpd_app.usecases.activity_changes import write_down
from cpd_app.usecases.allocation import allocate
from cpd_app.usecases.decision_sums import Sums
from cpd_app.usecases.filing_case import Case


@dataclass(frozen=True)
class Confirmation:
    """The society's word on a record in an audit; hours in hundredths."""

    number: str
    society: Society
    verdict: str
    filed: int
    hours: int
    reason: str
    at: datetime


def confirm_hours(actor: Actor, sums: Sums, decision: Decision, *, now: datetime) -> None:
    """Fix what was judged on the credits, and give the registration's hours out again.

    The caller holds the registration's lock. The conversion stays; records that nobody had to
    judge stay computed (系统折算).
    """
    judged = {
        sums.records[r.record_id].activity_id: r for r in sums.results if r.judgement_id is not None
    }
    registration_id = sums.case.registration.id
    rows = session.scalars(
        select(Credit)
        .where(Credit.registration_id == registration_id, Credit.activity_id.in_(judged))
        .options(joinedload(Credit.activity))
    )
    for credit in rows:
        result = judged[credit.activity_id]
        before = credit.confirmed
        down = result.verdict != Verdict.ACCEPTED
        # What was accepted is as it was filed: the caps of its year go on being arithmetic.
        credit.confirmed = result.hours if down else credit.conversion
        credit.confirmed_at = now
        credit.decision_id = decision.id
        if before != credit.confirmed:
            write_down(
                actor, credit.activity, "confirmed",
                {"hours": [result.filed, result.hours]}, now=now,
            )  # fmt: skip
    session.flush()
    allocate(actor, registration_id, now=now)


def release_hours(actor: Actor, case: Case, decision: Decision, *, now: datetime) -> None:
    """The decision was set aside: its records are as they were computed."""
    rows = session.scalars(
        select(Credit).where(Credit.decision_id == decision.id).options(joinedload(Credit.activity))
    )
    for credit in rows:
        write_down(
            actor, credit.activity, "unconfirmed", {"hours": [credit.confirmed, None]}, now=now
        )
        credit.confirmed = credit.confirmed_at = credit.decision_id = None
    session.flush()
    allocate(actor, case.registration.id, now=now)


def confirmations_on(activity_id: int, *, of: Collection[int] | None = None) -> list[Confirmation]:
    """What decisions in force said of a record, one a society, for whoever may read it.

    Staff see those `of` their own societies; None, for the member, is all.
    """
    query = (
        select(Credit, Decision, Registration, SnapshotRecord)
        .join(Decision, Decision.id == Credit.decision_id)
        .join(Registration, Registration.id == Credit.registration_id)
        .join(
            SnapshotRecord,
            (SnapshotRecord.filing_id == Decision.filing_id)
            & (SnapshotRecord.activity_id == Credit.activity_id),
        )
        .where(Credit.activity_id == activity_id)
        .order_by(Credit.id, SnapshotRecord.id)
    )
    if of is not None:
        query = query.where(Registration.society_id.in_(of))
    found: dict[int, Confirmation] = {}
    for credit, decision, registration, record in session.execute(query):
        kept = next((r for r in decision.results if r["record"] == record.id), None)
        said = session.get(Judgement, kept["judgement"]) if kept and kept["judgement"] else None
        if kept is None or said is None or decision.number is None:
            continue
        found[credit.id] = Confirmation(
            decision.number, registration.society, said.verdict, record.recognised,
            kept["hours"], said.reason, credit.confirmed_at or decision.proposed_at,
        )  # fmt: skip
    return list(found.values())
