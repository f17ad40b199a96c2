"""Freezing what is filed, reading it back as it was, and finding whether it was changed."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.snapshots import (
    FrozenRecord,
    content_digest,
    in_form_order,
    record_digest,
    snapshot_digest,
)
from cpd_app.models import (
    Employment,
    Evidence,
    File,
    Filing,
    Snapshot,
    SnapshotRecord,
    SocietyMembership,
)
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.record_details import RecordDetail, details_of
from cpd_app.usecases.records import PROVING
from cpd_app.usecases.summaries import text_of_term


@dataclass(frozen=True)
class Frozen:
    """A record form and all that goes with it, as it stands: kept, or only to be looked at."""

    content: Mapping[str, Any] | None
    years: tuple[Mapping[str, Any], ...]
    checks: tuple[Mapping[str, Any], ...]
    records: tuple[FrozenRecord, ...]

    @property
    def by_record(self) -> dict[int, FrozenRecord]:
        """The records by their number."""
        return {record.activity_id: record for record in self.records}


def freeze(standing: Standing, *, declaration: int | None) -> Frozen:
    """Everything a filing holds, read now; half a dozen statements.

    `declaration`: version of the text that was agreed to; None before filing.
    """
    counting = [r.id for r in standing.in_term if not r.left_out]
    details = details_of(standing.registration, counting)
    papers = _papers(counting)
    return Frozen(
        content=_json(_content(standing, declaration)),
        years=tuple(year_json(year) for year in standing.years),
        checks=tuple(
            {"code": c.code, "state": c.state.value, "says": c.says}
            for c in standing.readiness.checks
        ),
        records=tuple(in_form_order(_record(d, papers.get(d.row.id, [])) for d in details)),
    )


def keep(
    filing: Filing, frozen: Frozen, records: Iterable[FrozenRecord], *, now: datetime, today: date
) -> Snapshot:
    """Write a snapshot of a filing; it is never changed afterwards."""
    salt = secrets.token_hex(16)
    content = dict(frozen.content or {})
    snapshot = Snapshot(
        number=len(filing.snapshots) + 1,
        taken_at=now,
        taken_on=today,
        years=[dict(year) for year in frozen.years],
        checks=[dict(check) for check in frozen.checks],
        content=content,
        salt=salt,
        content_digest=content_digest(salt, content),
        digest="",
    )
    filing.snapshots.append(snapshot)
    session.flush()
    rows = [_row(filing, snapshot, record) for record in in_form_order(records)]
    session.add_all(rows)
    snapshot.digest = _digest_of(snapshot, [row.digest for row in rows])
    session.flush()
    return snapshot


def filed_of(filing: Filing) -> Frozen:
    """What stands filed: the filing with its supplements, the latest of each record."""
    kept = _kept(filing.id)
    last = filing.snapshots[-1]
    return Frozen(
        content=filing.snapshots[0].content,
        years=tuple(last.years),
        checks=tuple(last.checks),
        records=tuple(in_form_order({row.activity_id: _frozen(row) for row in kept}.values())),
    )


@dataclass(frozen=True)
class Verified:
    """What a check of one filing's snapshots found."""

    snapshots: int
    records: int
    #: how many had their values erased; the rest of them was verified all the same
    erased: int
    #: what is wrong: (snapshot number, record number or None for the snapshot itself)
    faults: tuple[tuple[int, int | None], ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was changed."""
        return not self.faults


def verify_snapshot(filing_id: int) -> Verified:
    """Compute every digest of a filing again; whoever calls was let in already."""
    filing = session.get_one(Filing, filing_id, populate_existing=True)
    kept: dict[int, list[SnapshotRecord]] = {}
    for row in _kept(filing_id):
        kept.setdefault(row.snapshot_id, []).append(row)
    faults: list[tuple[int, int | None]] = []
    erased = 0
    for snapshot in filing.snapshots:
        rows = kept.get(snapshot.id, [])
        whole = [(row.activity_id, _is_whole(row)) for row in rows]
        faults += [(snapshot.number, record) for record, fine in whole if not fine]
        erased += sum(row.content is None for row in rows) + (snapshot.content is None)
        expected = _digest_of(snapshot, [row.digest for row in rows])
        if expected != snapshot.digest or not _is_content_whole(snapshot):
            faults.append((snapshot.number, None))
    records = sum(len(rows) for rows in kept.values())
    return Verified(len(filing.snapshots), records, erased, tuple(faults))


def year_json(year: YearProgress) -> dict[str, Any]:
    """A year's figures as they are frozen; hours in hundredths."""
    return {
        "index": year.index,
        "starts_on": year.starts_on.isoformat(),
        "ends_on": year.ends_on.isoformat(),
        "required": year.required,
        "claimed": year.claimed,
        "recognised": year.recognised,
        "audit_proof": year.audit_proof,
        "verdict": year.verdict.value,
    }


def employer_on(person_id: int, day: date) -> str | None:
    """Where a person works on a day."""
    return session.scalar(
        select(Employment.employer)
        .where(Employment.person_id == person_id, Employment.from_on <= day)
        .order_by(Employment.from_on.desc(), Employment.id.desc())
        .limit(1)
    )


def _content(standing: Standing, declaration: int | None) -> dict[str, Any]:
    registration, term = standing.registration, standing.term
    person, society = registration.person, registration.society
    membership = session.scalar(
        select(SocietyMembership).where(
            SocietyMembership.person_id == person.id, SocietyMembership.society_id == society.id
        )
    )
    until = membership.until_on if membership else None
    return {
        "name": person.name,
        "name_en": person.name_en,
        "number": registration.number,
        "level": term.level,
        "field": registration.field.name if registration.field else registration.field_text,
        "society": society.name,
        "society_en": society.name_en,
        "employer": employer_on(person.id, standing.readiness.on),
        "term": [term.starts_on.isoformat(), term.ends_on.isoformat()],
        "society_membership": {
            "number": membership.number if membership else None,
            "until_on": until.isoformat() if until else None,
        },
        "adopted": standing.adopted,
        "summary": text_of_term(registration.id, term.id).text,
        "declaration": declaration,
    }


def _record(detail: RecordDetail, papers: list[dict[str, Any]]) -> FrozenRecord:
    row, activity, rule = detail.row, detail.activity, detail.rule
    if row.credit_id is None or row.year_index is None or rule is None:
        raise ValueError(f"record {row.id} lies in no year")  # in_term says that it does
    content = {
        "title": row.title,
        "organiser": row.organiser,
        "place": activity.place,
        "started_on": row.started_on.isoformat(),
        "starts_at_time": _clock(activity.starts_at_time),
        "ends_at_time": _clock(activity.ends_at_time),
        "fields": dict(row.fields),
        "achievement_key": row.achievement_key,
        "competences": list(row.competences),
        "reflection": activity.reflection,
        "trace": detail.trace,
        "reasons": [dict(reason) for reason in row.reasons],
        "source": row.source,
        "source_name": row.source_name,
        "event_id": activity.event_id,
        "attended": activity.attended,
        "different_from": sorted(activity.different_from),
        "ruled": row.ruled,
        "rule_set": {"number": rule.number, "title": rule.rule_set.code},
        "evidence": papers,
        "missing_proofs": list(row.missing_proofs),
    }
    return FrozenRecord(
        activity_id=row.id,
        credit_id=row.credit_id,
        year_index=row.year_index,
        kind=row.kind,
        ended_on=row.ended_on,
        rule_version_id=rule.version_id,
        conversion=row.conversion,
        claimed=row.claimed,
        recognised=row.recognised,
        assurance=row.assurance,
        audit_proof=row.audit_proof,
        marks=row.all_marks,
        content=_json(content),
    )


def _papers(activity_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """What proves each record, with the hashes of the bytes as they came and as they are kept."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = session.execute(
        select(Evidence.activity_id, Evidence.proofs, File)
        .join(File, File.id == Evidence.file_id)
        .where(Evidence.activity_id.in_(activity_ids), File.state.in_(PROVING))
        .order_by(Evidence.id)
    )
    for activity_id, proofs, file in rows:
        found.setdefault(activity_id, []).append(
            {
                "file_id": file.id,
                "name": file.name,
                "media_type": file.media_type,
                "pages": file.pages,
                "secrecy": file.secrecy,
                "original_hash": file.original_hash,
                "stored_hash": file.stored_hash,
                "proofs": list(proofs),
            }
        )
    return found


def _row(filing: Filing, snapshot: Snapshot, record: FrozenRecord) -> SnapshotRecord:
    salt = secrets.token_hex(16)
    of_content = content_digest(salt, record.content or {})
    return SnapshotRecord(
        snapshot_id=snapshot.id,
        filing_id=filing.id,
        activity_id=record.activity_id,
        credit_id=record.credit_id,
        year_index=record.year_index,
        kind=record.kind,
        ended_on=record.ended_on,
        rule_version_id=record.rule_version_id,
        conversion=record.conversion,
        claimed=record.claimed,
        recognised=record.recognised,
        assurance=record.assurance,
        audit_proof=record.audit_proof,
        marks=list(record.marks),
        content=dict(record.content or {}),
        salt=salt,
        content_digest=of_content,
        digest=record_digest(record, of_content),
    )


def _frozen(row: SnapshotRecord) -> FrozenRecord:
    return FrozenRecord(
        activity_id=row.activity_id,
        credit_id=row.credit_id,
        year_index=row.year_index,
        kind=row.kind,
        ended_on=row.ended_on,
        rule_version_id=row.rule_version_id,
        conversion=row.conversion,
        claimed=row.claimed,
        recognised=row.recognised,
        assurance=row.assurance,
        audit_proof=row.audit_proof,
        marks=tuple(row.marks),
        content=row.content,
    )


def _kept(filing_id: int) -> list[SnapshotRecord]:
    """Every frozen record of a filing, snapshot by snapshot in the order of the form."""
    rows = session.scalars(
        select(SnapshotRecord)
        .where(SnapshotRecord.filing_id == filing_id)
        .order_by(
            SnapshotRecord.snapshot_id,
            SnapshotRecord.year_index,
            SnapshotRecord.ended_on,
            SnapshotRecord.activity_id,
        )
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _is_whole(row: SnapshotRecord) -> bool:
    return _is_content_whole(row) and row.digest == record_digest(_frozen(row), row.content_digest)


def _is_content_whole(row: SnapshotRecord | Snapshot) -> bool:
    """Whether the values are those that were filed; of erased ones nothing can be said."""
    return row.content is None or row.content_digest == content_digest(row.salt, row.content)


def _digest_of(snapshot: Snapshot, of_records: list[str]) -> str:
    return snapshot_digest(
        snapshot.number,
        snapshot.taken_on,
        snapshot.years,
        snapshot.checks,
        snapshot.content_digest,
        of_records,
    )


def _clock(value: Any) -> str | None:
    return value.strftime("%H:%M") if value is not None else None


def _json(value: dict[str, Any]) -> dict[str, Any]:
    """As the database gives it back, so that what is looked at equals what is kept."""
    read: dict[str, Any] = json.loads(json.dumps(value, ensure_ascii=False))
    return read
