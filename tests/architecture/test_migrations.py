"""Migrations: numbered, in one line, in step with the tables, there and back on both engines."""

import re

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from cpd_app import migrate
from cpd_app.models import Base
from tests.architecture.places import ROOT
from tests.support.databases import engine_for

FILES = sorted((ROOT / "migrations/versions").glob("*.py"))


def test_they_are_numbered_without_a_gap_in_one_line():
    script = ScriptDirectory.from_config(migrate.alembic_config())
    line = [revision.revision for revision in script.walk_revisions()][::-1]

    assert script.get_heads() == [line[-1]]
    assert line == [f"{number:04d}" for number in range(1, len(FILES) + 1)]
    assert [path.name[:5] for path in FILES] == [f"{number}_" for number in line]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_old_one_never_needs_todays_code(path):
    source = path.read_text("utf-8")

    assert not re.search(r"^\s*(from|import) (cpd_app|scheduler)", source, re.MULTILINE)
    assert re.match(r'"""\S', source), "the docstring says why"


def test_they_make_what_the_models_say(empty_database_url: str):
    migrate.upgrade(empty_database_url)
    with engine_for(empty_database_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []
        assert migrate.is_at_head(connection)


def test_down_and_up_again(empty_database_url: str):
    settings = migrate.alembic_config(empty_database_url)
    command.upgrade(settings, "head")
    command.downgrade(settings, "base")
    with engine_for(empty_database_url) as engine:
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}

    command.upgrade(settings, "head")

    with engine_for(empty_database_url) as engine:
        assert set(inspect(engine).get_table_names()) > set(Base.metadata.tables)
