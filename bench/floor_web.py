"""The floor of a check-in: a bare Flask view with one idempotent insert by the driver.

Served like our own pages: `gunicorn --config python:bench.floor_web` with FLOOR_URL and FLOOR_PORT.
"""

import os
import sqlite3
import threading
from typing import Any

import psycopg
from flask import Flask, request
from flask.typing import ResponseReturnValue

wsgi_app = "bench.floor_web:create_floor()"
bind = f"127.0.0.1:{os.environ.get('FLOOR_PORT', '0')}"
worker_class = "gthread"
workers = 2
threads = 4
keepalive = 5
worker_tmp_dir = "/dev/shm"  # noqa: S108 - as in cpd_app.gunicorn_conf
control_socket_disable = True

TABLE = "CREATE TABLE IF NOT EXISTS floor (once TEXT PRIMARY KEY, session_id INT, at TEXT)"
SQLITE = "INSERT INTO floor VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
POSTGRESQL = "INSERT INTO floor VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def create_floor() -> Flask:
    """One view; a connection for each thread, kept open."""
    url = os.environ["FLOOR_URL"]
    app = Flask("floor")
    kept = threading.local()
    keep = _keep_sqlite if url.startswith("sqlite") else _keep_postgresql

    @app.post("/")
    def check_in() -> ResponseReturnValue:
        body = request.get_json()
        if not hasattr(kept, "connection"):
            kept.connection = _connect(url)
        created = keep(kept.connection, (body["key"], body["code"], body["at"]))
        return {"outcome": "accepted" if created else "already"}, 201 if created else 200

    return app


def _connect(url: str) -> Any:
    if url.startswith("sqlite"):
        made = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=FULL")
        made.execute(TABLE)
        return made
    opened = psycopg.connect(url.replace("+psycopg", "", 1))
    opened.execute("SELECT pg_advisory_xact_lock(1)")  # one maker of the table
    opened.execute(TABLE.replace("INT,", "TEXT,"))
    opened.commit()
    return opened


def _keep_sqlite(connection: Any, row: tuple[Any, ...]) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    found = connection.execute(SQLITE, row).rowcount
    connection.execute("COMMIT")
    return bool(found)


def _keep_postgresql(connection: Any, row: tuple[Any, ...]) -> bool:
    found = connection.execute(POSTGRESQL, row).rowcount
    connection.commit()
    return bool(found)
