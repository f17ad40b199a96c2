"""Bring the database to the newest state of its tables, and say whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations


def alembic_config(url: str | None = None) -> Config:
    """Alembic's settings, also outside of a clone; `url` instead of the one of the settings."""
    made = Config()
    made.set_main_option("script_location", str(Path(migrations.__file__).parent))
    if url:
        made.attributes["url"] = url
    return made


def upgrade(url: str | None = None) -> None:
    """Run every migration that has not run yet."""
    command.upgrade(alembic_config(url), "head")


def is_at_head(connection: Connection) -> bool:
    """Whether every migration has run on this database."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head
