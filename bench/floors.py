"""What the machine could do without us: a bare view, and our statements without our layers."""

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, render_template_string, request
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection

Statement = tuple[str, Any]


def bare_insert(engine: Engine) -> FlaskClient:
    """Floor 1 for writing: a Flask view that does one insert by the driver."""
    app = Flask("floor")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS floor (body TEXT)"))
    sqlite = engine.dialect.name == "sqlite"
    mark = "?" if sqlite else "%s"

    @app.post("/")
    def insert_one() -> str:
        body = json.dumps(request.get_json())
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            if sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(f"INSERT INTO floor VALUES ({mark})", (body,))  # noqa: S608 - our own
            if sqlite:
                cursor.execute("COMMIT")
            else:
                raw.commit()
        finally:
            raw.close()
        return "{}"

    return app.test_client()


def bare_page(size: int) -> FlaskClient:
    """Floor 1 for reading: a Flask view that renders one template of the same size."""
    app = Flask("floor")
    row = "<li class='row'><a href='/{{ i }}'>{{ name }} {{ i }}</a><b>{{ i / 2 }}</b></li>\n"
    rows = max(1, size // len(row))

    @app.get("/")
    def page() -> str:
        source = "{% for i in range(rows) %}" + row + "{% endfor %}"
        return render_template_string(source, rows=rows, name="记录")

    return app.test_client()


def recorded(engine: Engine, act: Callable[[], object]) -> list[Statement]:
    """The statements, with their values, that an act sends to the database."""
    seen: list[Statement] = []

    def note(_c: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def replay(engine: Engine, statements: list[Statement]) -> Callable[[], None]:
    """Floor 2: the same statements by the driver alone, in one transaction that is kept.

    Inserts of rows with a unique key would clash with themselves, so their keys are let go.
    """
    sqlite = engine.dialect.name == "sqlite"

    def run() -> None:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            if sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                if statement.startswith("BEGIN"):
                    continue
                cursor.execute(statement, values)
                if cursor.description is not None:
                    cursor.fetchall()
            if sqlite:
                cursor.execute("COMMIT")
            else:
                raw.commit()
        finally:
            raw.close()

    return run
