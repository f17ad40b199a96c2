"""One file as its readers see it: what was filed, what was said of it, flags, who looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update

from cpd_app.db import session
from cpd_app.domain.audits import FilingState, check_move
from cpd_app.domain.errors import NotFound
from cpd_app.domain.review import JUDGED_IN
from cpd_app.models import (
    AnswerFile,
    Deadline,
    File,
    FileReturn,
    Filing,
    Judgement,
    Reader,
    ReasonTemplate,
    Registration,
    ReturnItem,
    SnapshotRecord,
    Term,
)
from cpd_app.policy import Actor, Permission, may
from cpd_app.storage import LocalFiles
from cpd_app.usecases import files, journal
from cpd_app.usecases.audit_access import held_filing, readers_of, settings_of, target_of
from cpd_app.usecases.audit_flags import Flag, flags_of
from cpd_app.usecases.audit_queue import SHOWN
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.filed_records import Reading, reading_of
from cpd_app.usecases.files import Opened, View, views_of
from cpd_app.usecases.filing_case import target_of_filing
from cpd_app.usecases.returns import answers_of


@dataclass(frozen=True)
class AuditFile:
    """Everything the page of a file prints."""

    filing: Filing
    registration: Registration
    term: Term
    #: what the newest snapshot says of the member
    content: Mapping[str, Any]
    reading: Reading
    flags: Mapping[int, list[Flag]]
    #: by record, everything that was said, newest first
    said: Mapping[int, list[Judgement]]
    readers: Sequence[Reader]
    names: Mapping[int, str]
    #: who opened the files, by file
    views: Mapping[int, list[View]]
    #: the files that were filed, as they are now (one may be purged since)
    files: Mapping[int, File]
    #: by record (None: the file as a whole), what the member answered to returns
    answers: Mapping[int | None, list[ReturnItem]]
    reasons: Sequence[ReasonTemplate]
    due_on: date | None
    may_judge: bool
    may_assign: bool
    may_take: bool
    #: what is done to the file as a whole: completeness, return, 核实, decision
    may_process: bool
    #: staff may follow links to members; an outside expert sees this file and nothing else
    is_staff: bool

    def record(self, record_id: int) -> SnapshotRecord:
        """One record of the file; NotFound for another's."""
        for row in self.reading.records:
            if row.id == record_id:
                return row
        raise NotFound


def audit_file(actor: Actor, filing_id: int, *, today: date) -> AuditFile:
    """The file for its readers and the society's staff; a fixed number of statements."""
    filing = held_filing(actor, filing_id, Permission.READ_AUDIT, today=today)
    settings = settings_of(filing.society_id)
    reading = reading_of(filing_id, settings, whole=True)
    said = _said(filing_id)
    readers = readers_of([filing_id], today=today).get(filing_id, [])
    newest = filing.snapshots[-1] if filing.snapshots else None
    target = target_of(filing, today=today)
    judging = FilingState(filing.state) in JUDGED_IN
    is_staff = filing.society_id in actor.staff_of
    answers = answers_of(filing)
    file_ids = {
        e["file_id"] for r in reading.records for e in (r.content or {}).get("evidence", [])
    } | {file_id for items in answers.values() for item in items for file_id in item.files}
    people = {j.by_id for of_record in said.values() for j in of_record}
    return AuditFile(
        filing=filing,
        registration=session.get_one(Registration, filing.registration_id),
        term=session.get_one(Term, filing.term_id),
        content=(newest.content if newest else None) or {},
        reading=reading,
        flags=flags_of(filing, reading.records),
        said=said,
        readers=readers,
        names=names_of({*people, *(r.person_id for r in readers)}),
        views=views_of(file_ids) if file_ids else {},
        files=_files(file_ids),
        answers=answers,
        reasons=reason_templates(filing.society_id),
        due_on=_due(filing),
        may_judge=judging and may(actor, Permission.JUDGE_RECORD, target),
        may_assign=may(actor, Permission.ASSIGN_READER, target),
        may_take=judging and is_staff and not readers,
        may_process=may(actor, Permission.PROCESS_FILING, target_of_filing(filing)),
        is_staff=is_staff,
    )


