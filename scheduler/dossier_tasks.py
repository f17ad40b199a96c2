"""Dossiers in bulk: each filing's paper, and its evidence where that was asked for, in one ZIP."""

from datetime import datetime
from pathlib import Path

from flask import current_app

from cpd_app.documents.dossier import Dossier, dossier_pdf
from cpd_app.documents.dossier_archive import paths_of, safe_name
from cpd_app.storage import local_files
from cpd_app.usecases import dossiers
from cpd_app.usecases.dossiers import KeptFile, Taken
from cpd_app.usecases.jobs import Step
from scheduler.growing import GrowingArchive
from scheduler.making import being_made, hand_in
from scheduler.work import Work

MEDIA_TYPE = "application/zip"
#: names what the dossiers speak of and the archive has not
LEFT_OUT = "LEFT-OUT.txt"


def make_dossiers(work: Work) -> None:
    """One filing after the other; an interrupted order goes on with the filing that is missing.

    Papers are set outside the transaction that writes down that the dossier was taken, and that
    transaction also counts the step: what is counted was written down, and is so only once.
    """
    ids: list[int] = work.payload["ids"]
    left_out: list[str] = []
    with being_made(work) as growing, GrowingArchive(growing) as archive:
        for lines in archive.notes:
            left_out += lines
        for place in range(len(archive.notes), len(ids)):
            lines = _add(archive, _taken(work, ids, place), ids[place], work)
            archive.whole(lines)
            left_out += lines
        if left_out:
            list_ = "".join(f"{line}\n" for line in left_out).encode()
            archive.add(LEFT_OUT, list_, (1980, 1, 1, 0, 0, 0), packed=False)
        archive.close()
        hand_in(work, growing.path, "dossiers-{day}.zip", MEDIA_TYPE, total=len(ids))


def _taken(work: Work, ids: list[int], place: int) -> Taken:
    found: list[Taken] = []

    def act(now: datetime) -> Step:
        taken = dossiers.take_filed(
            work.actor,
            ids[place],
            language=work.payload["language"],
            now=now,
            with_files=work.payload.get("with_evidence", False),
            noted=place < work.done,
        )
        found.append(taken)
        return Step(place + 1, len(ids))

    work.keep(act)
    return found[-1]


def _add(archive: GrowingArchive, taken: Taken, filing_id: int, work: Work) -> list[str]:
    """The paper and its evidence; gives a line for each file that the archive lacks."""
    dossier = taken.dossier
    name, moment = safe_name(dossier.number or str(filing_id)), dossier.as_of.timetuple()[:6]
    fonts_dir: Path | None = current_app.config["CPD"].fonts_dir
    paper = dossier_pdf(dossier, fonts_dir).pdf
    if not work.payload.get("with_evidence"):
        archive.add(f"{name}.pdf", paper, moment)
        return []
    archive.add(f"{name}/{name}.pdf", paper, moment)
    return _add_evidence(archive, dossier, {file.file_id: file for file in taken.files}, name)


def _add_evidence(
    archive: GrowingArchive, dossier: Dossier, kept: dict[int, KeptFile], folder: str
) -> list[str]:
    store, left_out = local_files(), []
    for paper, path in paths_of(dossier):
        file, whole_path = kept.get(paper.file_id), f"{folder}/{path}"
        if file is None or not store.exists(file.folder, file.digest):
            left_out.append(f"{whole_path}\tgone")
        elif not store.is_whole(file.folder, file.digest):
            left_out.append(f"{whole_path}\tnot the bytes that were kept")
        else:
            with store.open(file.folder, file.digest) as source:
                archive.add(whole_path, source, dossier.as_of.timetuple()[:6])
    return left_out
