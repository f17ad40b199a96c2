"""Reports to the federation: what was done to certificates since the last report (handbook Q31).

A report is written down to the letter and signed when it is made; the federation acknowledges it,
and everything before it of the same society.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from cpd_app.db import session
from cpd_app.domain.certificates import NEVER_PUBLIC
from cpd_app.domain.errors import Conflict, NotFound
from cpd_app.models import CertificateAct, FederationReport, Registration, Society, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal, signing
from cpd_app.usecases.act_history import DONE
from cpd_app.usecases.members import latest_names

#: acts of one report: a register that was just imported goes out in several
MOST_ACTS = 2000
PAGE_SIZE = 50
COLUMNS = (
    "number", "name", "level", "field", "starts_on", "ends_on", "kind", "reason", "legal_basis",
    "document_no", "effective_on", "published_at", "state", "act", "annuls",
)  # fmt: skip


@dataclass(frozen=True)
class ToReport:
    """How a society stands with its reports."""

    waiting: int
    #: the newest report; None = none yet
    last: FederationReport | None


def make_reports(*, now: datetime) -> int:
    """Write the reports that are due, one a society; returns how many acts they carry."""
    waiting = session.scalars(
        select(CertificateAct.society_id)
        .where(CertificateAct.report_id.is_(None), CertificateAct.state.in_(DONE))
        .distinct()
    ).all()
    return sum(_report(society_id, now=now) for society_id in waiting)


def to_report(actor: Actor, society_id: int) -> ToReport:
    """For the register's head: acts that wait, and what became of the last report."""
    _may_read(actor, society_id)
    waiting = session.scalar(
        select(func.count())
        .select_from(CertificateAct)
        .where(
            CertificateAct.society_id == society_id,
            CertificateAct.report_id.is_(None),
            CertificateAct.state.in_(DONE),
        )
    )
    last = session.scalar(
        select(FederationReport)
        .where(FederationReport.society_id == society_id)
        .order_by(FederationReport.number.desc())
        .limit(1)
    )
    return ToReport(waiting or 0, last)


def reports(
    actor: Actor, *, only_open: bool = False, after: int = 0, page: int = 1
) -> tuple[list[tuple[FederationReport, Society]], int]:
    """Reports of every society, for the federation, newest first; with their number.

    `after` is the id of a report: only newer ones, oldest first, for programs that read on.
    """
    require(actor, Permission.ACKNOWLEDGE_REPORT, Target())
    query = select(FederationReport, Society).join(
        Society, Society.id == FederationReport.society_id
    )
    if only_open:
        query = query.where(FederationReport.acknowledged_at.is_(None))
    if after:
        query = query.where(FederationReport.id > after)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = FederationReport.id.asc() if after else FederationReport.id.desc()
    rows = session.execute(
        query.order_by(order).limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)
    )
    return [(report, society) for report, society in rows], total


def report_of(actor: Actor, report_id: int) -> FederationReport:
    """One report, for the federation and the society that made it."""
    report = session.get(FederationReport, report_id)
    if report is None:
        raise NotFound
    _may_read(actor, report.society_id)
    return report


def acknowledge_report(actor: Actor, report_id: int, *, now: datetime) -> int:
    """The federation has it, and every report of the society before it; returns how many.

    Raises Conflict `report_acknowledged`.
    """
    report = report_of(actor, report_id)
    require(
        actor,
        Permission.ACKNOWLEDGE_REPORT,
        Target(societies=frozenset({report.society_id})),
    )
    taken = session.execute(
        update(FederationReport)
        .where(
            FederationReport.society_id == report.society_id,
            FederationReport.number <= report.number,
            FederationReport.acknowledged_at.is_(None),
        )
        .values(acknowledged_at=now, acknowledged_by_id=actor.person_id)
        .execution_options(synchronize_session=False)
    )
    count = int(taken.rowcount)  # type: ignore[attr-defined]
    if not count:
        raise Conflict("report_acknowledged")
    session.refresh(report)
    journal.record(
        actor,
        "report.acknowledged",
        "federation_report",
        report.id,
        now=now,
        society_id=report.society_id,
        data={"number": report.number, "reports": count},
    )
    return count


def rows_of(report: FederationReport) -> list[list[str]]:
    """The report as a table, its heading first; the same content as the JSON."""
    acts: list[dict[str, Any]] = json.loads(report.content)["acts"]
    lines = [["" if act[c] is None else str(act[c]) for c in COLUMNS] for act in acts]
    return [list(COLUMNS), *lines]


def _report(society_id: int, *, now: datetime) -> int:
    society = session.scalar(
        select(Society).where(Society.id == society_id).with_for_update(key_share=True)
    )
    assert society is not None  # noqa: S101 - an act's society is there: a foreign key says so
    number = 1 + (
        session.scalar(
            select(func.max(FederationReport.number)).where(
                FederationReport.society_id == society_id
            )
        )
        or 0
    )
    acts = session.execute(
        select(CertificateAct, Registration, Term)
        .join(Registration, Registration.id == CertificateAct.registration_id)
        .join(Term, Term.id == CertificateAct.term_id)
        .where(
            CertificateAct.society_id == society_id,
            CertificateAct.report_id.is_(None),
            CertificateAct.state.in_(DONE),
        )
        .order_by(CertificateAct.id)
        .limit(MOST_ACTS)
    ).all()
    content = json.dumps(
        {
            "format": "cpd-federation-report/1",
            "society": society.code,
            "number": number,
            "made_at": now.isoformat(),
            "acts": _acts([(a, r, t) for a, r, t in acts]),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    made = signing.sign(society_id, content.encode(), now=now)
    report = FederationReport(
        society_id=society_id,
        number=number,
        made_at=now,
        acts=len(acts),
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        signature=base64.b64encode(made.signature).decode(),
        key_id=made.key_id,
    )
    session.add(report)
    session.flush()
    session.execute(
        update(CertificateAct)
        .where(CertificateAct.id.in_([a.id for a, _r, _t in acts]))
        .values(report_id=report.id)
        .execution_options(synchronize_session=False)
    )
    journal.record(
        Actor.system("report-acts"),
        "report.made",
        "federation_report",
        report.id,
        now=now,
        society_id=society_id,
        data={"number": number, "acts": len(acts), "digest": report.digest},
    )
    return len(acts)


def _acts(rows: Sequence[tuple[CertificateAct, Registration, Term]]) -> list[dict[str, Any]]:
    """What the federation keeps of an act: the certificate, never hours, evidence or contacts.

    The words of a reason stay with the society, and so do death and resignation.
    """
    names = latest_names(sorted({r.person_id for _a, r, _t in rows}))
    return [
        {
            "act": act.id,
            "kind": act.kind,
            "number": registration.number,
            "name": names.get(registration.person_id, ("", None))[0],
            "level": term.level,
            "field": registration.field_text,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat(),
            "state": term.state,
            "reason": None if act.reason_code in NEVER_PUBLIC else act.reason_code,
            "legal_basis": act.legal_basis,
            "document_no": act.document_no,
            "effective_on": act.effective_on.isoformat(),
            "published_at": act.published_at.isoformat() if act.published_at else None,
            "annuls": act.annuls_id,
        }
        for act, registration, term in rows
    ]


def _may_read(actor: Actor, society_id: int) -> None:
    require(actor, Permission.READ_REPORTS, Target(societies=frozenset({society_id})))