def opens_first(actor: Actor, filing_id: int, *, today: date) -> bool:
    """Whether this reader has not opened the file yet, so that opening it is written down."""
    filing = held_filing(actor, filing_id, Permission.READ_AUDIT, today=today)
    rows = readers_of([filing.id], today=today).get(filing.id, [])
    return any(r.person_id == actor.person_id and r.opened_at is None for r in rows)


def society_of(actor: Actor, filing_id: int, *, today: date) -> int:
    """The society that a file lies in, for whoever may read the file."""
    return held_filing(actor, filing_id, Permission.READ_AUDIT, today=today).society_id


def open_filing(actor: Actor, filing_id: int, *, now: datetime, today: date) -> None:
    """A reader opens the file for the first time: from then on it cannot be withdrawn."""
    filing = held_filing(actor, filing_id, Permission.JUDGE_RECORD, today=today)
    rows = readers_of([filing_id], today=today).get(filing_id, [])
    for row in rows:
        if row.person_id == actor.person_id and row.opened_at is None:
            row.opened_at = now
    # Under a lock, so that a withdrawal at the same moment and this cannot both happen.
    session.execute(update(Filing).where(Filing.id == filing_id).values(version=Filing.version + 1))
    session.refresh(filing, ["state", "version", "opened_at"])
    if filing.state == FilingState.FILED:
        check_move(FilingState.FILED, FilingState.READING)
        filing.state = FilingState.READING.value
    if filing.opened_at is None and filing.state != FilingState.WITHDRAWN:
        filing.opened_at = now
    journal.record(
        actor, "filing.opened", "filing", filing.id, now=now, society_id=filing.society_id,
        data={"person": actor.person_id, "state": filing.state},
    )  # fmt: skip


def open_evidence(
    actor: Actor,
    filing_id: int,
    file_id: int,
    *,
    preview: bool,
    store: LocalFiles,
    now: datetime,
    today: date,
) -> Opened:
    """The bytes of a file that was filed or came with an answer; opening it is written down.

    The member can read who opened it. An outside expert comes to evidence by this way only:
    through a file assigned to them.
    """
    held_filing(actor, filing_id, Permission.READ_AUDIT, today=today)
    contents = session.scalars(
        select(SnapshotRecord.content).where(SnapshotRecord.filing_id == filing_id)
    )
    filed = {e["file_id"] for c in contents if c for e in c.get("evidence", ())}
    filed.update(
        session.scalars(
            select(AnswerFile.file_id)
            .join(ReturnItem, ReturnItem.id == AnswerFile.item_id)
            .join(FileReturn, FileReturn.id == ReturnItem.return_id)
            .where(FileReturn.filing_id == filing_id, FileReturn.answered_at.is_not(None))
        )
    )
    file = session.get(File, file_id) if file_id in filed else None
    if file is None:
        raise NotFound
    return files.opened(actor, file, preview=preview, store=store, now=now)


def reason_templates(society_id: int) -> list[ReasonTemplate]:
    """The society's own words first, then those everybody begins with."""
    rows = session.scalars(
        select(ReasonTemplate).where(
            (ReasonTemplate.society_id == society_id) | ReasonTemplate.society_id.is_(None)
        )
    ).all()
    return sorted(rows, key=lambda r: (r.society_id is None, r.position, r.id))


def _said(filing_id: int) -> dict[int, list[Judgement]]:
    found: dict[int, list[Judgement]] = {}
    rows = session.scalars(
        select(Judgement).where(Judgement.filing_id == filing_id).order_by(Judgement.id.desc())
    )
    for row in rows:
        found.setdefault(row.record_id, []).append(row)
    return found


def _files(file_ids: set[int]) -> dict[int, File]:
    rows = session.scalars(select(File).where(File.id.in_(file_ids))) if file_ids else ()
    return {row.id: row for row in rows}


def _due(filing: Filing) -> date | None:
    due: date | None = session.scalar(
        select(func.min(Deadline.due_on)).where(
            Deadline.registration_id == filing.registration_id,
            Deadline.kind.in_(SHOWN),
            Deadline.closed_at.is_(None),
            Deadline.paused_on.is_(None),
        )
    )
    return due
