"""A PostgreSQL server for one test run: made from the installed programs, removed at the end.

It listens on loopback only, on a port that the kernel gives, with a password of its own, and never
touches a server that already runs. PostgreSQL refuses to run as root, so root starts it as the user
`postgres`. It is a direct child of the test run and dies with it, however the run ends.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.support.ports import free_port

START_SECONDS = 30
#: Safe only because nothing here outlives the run: no fsync, no full pages.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


#: a database a test, each of some hundred files: in memory they cost half as much
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
ROOMY = 2 << 30


def _memory() -> Path | None:
    """Where files lie in memory, if the system has such a place and enough of it."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOMY
    return MEMORY if roomy else None


class ClusterError(Exception):
    """PostgreSQL is not installed or did not start; the message says what to do."""


def programs() -> Path | None:
    """The folder with the newest installed `initdb` and `postgres`, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name.split(".")[0]))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """One running server; `url` is that of its maintenance database."""

    def __init__(self, *, durable: bool = False) -> None:
        """Make the files and start the server, or raise ClusterError.

        `durable`: as in service, what was committed is on the disk; measurements want that.
        """
        folder = programs()
        if folder is None:
            raise ClusterError(
                "PostgreSQL is not installed. On Debian and Ubuntu: "
                "sudo apt-get install postgresql; or name a server in CPD_TEST_DATABASE_URL."
            )
        self.settings = () if durable else FAST
        self._as_owner: dict[str, Any] = {}
        self.home = Path(
            tempfile.mkdtemp(prefix="cpd-postgres-", dir=None if durable else _memory())
        )
        self.process: subprocess.Popen[bytes] | None = None
        password = secrets.token_urlsafe(16)
        try:
            self._give_to_owner()
            self._initialise(folder, password)
            self._start(folder, password)
        except BaseException:
            self.stop()
            raise

    def _give_to_owner(self) -> None:
        if os.geteuid() != 0:
            return
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            raise ClusterError(
                "PostgreSQL does not run as root, and there is no user postgres to run it as."
            ) from None
        os.chown(self.home, owner.pw_uid, owner.pw_gid)
        self._as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def _initialise(self, folder: Path, password: str) -> None:
        words = self.home / "password"
        words.write_text(password)
        words.chmod(0o644)  # the folder itself is closed to everyone but its owner
        command: list[str | Path] = [
            folder / "initdb",
            "--pgdata",
            self.home / "data",
            "--username",
            "cpd",
        ]
        command += ["--auth", "password", "--pwfile", words, "--encoding", "UTF8"]
        command += ["--locale", "C.UTF-8", "--no-sync"]
        result = subprocess.run(
            command,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._as_owner,
        )
        if result.returncode:
            raise ClusterError(f"initdb failed:\n{result.stdout}")

    def _start(self, folder: Path, password: str) -> None:
        port = free_port()
        settings = [
            *self.settings,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            f"port={port}",
        ]
        settings += ["max_connections=60", "log_min_messages=warning"]
        flags = [word for setting in settings for word in ("-c", setting)]
        log = self.home / "log"
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [folder / "postgres", "-D", self.home / "data", *flags],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads run yet
                **self._as_owner,
            )
        self.url = f"postgresql+psycopg://cpd:{password}@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.url):
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                raise ClusterError(f"PostgreSQL did not start:\n{said}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server at once and remove its files."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(START_SECONDS)
        shutil.rmtree(self.home, ignore_errors=True)


def _die_with_parent() -> None:
    # Also when the run is killed: Linux then stops the server (PR_SET_PDEATHSIG is 1). The server
    # leads a session of its own, or Ctrl-C would reach it before the tests have ended.
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
