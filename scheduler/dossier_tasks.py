"""Dossiers in bulk: each filing's paper into one ZIP on the disk, then into the store."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from cpd_app import clock
from cpd_app.config import Settings
from cpd_app.documents.dossier import Dossier, dossier_pdf
from cpd_app.documents.dossier_archive import safe_name
from cpd_app.storage import local_files
from cpd_app.usecases import dossiers
from cpd_app.usecases.job_files import Made, keep_file
from cpd_app.usecases.jobs import Step
from scheduler.work import Work

MEDIA_TYPE = "application/zip"
MAKING = "making-"
#: a folder of that age was left behind by a worker that was killed
LEFT_BEHIND = timedelta(days=1)


def make_dossiers(work: Work) -> None:
    """Make the ZIP; an interrupted one begins anew, since a half of it is of no use.

    Papers are set outside the transaction that writes down that the dossier was taken.
    """
    settings: Settings = current_app.config["CPD"]
    settings.files_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(settings.files_dir)
    ids: list[int] = work.payload["ids"]
    # beside the store, so that it can be taken over without copying it
    with tempfile.TemporaryDirectory(dir=settings.files_dir, prefix=MAKING) as folder:
        made = Path(folder) / "dossiers.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:  # PDFs are packed already
            for place, filing_id in enumerate(ids):
                dossier = _taken(work, filing_id, Step(place, len(ids)))
                paper = dossier_pdf(dossier, settings.fonts_dir).pdf
                archive.writestr(f"{safe_name(dossier.number or str(filing_id))}.pdf", paper)
        _keep(work, made, len(ids))


def _sweep(files_dir: Path) -> None:
    """Remove what killed workers left behind."""
    before = (clock.now() - LEFT_BEHIND).timestamp()
    for folder in files_dir.glob(f"{MAKING}*"):
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


def _taken(work: Work, filing_id: int, step: Step) -> Dossier:
    found: list[Dossier] = []

    def act(now: datetime) -> Step:
        taken = dossiers.take_filed(
            work.actor, filing_id, language=work.payload["language"], now=now
        )
        found.append(taken.dossier)
        return step

    work.keep(act)
    return found[-1]


def _keep(work: Work, made: Path, total: int) -> None:
    owner = str(work.actor.person_id)
    digest, size = local_files().adopt(owner, made)
    work.keep(_kept(work.job_id, Made(owner, digest, "dossiers.zip", MEDIA_TYPE, size), total))


def _kept(job_id: int, made: Made, total: int) -> Callable[[datetime], Step]:
    def act(now: datetime) -> Step:
        named = Made(
            made.folder, made.digest, f"dossiers-{now:%Y%m%d}.zip", made.media_type, made.size
        )
        keep_file(job_id, named, now=now)
        return Step(total, total)

    return act
