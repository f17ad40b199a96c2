"""The dossier of a re-registration, collected: as it stands now, or as it was filed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.documents.dossier import Dossier
from cpd_app.domain.snapshots import FrozenRecord
from cpd_app.models import File, FileView, Society
from cpd_app.policy import Actor, Permission, require
from cpd_app.usecases import journal
from cpd_app.usecases.files import FileState
from cpd_app.usecases.filings import filing_for, target_of_registration
from cpd_app.usecases.progress import standing_of
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.rules_in_force import compiled
from cpd_app.usecases.snapshots import Frozen, filed_of, freeze


@dataclass(frozen=True)
class KeptFile:
    """Where the bytes of a file lie."""

    file_id: int
    folder: str
    digest: str


@dataclass(frozen=True)
class Taken:
    """A dossier and the files of its records that are still there."""

    dossier: Dossier
    files: tuple[KeptFile, ...]


def take_draft(
    actor: Actor, registration_id: int, *, language: str, now: datetime, today: date
) -> Taken:
    """The dossier as it would be filed today, marked 草稿; for the member alone."""
    registration = readable_registration(actor, registration_id)
    require(actor, Permission.FILE_RENEWAL, target_of_registration(registration))
    standing = standing_of(actor, registration, on=today)
    frozen = freeze(standing, declaration=None)
    local = now.astimezone(ZoneInfo(registration.society.zone))
    return _taken(frozen, number=None, as_of=local, language=language)


def take_filed(
    actor: Actor,
    filing_id: int,
    *,
    language: str,
    now: datetime,
    with_files: bool = False,
    noted: bool = False,
) -> Taken:
    """The dossier as it was filed, supplements included; the same for everybody who may read it.

    Who other than the member takes it is journalled; with the files every one of them counts as
    opened, so that the member can read it (domain.md §11). `noted`: an interrupted order wrote
    that down already.
    """
    filing = filing_for(actor, filing_id)
    society = session.get_one(Society, filing.society_id)
    taken = _taken(
        filed_of(filing),
        number=filing.number,
        as_of=filing.filed_at.astimezone(ZoneInfo(society.zone)),
        language=language,
        digests=tuple(s.digest for s in filing.snapshots),
    )
    if actor.person_id != filing.person_id and not noted:
        if with_files and actor.person_id is not None:
            viewed = {file.file_id for file in taken.files}
            session.add_all(
                FileView(file_id=i, person_id=actor.person_id, at=now) for i in sorted(viewed)
            )
        journal.record(
            actor,
            "filing.dossier_taken",
            "filing",
            filing.id,
            now=now,
            society_id=filing.society_id,
            data={"person": filing.person_id, "with_files": with_files},
        )
    return taken


def _taken(
    frozen: Frozen,
    *,
    number: str | None,
    as_of: datetime,
    language: str,
    digests: tuple[str, ...] = (),
) -> Taken:
    files = _files(frozen.records)
    asked = {paper["file_id"] for r in frozen.records for paper in _papers(r)}
    dossier = Dossier(
        number=number,
        content=frozen.content,
        years=frozen.years,
        records=frozen.records,
        rule_sets={r.rule_version_id: compiled(r.rule_version_id) for r in frozen.records},
        as_of=as_of,
        supplements=max(0, len(digests) - 1),
        digests=digests,
        gone=frozenset(asked - {file.file_id for file in files}),
        language=language,
    )
    return Taken(dossier, files)


def _papers(record: FrozenRecord) -> list[dict[str, Any]]:
    papers: list[dict[str, Any]] = (record.content or {}).get("evidence", [])
    return papers


def _files(records: Iterable[FrozenRecord]) -> tuple[KeptFile, ...]:
    """The files as they were frozen, as far as their bytes are still kept."""
    frozen = {
        paper["file_id"]: paper["stored_hash"] for record in records for paper in _papers(record)
    }
    rows = session.execute(
        select(File.id, File.folder, File.stored_hash).where(
            File.id.in_(frozen), File.state == FileState.READY
        )
    )
    return tuple(
        KeptFile(row.id, str(row.folder), row.stored_hash)
        for row in rows
        # frozen while its photo was still being made ready: what was kept of it later is it
        if row.stored_hash is not None and frozen[row.id] in {None, row.stored_hash}
    )
