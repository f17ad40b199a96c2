"""Papers of an event that take long: the closing package, and the attendance table as a sheet.

Collecting only reads and holds no lock, whatever the hall does meanwhile; the step that says so is
written down together with the journal, once. An interrupted paper is made anew from the figures
of now.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import current_app
from flask_babel import force_locale

from cpd_app import clock
from cpd_app.documents.closing_package import package_zip
from cpd_app.documents.closing_workbook import package_xlsx
from cpd_app.documents.dossier_archive import safe_name
from cpd_app.documents.spreadsheets import MEDIA, write_sheet
from cpd_app.sheets import attendance
from cpd_app.texts.documents import labels
from cpd_app.usecases import attendance_sheets, closing_package
from cpd_app.usecases.jobs import Step
from scheduler.making import folder_of, hand_in
from scheduler.post import CATALOGUES
from scheduler.work import Work


def make_closing_package(work: Work) -> None:
    """PDF and XLSX in one ZIP."""
    actor, event_id, language = work.actor, work.subject_id, str(work.payload["language"])
    package = closing_package.collect_package(actor, event_id, language=language, now=clock.now())
    _note(work, lambda now: closing_package.note_package(actor, event_id, package, now=now))
    fonts_dir: Path | None = current_app.config["CPD"].fonts_dir
    made = _folder(work) / "package.zip"
    made.write_bytes(package_zip(package, package_xlsx(package, language), language, fonts_dir))
    name = f"{labels(language)['closing_package']}-{safe_name(package.event.title)}.zip"
    hand_in(work, made, name, "application/zip", total=closing_package.STEPS)


def make_attendance_sheet(work: Work) -> None:
    """What the table shows, all pages of it."""
    actor, order = work.actor, work.payload
    table = attendance_sheets.collect_attendance(
        actor, work.subject_id, wanted=order["show"], text=order["text"], now=clock.now()
    )
    event, count = table.event, len(table.lines)
    title, society_id = event.title, event.society_id
    made = _folder(work) / f"sheet.{order['form']}"
    with force_locale(CATALOGUES[order["language"]]):
        heading, rows = attendance.heading(), list(attendance.rows(table))
    write_sheet(made, order["form"], heading, rows, name="attendance", folder=_folder(work))
    _note(
        work,
        lambda now: attendance_sheets.note_export(
            actor, work.subject_id, society_id=society_id, count=count, show=order["show"], now=now
        ),
    )
    name = f"attendance-{safe_name(title)}-{{day}}.{order['form']}"
    hand_in(work, made, name, MEDIA[order["form"]], total=attendance_sheets.STEPS)


def _note(work: Work, note: Callable[[datetime], None]) -> None:
    def act(now: datetime) -> Step:
        if work.done == 0:
            note(now)
        return Step(1, 2)

    work.keep(act)


def _folder(work: Work) -> Path:
    folder = folder_of(work)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
