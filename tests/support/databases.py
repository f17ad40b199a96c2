"""A database of its own for every test, on either engine, made by the migrations.

Migrations and reference data go once a process into a template; each test gets a copy (a file
copied, or `CREATE DATABASE … TEMPLATE`). A copy costs a few milliseconds on SQLite and about 40 on
PostgreSQL, and buys what a rolled-back transaction cannot give: the code's own commits,
`BEGIN IMMEDIATE`, constraints and triggers run as in service, and threads see each other's work.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import Dialect, Engine, create_engine, event, make_url

from cpd_app import clock, config, migrate
from cpd_app.app import create_app
from cpd_app.db import ask_rested, db, engine_options, prepare_sqlite, transaction
from cpd_app.usecases.reference import load_reference

#: brings an empty database to what `cpd migrate` leaves
Prepare = Callable[[str], None]
ENGINES = ("sqlite", "postgresql")


class Databases(Protocol):
    """Where fresh databases come from."""

    def fresh(self) -> str:
        """Address of a new copy of the template."""

    def empty(self) -> str:
        """Address of a new database in which no migration has run."""

    def remove(self, url: str) -> None:
        """Remove a database that `fresh` or `empty` made."""

    def close(self) -> None:
        """Remove the template and whatever is left."""


class SqliteDatabases:
    """Files in memory where the system has such a place, else on disk."""

    def __init__(self, prepare: Prepare) -> None:
        """Make the folder; the template waits until it is asked for."""
        self.prepare = prepare
        memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
        place = memory if os.access(memory, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="cpd-sqlite-", dir=place))
        self.template: Path | None = None

    def fresh(self) -> str:
        """Address of a new copy of the template."""
        if self.template is None:
            self.template = self.folder / "template.sqlite"
            prepare(f"sqlite:///{self.template}", self.folder)
            connection = sqlite3.connect(self.template)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        url = self.empty()
        shutil.copyfile(self.template, make_url(url).database or "")
        return url

    def empty(self) -> str:
        """Address of a file that does not exist yet."""
        return f"sqlite:///{self.folder / uuid4().hex}.sqlite"

    def remove(self, url: str) -> None:
        """Remove the file and what lies beside it."""
        path = Path(make_url(url).database or "")
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


class PostgresDatabases:
    """Databases of one server, all with one prefix, so that nothing else there is touched."""

    def __init__(self, server: str, prepare: Prepare) -> None:
        """Connect to the maintenance database; the template waits until it is asked for."""
        self.prepare = prepare
        self.server = make_url(server).set(drivername="postgresql+psycopg")
        plain = self.server.set(drivername="postgresql").render_as_string(hide_password=False)
        self.connection = psycopg.connect(plain, autocommit=True)
        self.prefix = f"cpd_test_{uuid4().hex[:12]}"
        self.made: set[str] = set()
        self.template: str | None = None

    def fresh(self) -> str:
        """Address of a new copy of the template."""
        if self.template is None:
            url = self.empty()
            with tempfile.TemporaryDirectory() as folder:
                prepare(url, Path(folder))
            self.template = make_url(url).database
        return self._create(
            sql.SQL("TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(self.template or ""))
        )

    def empty(self) -> str:
        """Address of a new, empty database."""
        return self._create(sql.SQL("TEMPLATE template0 ENCODING 'UTF8'"))

    def _create(self, how: sql.Composable) -> str:
        name = f"{self.prefix}_{uuid4().hex[:8]}"
        self.connection.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), how))
        self.made.add(name)
        return self.server.set(database=name).render_as_string(hide_password=False)

    def remove(self, url: str) -> None:
        """Drop the database, also when a connection was left open."""
        self._drop(make_url(url).database or "")

    def _drop(self, name: str) -> None:
        self.connection.execute(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        )
        self.made.discard(name)

    def close(self) -> None:
        """Drop whatever is left."""
        for name in tuple(self.made):
            self._drop(name)
        self.connection.close()


def prepare(url: str, var_dir: Path) -> None:
    """What `cpd migrate` does: every migration, then the reference data of this release."""
    migrate.upgrade(url)
    secret = "only-for-tests-" * 3
    settings = config.load(
        {"CPD_ENV": "test", "CPD_VAR_DIR": str(var_dir), "CPD_SECRET_KEY": secret,
         "CPD_DATABASE_URL": url.replace("+psycopg", "")}
    )  # fmt: skip
    app = create_app(settings)
    with app.app_context():
        with transaction():
            load_reference(now=clock.now())
        db.engine.dispose()


class OneEngine:
    """One engine a process and kind of database, led to each test's own database.

    A new engine would compile every statement anew, which is a quarter of what a test costs.
    """

    def __init__(self, url: str) -> None:
        """Of this kind of database; connects to nothing yet."""
        self.engine = _engine(url)
        self.url = make_url(url)
        event.listen(self.engine, "do_connect", self._lead)

    @contextmanager
    def on(self, url: str) -> Iterator[Engine]:
        """The engine, on this database until the end of the block."""
        self.url = make_url(url)
        try:
            yield self.engine
        finally:
            self.engine.dispose()

    def _lead(
        self, dialect: Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]
    ) -> None:
        places, names = dialect.create_connect_args(self.url)
        arguments[:] = places
        options.update(names)


@contextmanager
def engine_for(url: str) -> Iterator[Engine]:
    """An engine set up exactly as the service sets it up."""
    engine = _engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url, **engine_options(url))
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    else:
        ask_rested(engine)
    return engine
