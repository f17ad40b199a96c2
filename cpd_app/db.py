"""The database: one engine, one session per request, one way to keep what a use case did."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Boolean, CursorResult, Engine, Executable, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.sql.functions import FunctionElement

from cpd_app.models import Base

if TYPE_CHECKING:
    from flask import Flask

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
session: scoped_session[Session] = db.session  # type: ignore[assignment]

#: How long a writer waits for another one before it gives up, seconds (SQLite).
BUSY_SECONDS = 20
#: A connection that was used this lately is taken as it is (PostgreSQL).
RESTED_SECONDS = 1.0

_writing: ContextVar[bool] = ContextVar("cpd_writing", default=False)

#: runs a statement of plain tables with its values
Run = Callable[[Executable, Mapping[str, Any]], CursorResult[*tuple[Any, ...]]]


@contextmanager
def transaction() -> Iterator[None]:
    """Keep what one use case did, or undo all of it.

    What was read before is read again inside: a decision is never taken on an older snapshot.
    PostgreSQL shows every statement what was committed before it, so there the transaction of the
    reading goes on; SQLite would keep its snapshot, and must take the write lock when it begins.
    """
    reading = session()
    if reading.in_transaction() and reading.get_bind().dialect.name == "sqlite":
        session.rollback()
    session.expire_all()
    token = _writing.set(True)
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)


def run(statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement of plain tables in the transaction of the session.

    For what a hall of people does at once: the ORM's share of `session.execute` costs as much as
    such a statement itself.
    """
    return session.connection().execute(statement, values)


class WithoutWaiting(FunctionElement[bool]):
    """A condition that is always true; the commit of its statement does not wait for the disk.

    PostgreSQL: for this transaction only, so that nothing of it stays with the connection, which
    may be a pooler's.
    """

    name = "without_waiting"
    type = Boolean()
    inherit_cache = True  # or its statement would be compiled each time


@compiles(WithoutWaiting)
def _always(*_: Any, **__: Any) -> str:
    return "1 = 1"


@compiles(WithoutWaiting, "postgresql")
def _this_time(*_: Any, **__: Any) -> str:
    return "set_config('synchronous_commit', 'off', true) = 'off'"


@contextmanager
def marking() -> Iterator[Run]:
    """A connection on which every statement is kept by itself, at once: one round trip a mark.

    For who does a thing after the other outside the database and writes down each. With
    `WithoutWaiting` in the statement whoever is killed loses nothing, and a crash of the database
    or the machine may lose the last moment (SQLite in WAL mode: a loss of power). For what can be
    done again.
    """
    engine = session.get_bind().engine
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(**{_BY_ITSELF: True}) as connection:
            driver: Any = connection.connection.driver_connection
            # SQLite takes the setting only between transactions; here are none.
            driver.execute("PRAGMA synchronous=NORMAL")
            try:
                yield connection.execute
            finally:
                driver.execute("PRAGMA synchronous=FULL")
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection.execute


#: option of a SQLite connection: no statement of it is inside a transaction
_BY_ITSELF = "cpd_by_itself"


def engine_options(url: str) -> dict[str, Any]:
    """Options of the engine for this database, used by the app and by the migrations."""
    if url.startswith("sqlite"):
        # isolation_level None: we begin by hand, or pysqlite's late BEGIN loses updates silently.
        return {
            "connect_args": {"timeout": BUSY_SECONDS, "isolation_level": None},
            "json_deserializer": read_json,
            "hide_parameters": True,  # an error is logged, what people typed is not
        }
    return {
        "isolation_level": "READ COMMITTED",  # `transaction` counts on it
        "pool_size": 8,
        "max_overflow": 4,
        "json_deserializer": read_json,
        "hide_parameters": True,
    }


def ask_rested(engine: Engine) -> None:
    """Ask a connection that has rested whether it is still there, before somebody works with it.

    Not every time: while a hall of people checks in, asking would cost as much as the work.
    """

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _holder: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or time.monotonic() - since < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool takes another one


def read_json(text: str | bytes) -> Any:
    """A JSON column; most of ours are empty, which need no parser."""
    if text in ("[]", b"[]"):
        return []
    if text in ("{}", b"{}"):
        return {}
    return json.loads(text)


def prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and transactions that take the write lock when they begin."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        # A reader that becomes a writer fails with "database is locked" without waiting, so a
        # transaction that will write takes the lock at once; reading stays out of its way (WAL).
        if _BY_ITSELF in connection.get_execution_options():
            return
        if _writing.get():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # To the driver itself: it waits for nobody, so there is no refusal to be translated,
            # and it would be half of what a short reading costs.
            connection.connection.driver_connection.execute("BEGIN")


def init(app: "Flask", url: str) -> None:
    """Give the app its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        else:
            ask_rested(db.engine)
