"""One clock of many: an advisory lock on a connection of its own, or a locked file."""

import fcntl
from pathlib import Path
from typing import IO, Protocol

import psycopg

from cpd_app.config import Settings
from scheduler.queue import plain_dsn

#: the advisory lock's number, ours alone in this database
CLOCK_LOCK = 0x0C9D_C10C
#: a leader whose machine vanished without a word is noticed by the server within some seconds
NOTICE = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"


class Leadership(Protocol):
    """Whether this process is the one that runs the clock."""

    def hold(self) -> bool:
        """Take the lead if nobody has it, and say whether it is still ours; asked all the time."""

    def release(self) -> None:
        """Let another one take it."""


class FileLeadership:
    """A lock on a file; the kernel frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        """The file is made when it is first locked."""
        self.path = path
        self._file: IO[str] | None = None

    def hold(self) -> bool:
        """True while this process has the lock."""
        if self._file is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("w", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Unlock."""
        if self._file is not None:
            self._file.close()
            self._file = None


class PostgresLeadership:
    """An advisory lock of a session; the server frees it when the connection ends.

    Who waits keeps its connection too: asking is one short statement, not a new process there.
    """

    def __init__(self, dsn: str) -> None:
        """`dsn` must reach the server itself: a transaction pooler would lose the lock."""
        self.dsn = dsn
        self._connection: psycopg.Connection | None = None
        self._is_ours = False

    def hold(self) -> bool:
        """True while the connection that has the lock is alive."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self.dsn, autocommit=True, options=NOTICE)
            if self._is_ours:
                self._connection.execute("SELECT 1")
            else:
                asked = "SELECT pg_try_advisory_lock(%s)"
                row = self._connection.execute(asked, (CLOCK_LOCK,)).fetchone()
                self._is_ours = bool(row and row[0])
        except psycopg.OperationalError:
            self.release()
        return self._is_ours

    def release(self) -> None:
        """Close the connection, and the lock with it."""
        self._is_ours = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def leadership(settings: Settings) -> Leadership:
    """The lock that fits the database."""
    if settings.is_sqlite:
        return FileLeadership(settings.var_dir / "clock.lock")
    return PostgresLeadership(plain_dsn(settings.database_url))
