"""Run Alembic: the URL from the settings, numbered revisions, types rendered without our code."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from cpd_app import config
from cpd_app.db import engine_options, prepare_sqlite
from cpd_app.models import Base, UtcDateTime

#: A migration that cannot get its lock soon gives up instead of stopping the service.
LOCK_TIMEOUT = "10s"


def next_number() -> str:
    """The number after the highest one in the folder, such as 0002."""
    folder = Path(__file__).parent / "versions"
    numbers = [int(m[1]) for f in folder.glob("*.py") if (m := re.match(r"(\d{4})_", f.name))]
    return f"{max(numbers, default=0) + 1:04d}"


def number_revision(
    _context: MigrationContext,
    _revision: str | Iterable[str | None],
    scripts: list[MigrationScript],
) -> None:
    """Give a new revision its number as id."""
    scripts[0].rev_id = next_number()


def render_item(kind: str, obj: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our instants as plain SQLAlchemy, so that old migrations never need today's code."""
    if kind == "type" and isinstance(obj, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    """Run what was asked on this connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        process_revision_directives=number_revision,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = context.config.attributes.get("url") or config.load().database_url
    engine = create_engine(url, **engine_options(url))
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
        prepare_sqlite(engine)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()
