"""Fixtures of all tiers: database, application, visitors, clock. What they do lies in `support`."""

import dataclasses
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from cpd_app import clock, config, migrate
from cpd_app.app import create_app
from cpd_app.db import db, transaction
from cpd_app.usecases import rules_in_force
from cpd_app.usecases.reference import load_reference
from tests.support.builders import LONG_AGO
from tests.support.cluster import Cluster, ClusterError
from tests.support.databases import (
    ENGINES,
    Databases,
    OneEngine,
    PostgresDatabases,
    SqliteDatabases,
)
from tests.support.page import Browser
from tests.support.store import Store

pytest_plugins = [
    "tests.support.people",
    "tests.support.things",
    "tests.support.imports",
    "tests.support.attendance",
    "tests.support.checkins",
    "tests.support.renewing",
    "tests.support.telling",
]

Result = TypeVar("Result")
SERVER = "cpd_postgresql_server"
TEST_SERVER = "CPD_TEST_DATABASE_URL"
SECRET = "only-for-tests-" * 3

# The first example of a run loads data and would trip the time limit of each example.
hypothesis_settings.register_profile("cpd", deadline=None)
hypothesis_settings.load_profile("cpd")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--engine` chooses the databases that integration tests run on."""
    parser.addoption(
        "--engine",
        choices=[*ENGINES, "both"],
        default="sqlite",
        help="databases for integration tests: sqlite (default), postgresql, both",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run, before xdist starts its workers."""
    for name in [n for n in os.environ if n.startswith("CPD_") and not n.startswith("CPD_TEST_")]:
        del os.environ[name]  # tests say what they need; the developer's shell does not
    given = getattr(config, "workerinput", {}).get(SERVER) or os.environ.get(TEST_SERVER)
    if given:
        os.environ[TEST_SERVER] = given
    elif config.option.engine != "sqlite" and not config.option.collectonly:
        try:
            cluster = Cluster()
        except ClusterError as lack:
            raise pytest.UsageError(str(lack)) from None
        config.add_cleanup(cluster.stop)
        os.environ[TEST_SERVER] = cluster.url


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the server is."""
    node.workerinput[SERVER] = os.environ.get(TEST_SERVER, "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that needs a database once for each chosen engine."""
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.option.engine
        metafunc.parametrize("engine_name", ENGINES if chosen == "both" else [chosen])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """How to run a failed order once more, near what failed."""
    seed = config.getoption("randomly_seed", None)
    if exitstatus and seed is not None:
        terminalreporter.write_line(f"in this order: --randomly-seed={seed}")


class Shared:
    """What tests of one process share, per kind of database: databases, engine, application."""

    def __init__(self, var_dir: Path) -> None:
        """Nothing is made before a test asks."""
        self.var_dir = var_dir
        self.databases: dict[str, Databases] = {}
        self.engines: dict[str, OneEngine] = {}
        self.apps: dict[str, Flask] = {}

    def databases_of(self, engine_name: str) -> Databases:
        """The maker of fresh databases."""
        if engine_name not in self.databases:
            self.databases[engine_name] = (
                SqliteDatabases(self.prepare)
                if engine_name == "sqlite"
                else PostgresDatabases(os.environ[TEST_SERVER], self.prepare)
            )
        return self.databases[engine_name]

    def engine_of(self, engine_name: str, url: str) -> OneEngine:
        """The engine of this kind of database; `url` is any address of that kind."""
        if engine_name not in self.engines:
            self.engines[engine_name] = OneEngine(url)
        return self.engines[engine_name]

    def prepare(self, url: str) -> None:
        """What `cpd migrate` does: newest tables, fields of engineering, baseline rules."""
        migrate.upgrade(url)
        app = create_app(_settings(self.var_dir, url))
        with app.app_context():
            with transaction():
                load_reference(now=LONG_AGO)
            db.engine.dispose()

    def app_of(self, engine_name: str) -> Flask:
        """The application; its engine is exchanged for that of each test."""
        if engine_name not in self.apps:
            url = "sqlite://" if engine_name == "sqlite" else "postgresql://localhost/none"
            self.apps[engine_name] = create_app(_settings(self.var_dir, url))
            self.apps[engine_name].testing = True
        return self.apps[engine_name]


def _settings(var_dir: Path, url: str) -> config.Settings:
    made = config.load({"CPD_ENV": "test", "CPD_VAR_DIR": str(var_dir), "CPD_SECRET_KEY": SECRET})
    return dataclasses.replace(made, database_url=url)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Databases and applications of this process."""
    made = Shared(tmp_path_factory.mktemp("shared"))
    yield made
    for databases in made.databases.values():
        databases.close()


@pytest.fixture
def database_url(shared: Shared, engine_name: str) -> Iterator[str]:
    """A database of this test's own, at the newest migration."""
    databases = shared.databases_of(engine_name)
    url = databases.fresh()
    yield url
    databases.remove(url)


@pytest.fixture
def empty_database_url(shared: Shared, engine_name: str) -> Iterator[str]:
    """A database in which no migration has run."""
    databases = shared.databases_of(engine_name)
    url = databases.empty()
    yield url
    databases.remove(url)


@pytest.fixture
def engine(shared: Shared, engine_name: str, database_url: str) -> Iterator[Engine]:
    """The engine, on this test's database."""
    with shared.engine_of(engine_name, database_url).on(database_url) as made:
        yield made


@pytest.fixture
def app(
    shared: Shared,
    engine_name: str,
    database_url: str,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Flask:
    """The application on this test's database, with a var folder of its own.

    No application context is held open: with one, a second visitor would be the first.
    """
    made = shared.app_of(engine_name)
    made.config["CPD"] = _settings(tmp_path, database_url)
    with made.app_context():
        monkeypatch.setitem(cast("dict[str | None, Engine]", db.engines), None, engine)
    # What was compiled belongs to one database: in the next one a version's number is another's.
    monkeypatch.setattr(rules_in_force, "_compiled", {})
    return made


@pytest.fixture
def store(engine: Engine) -> Store:
    """Reads and arranges rows beside the application."""
    return Store(engine)


@pytest.fixture
def do(app: Flask) -> Callable[..., Any]:
    """Call one use case as an edge does: in a context and a transaction of its own."""

    def call(usecase: Callable[..., Result], *args: Any, **options: Any) -> Result:
        with app.app_context(), transaction():
            return usecase(*args, **options)

    return call


@pytest.fixture
def anybody(app: Flask) -> Browser:
    """A visitor whom nobody knows."""
    return Browser(app)


@pytest.fixture
def at() -> Iterator[Callable[[str], datetime]]:
    """Set the clock: `at("2027-12-31 23:30")`, Beijing's when no zone is said. It stands still."""

    def set_clock(text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or clock.BEIJING).astimezone(UTC)
        clock.set_source(lambda: moment)
        return moment

    yield set_clock
    clock.set_source(None)
