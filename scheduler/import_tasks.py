"""Jobs of imports: read a file, save its rows, take them back."""

from collections.abc import Callable
from datetime import datetime

from cpd_app import clock, storage
from cpd_app.domain.errors import DomainError
from cpd_app.usecases import import_saving, import_undo, imports
from cpd_app.usecases.import_checks import CheckedFile, check_file
from cpd_app.usecases.jobs import Step
from scheduler.work import Work

#: rows of a preview that are kept in one transaction
PART = 2000

Act = Callable[[datetime], Step]


def read_import(work: Work) -> None:
    """Check every row of the file; the bytes are not needed after that."""
    imported = imports.import_of(work.actor, work.subject_id)
    folder, name = str(imported.by_id or 0), imported.file_hash
    files = storage.local_files()
    with files.open(folder, name) as file:
        data = file.read()
    try:
        checked = check_file(
            work.actor, imports.scope_of(imported), data, now=clock.now(), today=work.today
        )
    except DomainError as refusal:
        problem = {"code": refusal.code, **refusal.values}
        work.keep(lambda _now: imports.fail_reading(work.actor, work.subject_id, problem))
    else:
        for first in range(0, max(1, len(checked.rows)), PART):
            work.keep(_kept_part(work, checked, first))
    files.delete(folder, name)


def _kept_part(work: Work, checked: CheckedFile, first: int) -> Act:
    def act(_now: datetime) -> Step:
        return imports.keep_reading(work.actor, work.subject_id, checked, first, PART)

    return act


def save_import(work: Work) -> None:
    """Save what waits; after an interruption this goes on where it was."""
    for part in import_saving.parts_to_save(work.actor, work.subject_id):
        work.keep(_saved_part(work, part))
    work.keep(lambda now: import_saving.finish_saving(work.actor, work.subject_id, now=now))


def _saved_part(work: Work, row_ids: list[int]) -> Act:
    def act(now: datetime) -> Step:
        return import_saving.save_part(
            work.actor, work.subject_id, row_ids, now=now, today=work.today
        )

    return act


def undo_import(work: Work) -> None:
    """Take back what was not touched since."""
    for part in import_undo.parts_to_undo(work.actor, work.subject_id):
        work.keep(_undone_part(work, part))
    work.keep(lambda now: import_undo.finish_undo(work.actor, work.subject_id, now=now))


def _undone_part(work: Work, row_ids: list[int]) -> Act:
    def act(now: datetime) -> Step:
        return import_undo.undo_part(work.actor, work.subject_id, row_ids, now=now)

    return act
