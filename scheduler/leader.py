"""One clock of many: an advisory lock on a connection of its own, or a locked file.

Who leads shows a sign of life each time it is asked. A leader that is stopped (SIGSTOP, a
debugger) keeps its lock and shows none: another one takes the lead, and the old one learns it when
it goes on.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import IO, Protocol

import psycopg

from cpd_app import clock
from cpd_app.config import Settings
from scheduler.queue import plain_dsn

#: the advisory lock's number, ours alone in this database
CLOCK_LOCK = 0x0C9D_C10C
#: a leader that showed no sign of life for so long is stuck; it shows one each half second
STUCK_SECONDS = 20
#: how often who waits looks whether the leader is stuck
LOOK_SECONDS = 5
#: ends the session that has the lock when it has asked for nothing lately. A statement that runs is
#: none of its faults, and of other users nothing is seen
_END_STUCK = """
SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND a.state = 'idle' AND a.state_change < clock_timestamp() - make_interval(secs => %s)
"""
#: a leader whose machine vanished without a word is noticed by the server within some seconds
NOTICE = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"


class Leadership(Protocol):
    """Whether this process is the one that runs the clock."""

    def hold(self) -> bool:
        """Take the lead if nobody has it, and say whether it is still ours; asked all the time."""

    def release(self) -> None:
        """Let another one take it."""


class FileLeadership:
    """A lock on a file; the kernel frees it when the process dies.

    The file's time is the sign of life. The lock of a stuck leader cannot be broken: its file is
    taken away instead, and the lead is the lock on the file of that name.
    """

    def __init__(self, path: Path) -> None:
        """The file is made when it is first locked."""
        self.path = path
        self._file: IO[str] | None = None

    def hold(self) -> bool:
        """True while this process has the lock of the file that is there."""
        if self._file is None:
            self._file = self._locked()
        elif not self._is_there(self._file):
            self.release()
        if self._file is None:
            return False
        os.utime(self._file.fileno())
        return True

    def _locked(self) -> IO[str] | None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a", encoding="ascii")  # not "w": that would be a sign of life
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            silent = clock.now().timestamp() - os.fstat(file.fileno()).st_mtime
            if silent > STUCK_SECONDS and self._is_there(file):
                self.path.unlink(missing_ok=True)
        else:
            if self._is_there(file):
                return file
        file.close()
        return None

    def _is_there(self, file: IO[str]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

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
        self._looked = time.monotonic()

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
                if not self._is_ours:
                    self._end_stuck(self._connection)
        except psycopg.OperationalError:
            self.release()
        return self._is_ours

    def _end_stuck(self, connection: psycopg.Connection) -> None:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            connection.execute(_END_STUCK, (CLOCK_LOCK, STUCK_SECONDS))

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
