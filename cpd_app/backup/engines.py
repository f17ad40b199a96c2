"""The two databases: one moment of it to read and to copy, and putting a copy back."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from cpd_app.backup.manifest import BackupError, copy_checked
from cpd_app.db import engine_options, prepare_sqlite

#: the worker's queue lies in a schema of its own; nothing in it needs keeping
QUEUE = "queue"
DEBIAN = Path("/usr/lib/postgresql")


class Source(Protocol):
    """A database at one moment, as long as the block lasts that gives it."""

    name: str
    version: str
    file_name: str
    connection: Connection

    def dump(self, path: Path) -> None:
        """Copy this moment of it into a file."""


class SqliteSource:
    """SQLite: a reading transaction is the moment, and the backup API copies within it."""

    name = "sqlite"
    version = sqlite3.sqlite_version
    file_name = "database.sqlite"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def dump(self, path: Path) -> None:
        """Copy page by page; writers go on. The copy is one file, without a log beside it."""
        live = cast("sqlite3.Connection", self.connection.connection.driver_connection)
        path.touch(mode=0o600)
        with contextlib.closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            said = copy.execute("PRAGMA quick_check").fetchone()[0]
        if said != "ok":
            raise BackupError(f"the database is damaged: {said}")
        _to_disk(path)


class PostgresSource:
    """PostgreSQL: an exported snapshot is the moment, and pg_dump reads in it."""

    name = "postgresql"
    file_name = "database.dump"

    def __init__(self, connection: Connection, url: str) -> None:
        self.connection = connection
        self.url = url
        self.version = str(connection.scalar(text("SHOW server_version")))
        self.snapshot = str(connection.scalar(text("SELECT pg_export_snapshot()")))

    def dump(self, path: Path) -> None:
        """Our schema only: neither the queue nor what a restore moved aside."""
        path.touch(mode=0o600)
        _run_tool(
            "pg_dump", self.connection, self.url, "--format=custom", "--no-owner",
            "--no-privileges", "--schema=public", f"--snapshot={self.snapshot}", f"--file={path}",
        )  # fmt: skip
        _to_disk(path)


def engine_of(url: str) -> Engine:
    """An engine set up as the service sets it up."""
    engine = create_engine(url, **engine_options(url))
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    return engine


@contextmanager
def source_of(url: str) -> Iterator[Source]:
    """The database at this moment; everything is read in one transaction that changes nothing."""
    engine = engine_of(url)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection, connection.begin():
                connection.execute(text("SELECT count(*) FROM sqlite_master"))  # the moment is now
                yield SqliteSource(connection)
        else:
            with (
                engine.connect().execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                ) as connection,
                connection.begin(),
            ):
                yield PostgresSource(connection, url)
    finally:
        engine.dispose()


def is_empty(url: str) -> bool:
    """Whether there are no tables of ours yet."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return True
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    parts = make_url(url)
    return Path(parts.database or "") if parts.get_backend_name() == "sqlite" else None


def move_aside(url: str, word: str) -> str:
    """Keep the old database under another name; says which. PostgreSQL: a schema of that name."""
    path = sqlite_path(url)
    if path is None:
        with _changing(url) as connection:
            connection.execute(text(f'ALTER SCHEMA public RENAME TO "{word}"'))
            connection.execute(text("CREATE SCHEMA public"))
            connection.execute(text(f"DROP SCHEMA IF EXISTS {QUEUE} CASCADE"))
        return f"schema {word}"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    moved = path.with_name(f"{path.name}.{word}")
    path.replace(moved)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return str(moved)


def move_back(url: str, word: str) -> None:
    """After a restore that failed: the old database is in its place again."""
    path = sqlite_path(url)
    if path is not None:
        path.with_name(f"{path.name}.{word}").replace(path)
        return
    with _changing(url) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text(f'ALTER SCHEMA "{word}" RENAME TO public'))


def put_back(url: str, dump: Path) -> None:
    """Fill an empty database from a copy, whole or not at all."""
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        working = path.with_name(path.name + ".restoring")
        copy_checked(dump, working)
        working.replace(path)
        return
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            _run_tool(
                "pg_restore", connection, url, "--no-owner", "--no-privileges", "--exit-on-error",
                "--single-transaction", "--schema=public", str(dump),
            )  # fmt: skip
    finally:
        engine.dispose()


def rows_of(connection: Connection) -> dict[str, int]:
    """Rows of every table."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0  # noqa: S608
        for name in sorted(inspect(connection).get_table_names())
    }


@contextmanager
def _changing(url: str) -> Iterator[Connection]:
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _run_tool(name: str, connection: Connection, url: str, *words: str) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, where nobody lists it."""
    program = _program(name, int(str(connection.scalar(text("SHOW server_version_num")))) // 10000)
    parts = make_url(url).set(drivername="postgresql")
    address = parts.set(password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(parts.password)} if parts.password else {}
    done = subprocess.run(  # noqa: S603 - words are ours, the address is a setting
        [str(program), f"--dbname={address}", *words],
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-800:]}")


def _program(name: str, version: int) -> Path:
    """The program of the server's own version: a newer one writes what the server cannot read."""
    folder = DEBIAN / str(version) / "bin" / name
    if folder.exists():
        return folder
    found = shutil.which(name)
    if found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        if f" {version}." in said.stdout or said.stdout.strip().endswith(f" {version}"):
            return Path(found)
    raise BackupError(
        f"{name} of PostgreSQL {version} is not installed on this machine; "
        f"on Debian: apt-get install postgresql-client-{version}"
    )


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
