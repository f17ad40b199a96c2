"""The database: one engine, one session per request, one way to keep what a use case did."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, Engine, Executable, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, scoped_session

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
_durable: ContextVar[bool] = ContextVar("cpd_durable", default=True)


@contextmanager
def transaction(*, durable: bool = True) -> Iterator[None]:
    """Keep what one use case did, or undo all of it.

    Without `durable` the commit does not wait for the disk: whoever is killed loses nothing, but a
    crash of the database or the machine may lose the last moment. For what can be done again.

    What was read before is read again inside: a decision is never taken on an older snapshot.
    PostgreSQL shows every statement what was committed before it, so there the transaction of the
    reading goes on; SQLite would keep its snapshot, and must take the write lock when it begins.
    """
    reading = session()
    if reading.in_transaction() and reading.get_bind().dialect.name == "sqlite":
        session.rollback()
    session.expire_all()
    token, waits = _writing.set(True), _durable.set(durable)
    try:
        if not durable and reading.get_bind().dialect.name == "postgresql":
            session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)
        _durable.reset(waits)


def run(statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement of plain tables in the transaction of the session.

    For what a hall of people does at once: the ORM's share of `session.execute` costs as much as
    such a statement itself.
    """
    return session.connection().execute(statement, values)


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
        if _writing.get():
            _wait_for_the_disk(connection, wanted=_durable.get())
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # To the driver itself: it waits for nobody, so there is no refusal to be translated,
            # and it would be half of what a short reading costs.
            connection.connection.driver_connection.execute("BEGIN")


def _wait_for_the_disk(connection: Connection, *, wanted: bool) -> None:
    """SQLite takes this setting only between transactions, and keeps it with the connection."""
    if connection.info.get("waits_for_disk", True) != wanted:
        # NORMAL in WAL mode: what is committed survives every process, not a loss of power.
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if wanted else 'NORMAL'}")
        connection.info["waits_for_disk"] = wanted


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
