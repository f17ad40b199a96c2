"""Units and the proxy's configuration fit the program that they start and stand before."""

import configparser
import importlib.util
import re
from pathlib import Path

import pytest

from cpd_app import config

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OPERATIONS = (DEPLOY.parent / "docs/operations.md").read_text("utf-8")
#: what each unit may start: the module that must be there, and the words after it
STARTS = {
    "cpd-web@": ("gunicorn", "--config python:cpd_app.gunicorn_conf"),
    "cpd-work": ("scheduler", "all"),
    "cpd-clock": ("scheduler", ""),
    "cpd-worker@": ("scheduler", "work"),
}


def unit_of(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path, "utf-8")
    return read


def blocks_of(text: str) -> dict[str, list[str]]:
    """Directives of nginx by block, the block named with those around it."""
    bare = re.sub(r"#[^\n]*", "", text)
    found: dict[str, list[str]] = {"": []}
    around: list[str] = []
    for words, end in re.findall(r"([^;{}]*)([;{}])", bare):
        said = " ".join(words.split())
        if end == "{":
            around.append(said)
            assert " > ".join(around) not in found or said == "server"
            found.setdefault(" > ".join(around), [])
        elif end == "}":
            assert not said, f"{said} has no semicolon"
            around.pop()
        else:
            found[" > ".join(around)].append(said)
    assert not around, "a block is not closed"
    return found


def test_every_unit_is_here_and_explained():
    assert [path.stem for path in UNITS] == sorted(STARTS)
    assert [path.name for path in UNITS if path.name not in OPERATIONS] == []
    assert "deploy/nginx.conf" in OPERATIONS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_what_is_there(path: Path):
    unit = unit_of(path)
    module, words = STARTS[path.stem]
    program, *said = unit["Service"]["ExecStart"].split(" ", 1)
    assert importlib.util.find_spec(module) is not None
    if module == "scheduler":
        assert (program, *said) == (
            "/srv/cpd/.venv/bin/python",
            " ".join(w for w in ("-m scheduler", words) if w),
        )
    else:
        assert (program, *said) == ("/srv/cpd/.venv/bin/gunicorn", words)
    assert set(unit.sections()) == {"Unit", "Service", "Install"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_writes_only_where_the_program_does_and_ends_in_its_own_time(path: Path):
    service = unit_of(path)["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "true"
    assert service["ReadWritePaths"].split()[0] == "/srv/cpd/var"
    settings = [v.partition("=")[0] for k, v in service.items() if k == "Environment"]
    assert set(settings) <= set(config.DESCRIPTIONS)
    # gunicorn's graceful_timeout is 20 s
    assert int(service["TimeoutStopSec"]) > 20
    assert service["Restart"] == "always"


def test_the_proxy_says_who_asks_and_keeps_what_is_secret():
    blocks = blocks_of((DEPLOY / "nginx.conf").read_text("utf-8"))
    server = blocks["server"]
    assert "proxy_set_header X-Forwarded-For $remote_addr" in server
    assert "proxy_set_header X-Forwarded-Proto https" in server
    assert "client_max_body_size 24m" in server
    assert blocks["server > location = /metrics"] == ["deny all"]
    assert "access_log off" in blocks["server > location /calendars/own/"]
    for location in ("server > location /", "server > location /calendars/own/"):
        assert "proxy_pass http://cpd" in blocks[location]
    ports = [words.split()[1].rpartition(":")[2] for words in blocks["upstream cpd"][:2]]
    assert all(f"cpd-web@{port}" in OPERATIONS for port in ports)
