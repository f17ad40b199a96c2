"""The closing package of an event: collected, then set as PDF and XLSX in one ZIP."""

from datetime import datetime

from flask import current_app

from cpd_app.documents.closing_package import ClosingPackage, package_zip
from cpd_app.documents.closing_workbook import package_xlsx
from cpd_app.documents.dossier_archive import safe_name
from cpd_app.texts.documents import labels
from cpd_app.usecases import closing_package
from cpd_app.usecases.closing_package import STEPS
from cpd_app.usecases.jobs import Step
from scheduler.making import folder_of, hand_in
from scheduler.work import Work

MEDIA_TYPE = "application/zip"


def make_closing_package(work: Work) -> None:
    """An interrupted one is set anew from the figures of now, and written down only once."""
    found: list[ClosingPackage] = []
    language: str = work.payload["language"]

    def collect(now: datetime) -> Step:
        found.append(
            closing_package.take_closing_package(
                work.actor, work.subject_id, language=language, now=now, noted=work.done > 0
            )
        )
        return Step(1, STEPS)

    work.keep(collect)
    package = found[-1]
    fonts_dir = current_app.config["CPD"].fonts_dir
    folder = folder_of(work)
    folder.mkdir(mode=0o700, exist_ok=True)
    made = folder / "package.zip"
    made.write_bytes(package_zip(package, package_xlsx(package, language), language, fonts_dir))
    name = f"{labels(language)['closing_package']}-{safe_name(package.event.title)}.zip"
    hand_in(work, made, name, MEDIA_TYPE, total=STEPS)
