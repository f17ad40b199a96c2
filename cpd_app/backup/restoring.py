"""Putting a backup back: checked first, into an empty place, and looked at afterwards."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from cpd_app.backup import engines
from cpd_app.backup.manifest import (
    FILES,
    HEADS,
    BackupError,
    Manifest,
    check_backup,
    copy_checked,
    kept_files,
    read_manifest,
)
from cpd_app.backup.taking import key_print
from cpd_app.config import Settings
from cpd_app.journal_heads import FOLDER
from cpd_app.migrate import alembic_config
from cpd_app.usecases.stored_files import needed_files

#: folders of the var folder that a backup fills
FOLDERS = (FILES, FOLDER)


@dataclass
class Restored:
    """What came back, and what did not."""

    manifest: Manifest
    #: where the old database and folders are now
    moved: list[str] = field(default_factory=list)
    #: sentences; empty when everything is as it was
    faults: list[str] = field(default_factory=list)


def restore_backup(
    settings: Settings, source: Path, *, replace: bool, migrate: Callable[[], None], now: datetime
) -> Restored:
    """Fill the database and folders of the settings from a backup. The service must be stopped.

    `migrate` is run when the backup is of an older release. Raises BackupError, and then nothing
    has changed.
    """
    manifest = read_manifest(source)
    _fits(settings, manifest)
    faults = check_backup(source, manifest)
    if faults:
        raise BackupError("the backup is not whole: " + "; ".join(faults[:5]))
    restored = Restored(manifest)
    word = f"before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    had_tables = not engines.is_empty(settings.database_url)
    _make_room(settings, restored, replace=replace, word=word)
    try:
        _fill(settings, source, manifest)
        _compare_rows(settings, restored)
    except BaseException as error:
        _undo(settings, word=word, had_tables=had_tables)
        if isinstance(error, OSError | SQLAlchemyError):
            raise BackupError(f"it broke off, and nothing was changed: {error}") from error
        raise
    if manifest.migration != newest_migration():
        migrate()
    _compare_files(settings, restored)
    _compare_keys(settings, restored)
    return restored


def _fill(settings: Settings, source: Path, manifest: Manifest) -> None:
    for kept in kept_files(source):
        copy_checked(source / FILES / kept.path, settings.files_dir / kept.path)
    for name in manifest.heads:
        copy_checked(source / HEADS / name, settings.var_dir / FOLDER / name)
    # Last, and whole or not at all: what fails before it leaves no table behind.
    engines.put_back(settings.database_url, source / manifest.dump)


def _undo(settings: Settings, *, word: str, had_tables: bool) -> None:
    """The disk was full or the copy broke off: what was there before is in its place again."""
    for name in FOLDERS:
        shutil.rmtree(settings.var_dir / name, ignore_errors=True)
        aside = settings.var_dir / f"{name}.{word}"
        if aside.exists():
            aside.rename(settings.var_dir / name)
    if had_tables:
        engines.move_back(settings.database_url, word)
    elif (path := engines.sqlite_path(settings.database_url)) is not None:
        path.unlink(missing_ok=True)


def newest_migration() -> str:
    """Of this release."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def _fits(settings: Settings, manifest: Manifest) -> None:
    here = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.engine != here:
        raise BackupError(
            f"the backup is of {manifest.engine}, and CPD_DATABASE_URL names {here}: "
            "a backup goes back into the same kind of database"
        )
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(manifest.migration)
    except CommandError:
        raise BackupError(
            f"the backup was made by release {manifest.release} with migration "
            f"{manifest.migration}, which this release does not have: install that release first"
        ) from None


def _make_room(settings: Settings, restored: Restored, *, replace: bool, word: str) -> None:
    """An empty place, or with `replace` the old things under another name; all or nothing."""
    full = [f for f in FOLDERS if any((settings.var_dir / f).glob("*"))]
    has_tables = not engines.is_empty(settings.database_url)
    if not replace and (full or has_tables):
        there = [str(settings.var_dir / f) for f in full] + ["the database"] * has_tables
        raise BackupError(
            f"there is something already: {', '.join(there)}; "
            "with --replace it is moved aside, not removed"
        )
    if has_tables:
        restored.moved.append(engines.move_aside(settings.database_url, word))
    for name in full:
        moved = settings.var_dir / f"{name}.{word}"
        (settings.var_dir / name).rename(moved)
        restored.moved.append(str(moved))
    queue = settings.var_dir / "queue.sqlite"
    for ending in ("", "-wal", "-shm"):
        queue.with_name(queue.name + ending).unlink(missing_ok=True)


def _compare_rows(settings: Settings, restored: Restored) -> None:
    with engines.source_of(settings.database_url) as source:
        found = engines.rows_of(source.connection)
    for table, rows in restored.manifest.rows.items():
        if found.get(table) != rows:
            restored.faults.append(f"{table}: {found.get(table)} rows, the backup had {rows}")


def _compare_files(settings: Settings, restored: Restored) -> None:
    with engines.source_of(settings.database_url) as source:
        for folder, digest in needed_files(source.connection):
            if not (settings.files_dir / folder / digest[:2] / digest).is_file():
                restored.faults.append(f"file {folder}/{digest} is named by a row and missing")
    restored.faults += [
        f"file {name} was damaged already when the backup was taken"
        for name in restored.manifest.damaged
    ]


def _compare_keys(settings: Settings, restored: Restored) -> None:
    keys = {"CPD_SECRET_KEY": settings.secret_key, "CPD_SEAL_KEY": settings.seal_key}
    said = {
        "CPD_SECRET_KEY": "signing keys and bridges do not open",
        "CPD_SEAL_KEY": "the journal does not verify",
    }
    for name, key in keys.items():
        if restored.manifest.keys.get(name) not in (None, key_print(key)):
            restored.faults.append(f"{name} is not the key of the backup: {said[name]}")
