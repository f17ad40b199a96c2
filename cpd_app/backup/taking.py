"""Taking a backup while the service writes.

1. Heads of the journal, so that none is newer than the database. 2. Files, most of the work, before
any moment is chosen. 3. The moment: a transaction that sees the database as it is now. 4. Files
that came meanwhile. A file whose bytes were exchanged for better ones between 3 and 4 would be
missing, so then another moment is chosen. 5. The database at that moment. 6. The manifest, then the
name.
"""

import fcntl
import hashlib
import hmac
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext

from cpd_app.assets import release
from cpd_app.backup import engines
from cpd_app.backup.engines import Source
from cpd_app.backup.manifest import (
    FILE_LIST,
    FILES,
    HEADS,
    NAME,
    BackupError,
    Kept,
    Manifest,
    copy_checked,
    sha256_of,
    to_disk,
    write_manifest,
    write_whole,
)
from cpd_app.config import Settings
from cpd_app.journal_heads import FOLDER
from cpd_app.storage import LocalFiles
from cpd_app.usecases.stored_files import needed_files

#: a name that nobody takes for a backup
PARTIAL = ".partial-"
REMOVED = ".removed-"
LOCK = ".lock"
#: moments that are tried before missing files are said to be missing
MOMENTS = 5


@dataclass
class _Files:
    """Files copied so far, and those whose bytes are not what their name says."""

    kept: dict[tuple[str, str], int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)


def take_backup(settings: Settings, target: Path, *, now: datetime) -> tuple[Path, Manifest]:
    """Take a backup into a new folder of `target`; gives the folder and what is in it.

    Files that the last backup there has are linked from it, so the next one costs what is new.
    Raises BackupError.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(target):
        _sweep(target)
        last = next(reversed(backups_in(target)), None)
        name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        if (target / name).exists():
            raise BackupError(f"{target / name} is there already")
        working = target / f"{PARTIAL}{name}"
        working.mkdir(mode=0o700)
        heads = _copy_heads(settings.var_dir / FOLDER, working / HEADS)
        store, files = LocalFiles(settings.files_dir), _Files()
        _copy_files(store, working, last, files)
        for attempt in range(MOMENTS):
            with engines.source_of(settings.database_url) as source:
                _copy_files(store, working, last, files)
                missing = _missing(source, files)
                if missing and attempt + 1 < MOMENTS:
                    continue
                manifest = _written(settings, working, source, heads, files, missing, now)
                break
        to_disk(working)
        working.rename(target / name)
        to_disk(target)
    return target / name, manifest


def backups_in(target: Path) -> list[Path]:
    """Whole backups in a folder, the oldest first."""
    found = (path for path in target.glob("[0-9]*Z") if (path / NAME).is_file())
    return sorted(found)


def thin_out(target: Path, keep: int) -> int:
    """Remove the oldest backups beyond `keep`; returns how many went."""
    with _alone(target):
        old = backups_in(target)[: -keep or None]
        for path in old:
            gone = path.with_name(REMOVED + path.name)
            path.rename(gone)  # from now on nobody takes it for one
            shutil.rmtree(gone)
    return len(old)


def key_print(key: str) -> str:
    """A few characters by which a key is known again; the key cannot be found from them."""
    return hmac.new(b"cpd key print", key.encode(), hashlib.sha256).hexdigest()[:8]


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One backup at a time in a folder; the lock goes with the process, however it ends."""
    with (target / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup into {target} is running") from None
        yield


def _sweep(target: Path) -> None:
    """Remove what a killed backup left; nobody else works here while we hold the lock."""
    for left in (*target.glob(f"{PARTIAL}*"), *target.glob(f"{REMOVED}*")):
        shutil.rmtree(left)


def _copy_heads(folder: Path, target: Path) -> dict[str, str]:
    target.mkdir(mode=0o700)
    return {p.name: copy_checked(p, target / p.name) for p in sorted(folder.glob("*.txt"))}


def _copy_files(store: LocalFiles, working: Path, last: Path | None, files: _Files) -> None:
    """Every file of the store that is not in the backup yet."""
    (working / FILES).mkdir(mode=0o700, exist_ok=True)
    for stored in store.all():
        kept = Kept(stored.folder, stored.digest, 0)
        if (kept.folder, kept.digest) in files.kept:
            continue
        target = working / FILES / kept.path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if last is not None:
            with suppress(OSError):
                os.link(last / FILES / kept.path, target)
        try:
            if not target.exists() and copy_checked(store.root / kept.path, target) != kept.digest:
                files.damaged.append(f"{kept.folder}/{kept.digest}")
        except FileNotFoundError:
            continue  # removed meanwhile; whether a row still needs it is asked afterwards
        files.kept[kept.folder, kept.digest] = target.stat().st_size


def _missing(source: Source, files: _Files) -> list[str]:
    needed = set(needed_files(source.connection))
    return sorted(f"{folder}/{digest}" for folder, digest in needed - set(files.kept))


def _written(
    settings: Settings,
    working: Path,
    source: Source,
    heads: dict[str, str],
    files: _Files,
    missing: list[str],
    now: datetime,
) -> Manifest:
    """Copy the database and write the manifest."""
    connection = source.connection
    migration = MigrationContext.configure(connection).get_current_revision()
    if migration is None:
        raise BackupError("there is no database of this service yet; run `cpd migrate`")
    rows = engines.rows_of(connection)
    source.dump(working / source.file_name)
    lines = (f"{f} {d} {size}\n" for (f, d), size in sorted(files.kept.items()))
    write_whole(working / FILE_LIST, "".join(lines).encode())
    manifest = Manifest(
        release=release(),
        migration=migration,
        engine=source.name,
        engine_version=source.version,
        created_at=now.astimezone(UTC).isoformat(),
        dump=source.file_name,
        dump_sha256=sha256_of(working / source.file_name),
        rows=rows,
        files_sha256=sha256_of(working / FILE_LIST),
        files=len(files.kept),
        files_bytes=sum(files.kept.values()),
        heads=heads,
        keys={
            "CPD_SECRET_KEY": key_print(settings.secret_key),
            "CPD_SEAL_KEY": key_print(settings.seal_key),
        },
        missing=missing,
        damaged=files.damaged,
    )
    write_manifest(working, manifest)
    return manifest
