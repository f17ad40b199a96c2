"""A transaction keeps all or nothing, and two writers never lose each other's work."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from cpd_app import db as db_module
from cpd_app.db import WithoutWaiting, db, marking, session, transaction
from cpd_app.errors import BUSY_WORDS
from cpd_app.logs import without_rows
from cpd_app.models import Person, Society
from tests.support import builders
from tests.support.store import Store

THREADS, TIMES = 4, 10


def test_what_a_block_did_is_kept(app: Flask, store: Store, society: Society):
    with app.app_context(), transaction():
        session.get_one(Society, society.id).name = "新名称"

    assert store.get(Society, society.id).name == "新名称"


def test_an_error_undoes_all_of_it(app: Flask, store: Store, society: Society):
    def rename_and_fail() -> None:
        with app.app_context(), transaction():
            session.get_one(Society, society.id).name = "新名称"
            session.flush()
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        rename_and_fail()

    assert store.get(Society, society.id).name == society.name


def test_the_log_does_not_say_what_was_refused(app: Flask, society: Society):
    def write_twice() -> None:
        with app.app_context(), transaction():
            session.add(Society(id=society.id, name="某人的名字"))

    with pytest.raises(IntegrityError) as refused:
        write_twice()

    line = without_rows(None, "error", {"exception": str(refused.value)})
    assert "某人的名字" not in line["exception"]
    assert "INSERT INTO societies" in line["exception"]


def test_without_a_block_nothing_is_kept(app: Flask, store: Store, society: Society):
    with app.app_context():
        session.get_one(Society, society.id).name = "新名称"
        session.flush()

    assert store.get(Society, society.id).name == society.name


def test_foreign_keys_are_enforced(store: Store):
    with pytest.raises(IntegrityError):
        store.run(
            text(
                "INSERT INTO requirements (society_id, in_force_on, hours) "
                "VALUES (999, '2026-01-01', 1)"
            )
        )


def test_instants_come_back_as_they_were_stored(store: Store):
    person = builders.a_person(store)

    kept = store.get(Person, person.id).created_at

    assert kept == builders.LONG_AGO
    assert kept.tzinfo is not None


def test_nobody_loses_what_another_one_wrote(app: Flask, store: Store, society: Society):
    """Read, add one, write, from several threads: on SQLite because writers queue up first."""
    problems: list[BaseException] = []

    def add_often() -> None:
        try:
            for _ in range(TIMES):
                with app.app_context(), transaction():
                    row = session.get_one(Society, society.id, with_for_update=True)
                    row.settings = {"count": row.settings.get("count", 0) + 1}
        except BaseException as problem:  # noqa: BLE001 - shown by the assertion below
            problems.append(problem)

    _together(add_often)

    assert not problems
    assert store.get(Society, society.id).settings == {"count": THREADS * TIMES}


def _together(work: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_was_read_before_a_transaction_is_read_again_inside(
    app: Flask, store: Store, society: Society
):
    with app.app_context():
        seen = session.get_one(Society, society.id)
        with store.session() as elsewhere:
            elsewhere.get_one(Society, society.id).name = "别处改的名"

        with transaction():
            assert session.get_one(Society, society.id).name == "别处改的名"

        assert seen.name == "别处改的名"


def test_a_connection_that_rested_while_the_server_let_it_go_is_replaced(
    app: Flask, database_url: str, society: Society, monkeypatch: pytest.MonkeyPatch
):
    """SQLite has no server; there the test says that resting does no harm."""
    monkeypatch.setattr(db_module, "RESTED_SECONDS", 0.0)
    with app.app_context():
        assert session.get(Society, society.id)
        session.remove()
        if not database_url.startswith("sqlite"):
            with psycopg.connect(database_url.replace("+psycopg", "", 1)) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

        assert session.get(Society, society.id)


def test_a_writer_who_waited_too_long_is_told_so_by_an_error_that_becomes_busy(
    app: Flask, society: Society
):
    """SQLite refuses the very beginning of a transaction, PostgreSQL the row."""
    rename = text("UPDATE societies SET name = '他人' WHERE id = :id")
    impatient = {"sqlite": "PRAGMA busy_timeout = 1", "postgresql": "SET lock_timeout = 1"}

    def write() -> None:
        with transaction():
            session.execute(rename, {"id": society.id})

    # the holder's connection first: what is set below must be set on the writer's
    with app.app_context(), db_module.db.engine.connect() as holder:
        dialect = holder.dialect.name
        holder.execute(text("SELECT 1"))
        session.execute(text(impatient[dialect]))
        session.commit()
        if dialect == "sqlite":
            holder.rollback()
            holder.connection.cursor().execute("BEGIN IMMEDIATE")
        else:
            holder.execute(rename, {"id": society.id})
        with pytest.raises(OperationalError) as refused:
            write()

    assert any(words in str(refused.value) for words in BUSY_WORDS)


def test_each_mark_is_kept_by_itself_and_seen_at_once(app: Flask, store: Store, society: Society):
    with app.app_context(), marking() as mark:
        for name in ("一", "二"):
            marked = mark(update(Society).where(WithoutWaiting()).values(name=name), {})
            assert marked.rowcount == 1
            assert store.get(Society, society.id).name == name
        with transaction():  # nothing is locked by a mark that is over
            session.get_one(Society, society.id).name = "三"
    assert store.get(Society, society.id).name == "三"


@pytest.mark.usefixtures("society")
def test_only_the_marks_do_not_wait_for_the_disk(app: Flask, engine_name: str):
    unhurried = update(Society).where(WithoutWaiting()).values(name="一")
    with app.app_context():
        with marking() as mark:
            if engine_name == "postgresql":
                mark(text("SET synchronous_commit = on"), {})  # the tests' own server waits never
                how = unhurried.returning(func.current_setting("synchronous_commit"))
                assert mark(how, {}).scalar() == "off"
                assert mark(text("SHOW synchronous_commit"), {}).scalar() == "on"
            else:
                assert mark(text("PRAGMA synchronous"), {}).scalar() == 1
                assert mark(unhurried, {}).rowcount == 1
        if engine_name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
