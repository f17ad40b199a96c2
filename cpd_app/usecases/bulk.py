"""What only rows by the thousand need: ids ahead of the rows, statistics after them, plans."""

from typing import Any

from sqlalchemy import Table, func, select, text

from cpd_app.db import session


def next_ids(table: Table, count: int) -> list[int]:
    """Ids for rows that are about to be inserted, in ascending order, nobody else's.

    Asking each insert for its id is one statement a row (SQLite) or one of 10,000 values
    (PostgreSQL). A writer on SQLite is alone, so the highest id is certain; on PostgreSQL the
    sequence gives them out.
    """
    if _is_postgresql():
        sequence = func.pg_get_serial_sequence(table.name, "id")
        numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return sorted(session.scalars(numbers).all())
    first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
    return list(range(first, first + count))


def refresh_statistics(*tables: Any) -> None:
    """Let the planner know of many new rows at once; else it may read whole tables for each part.

    PostgreSQL looks by itself once a minute, which is long in an import. SQLite needs nothing.
    """
    if _is_postgresql():
        names = ", ".join(table.name for table in tables)
        session.execute(text(f"ANALYZE {names}"))


def plan_plainly() -> None:
    """Let PostgreSQL run the questions of this transaction as they are.

    It compiles what it takes to be long (jit). A count with many conditions is long by its estimate
    only: compiling it took a second, and running it a fraction of that.
    """
    if _is_postgresql():
        session.execute(text("SET LOCAL jit = off"))


def _is_postgresql() -> bool:
    return session.get_bind().dialect.name == "postgresql"
