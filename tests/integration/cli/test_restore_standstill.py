"""A restore refuses while something of the service lives, and says what."""

import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from cpd_app import running
from cpd_app.backup import taking
from tests.support.databases import engine_for
from tests.support.place import Place
from tests.support.scheduling import Starter, until


@pytest.fixture
def here(app: Flask, database_url: str, tmp_path: Path) -> Place:
    settings = app.config["CPD"]
    place = Place(database_url, settings.var_dir, settings.seal_key)
    place.run("backup", tmp_path / "backups")
    return place


@pytest.fixture
def there(empty_database_url: str, tmp_path: Path, here: Place) -> Place:
    """Another place, filled once."""
    place = Place(empty_database_url, tmp_path / "there", here.environ["CPD_SEAL_KEY"])
    place.run("restore", made(tmp_path))
    return place


def made(tmp_path: Path) -> Path:
    [backup] = taking.backups_in(tmp_path / "backups")
    return backup


@contextmanager
def unchanged(place: Place) -> Iterator[None]:
    """Nothing is moved aside, and a row that was written meanwhile is there."""
    before = sorted(p.name for p in place.var_dir.iterdir() if "before-" in p.name)
    yield
    assert sorted(p.name for p in place.var_dir.iterdir() if "before-" in p.name) == before


@pytest.mark.parametrize("words", [(), ("work",)])
def test_a_clock_or_a_worker_forbids_it_until_it_is_gone_however_it_went(
    there: Place, tmp_path: Path, words: tuple[str, ...]
):
    starter = Starter(there.url, there.var_dir)
    try:
        started = starter(*words)
        until(lambda: "worker ready" in started.said)
        with unchanged(there):
            said = there.run("restore", "--replace", made(tmp_path), status=3)
        assert "service_running: a process of the service runs on this machine" in said
        started.kill()
        assert "the journal verifies" in there.run("restore", "--replace", made(tmp_path))
    finally:
        starter.kill_all()


def test_the_web_processes_belong_to_it(
    there: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, value in there.environ.items():
        monkeypatch.setenv(name, value)
    conf = runpy.run_module("cpd_app.gunicorn_conf")

    conf["on_starting"](None)
    assert "service_running" in there.run("restore", "--replace", made(tmp_path), status=3)
    conf["_joined"].pop().close()
    there.run("restore", "--replace", made(tmp_path))


def test_somebody_who_has_the_database_open_forbids_it(there: Place, tmp_path: Path):
    """On another machine, or of a release that knows no lock."""
    with engine_for(there.url) as engine, engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM people"))
        connection.rollback()
        with unchanged(there):
            said = there.run("restore", "--replace", made(tmp_path), status=3)
        shown = "is open elsewhere" if engine.dialect.name == "sqlite" else "other connections from"
        assert shown in said
    there.run("restore", "--replace", made(tmp_path))


def test_in_an_emergency_it_does_not_ask(there: Place, tmp_path: Path):
    with running.join(there.var_dir):
        there.run("restore", "--replace", made(tmp_path), status=3)
        there.run("restore", "--replace", "--force", made(tmp_path))


def test_who_starts_meanwhile_waits_for_the_end(there: Place):
    starter = Starter(there.url, there.var_dir)
    try:
        with running.alone(there.var_dir) as is_alone:
            assert is_alone
            started = starter("work")
            with pytest.raises(AssertionError, match="did not happen"):
                until(lambda: "worker ready" in started.said, patience=4)
            assert started.runs
        until(lambda: "worker ready" in started.said)
        assert started.stop() == 0
    finally:
        starter.kill_all()


def test_who_ends_leaves_the_lock(tmp_path: Path):
    with running.join(tmp_path), running.join(tmp_path), running.alone(tmp_path) as is_alone:
        assert not is_alone
    with running.alone(tmp_path) as is_alone:
        assert is_alone
