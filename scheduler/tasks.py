"""What each kind of job does, step by step; every step is kept whole or not at all."""

from datetime import datetime

from cpd_app.domain.errors import Rejected
from cpd_app.media.reading import Reading, read_through
from cpd_app.storage import local_files
from cpd_app.usecases import (
    attendance_sheets,
    bulk_dossiers,
    closing_package,
    deadline_moves,
    export_orders,
    files,
    letters,
    nudges,
    recalculation,
    register_sheets,
    relief_for_all,
    rules_trial,
    standing_jobs,
)
from cpd_app.usecases.jobs import Step
from scheduler.calendar_tasks import move_deadlines
from scheduler.dossier_tasks import make_dossiers
from scheduler.event_tasks import make_attendance_sheet, make_closing_package
from scheduler.export_tasks import make_own_export
from scheduler.import_tasks import read_import, save_import, undo_import
from scheduler.nudge_tasks import nudge
from scheduler.post import post
from scheduler.relief_tasks import tell_of_relief
from scheduler.rules_tasks import recalculate, try_recalculation, try_version
from scheduler.sheet_tasks import make_sheet
from scheduler.standing_tasks import judge_standings
from scheduler.work import Task, Work


def process_file(work: Work) -> None:
    """Make a photo anew, without EXIF and GPS, or a PDF's preview; decoding holds no transaction.

    1. Read the bytes. 2. Work on them in a process of its own. 3. Keep what came of it, also when
    nothing can come of it. 4. Remove the bytes as they came.
    """
    store = local_files()
    waiting = files.waiting_file(work.subject_id, store=store)
    if waiting is not None:
        try:
            outcome = read_through(waiting.data, waiting.media_type)
        except Rejected as refusal:
            _finish_file(work, refusal)
        else:
            _finish_file(work, outcome)
    unneeded = files.unneeded_bytes(work.subject_id)
    if unneeded is not None:
        store.delete(*unneeded)


def _finish_file(work: Work, outcome: Reading | Rejected) -> None:
    def keep(now: datetime) -> Step:
        files.finish_file(work.actor, work.subject_id, outcome, store=local_files(), now=now)
        return Step(1, 1)

    work.keep(keep)


def send_code(work: Work) -> None:
    """Make the code of an ordered letter and send it; a second attempt makes a code of its own."""
    ready: list[tuple[letters.CodeLetter, datetime]] = []

    def write(now: datetime) -> Step:
        letter = letters.write_letter(work.actor, work.subject_id, work.payload, now=now)
        ready.extend([(letter, now)] if letter else [])
        return Step(1, 1)

    work.keep(write)
    for letter, now in ready:
        post(letter, now=now)


TASKS: dict[str, Task] = {
    "process_file": process_file,
    letters.TASK: send_code,
    "read_import": read_import,
    "save_import": save_import,
    "undo_import": undo_import,
    bulk_dossiers.TASK: make_dossiers,
    register_sheets.TASK: make_sheet,
    export_orders.TASK: make_own_export,
    closing_package.TASK: make_closing_package,
    attendance_sheets.TASK: make_attendance_sheet,
    nudges.TASK: nudge,
    rules_trial.TASK: try_version,
    recalculation.TRIAL: try_recalculation,
    recalculation.TASK: recalculate,
    standing_jobs.TASK: judge_standings,
    deadline_moves.TASK: move_deadlines,
    relief_for_all.GIVEN: tell_of_relief,
    relief_for_all.TAKEN_BACK: tell_of_relief,
}
