"""A restore works on a service that stands still, and sees for itself whether it does."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from cpd_app import running
from cpd_app.backup import engines
from cpd_app.backup.manifest import BackupError
from cpd_app.config import Settings

_OTHERS = text(
    "SELECT coalesce(nullif(application_name, ''), 'unnamed') AS name,"
    " coalesce(host(client_addr), 'this machine') AS place, count(*) AS connections"
    " FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    " GROUP BY 1, 2 ORDER BY 1, 2"
)


class RunningError(BackupError):
    """The service lives; `code` is its name for programs."""

    code = "service_running"

    def __init__(self, found: list[str]) -> None:
        """`found`: what shows that it lives, as sentences."""
        super().__init__(
            f"{self.code}: {'; '.join(found)}. Stop web, clock and workers first; "
            "--force restores all the same, and what they write meanwhile is lost"
        )


@contextmanager
def standstill(settings: Settings, *, force: bool) -> Iterator[None]:
    """Nothing of the service runs, and nothing of it starts on this machine in the block.

    Raises RunningError; with `force` nothing is asked.
    """
    with running.alone(settings.var_dir) as is_alone:
        found = [] if is_alone else ["a process of the service runs on this machine"]
        if not force:
            found += _database_in_use(settings.database_url)
            if found:
                raise RunningError(found)
        yield


def _database_in_use(url: str) -> list[str]:
    path = engines.sqlite_path(url)
    if path is not None:
        return [f"{path} is open elsewhere"] if path.exists() and _is_open(path) else []
    engine = engines.engine_of(url)
    try:
        with engine.connect() as connection:
            return [
                f"the database has {row.connections} other connections from {row.place} "
                f"({row.name})"
                for row in connection.execute(_OTHERS)
            ]
    finally:
        engine.dispose()


def _is_open(path: Path) -> bool:
    """Whether another process has the database open: in WAL mode each keeps a lock on it."""
    with contextlib.closing(
        sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
    ) as asked:
        try:
            asked.execute("PRAGMA locking_mode=EXCLUSIVE")
            asked.execute("BEGIN EXCLUSIVE")
            asked.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:
            return False  # no database: the restore itself says so
    return False
