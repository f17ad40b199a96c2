"""/metrics of the web: closed unless opened, routes by their patterns, added up over workers."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from cpd_app import config, metrics
from cpd_app.app import create_app
from tests.conftest import SECRET

TOKEN = "only-for-tests-of-metrics"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def settings(var_dir: Path, **over: str) -> config.Settings:
    given = {"CPD_ENV": "test", "CPD_VAR_DIR": str(var_dir), "CPD_SECRET_KEY": SECRET}
    return config.load({**given, **over})


@pytest.mark.parametrize(
    ("token", "address", "headers", "given", "may"),
    [
        ("", "127.0.0.1", [], None, False),
        ("", "127.0.0.1", [], "Bearer ", False),
        ("local", "127.0.0.1", ["Host"], None, True),
        ("local", "::1", [], None, True),
        ("local", "203.0.113.9", [], None, False),
        ("local", "127.0.0.1", ["x-forwarded-for"], None, False),
        ("local", "127.0.0.1", ["Forwarded"], "Bearer local", False),
        (TOKEN, "203.0.113.9", [], f"bearer {TOKEN}", True),
        (TOKEN, "127.0.0.1", [], None, False),
        (TOKEN, "127.0.0.1", [], f"Basic {TOKEN}", False),
        (TOKEN, "127.0.0.1", [], "Bearer ü", False),
    ],
)
def test_who_may_read(
    token: str, address: str, headers: list[str], given: str | None, *, may: bool
):
    assert metrics.may_read(token, address, headers, given) is may


def test_a_short_token_stops_the_start(tmp_path: Path):
    with pytest.raises(config.SettingError, match="CPD_METRICS_TOKEN"):
        settings(tmp_path, CPD_METRICS_TOKEN="short")


def test_routes_are_counted_by_their_patterns(tmp_path: Path):
    made = create_app(settings(tmp_path, CPD_METRICS_TOKEN=TOKEN))
    client = made.test_client()
    client.get("/healthz")
    client.get("/certificates/T00001234")
    assert client.get("/metrics").status_code == 404
    counted = generate_latest(metrics.registry).decode()

    assert 'cpd_requests_total{method="GET",route="/healthz",status="200"}' in counted
    assert "T00001234" not in counted
    assert 'cpd_request_seconds_bucket{le="0.01",method="GET",route="/healthz"}' in counted


def test_a_method_that_nobody_knows_makes_no_label_of_its_own(tmp_path: Path):
    made = create_app(settings(tmp_path, CPD_METRICS_TOKEN=TOKEN))
    made.test_client().open("/healthz", method="INVENTED")
    counted = generate_latest(metrics.registry).decode()

    assert "INVENTED" not in counted
    assert 'method="other"' in counted


TWO_WORKERS = """
import os, sys
from cpd_app import gunicorn_conf
gunicorn_conf.on_starting(None)
from cpd_app import metrics
children = []
for number in range(2):
    child = os.fork()
    if child == 0:
        metrics.requests.labels("GET", "/healthz", "200").inc()
        os._exit(0)
    os.waitpid(child, 0)
    children.append(child)
class Worker: pid = children[0]
gunicorn_conf.child_exit(None, Worker)
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
added = CollectorRegistry()
multiprocess.MultiProcessCollector(added)
sys.stdout.write(generate_latest(added).decode())
folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
assert os.listdir(folder)
gunicorn_conf.on_exit(None)
assert not os.path.exists(folder)
"""


def test_workers_are_added_up_and_nothing_is_left_behind(tmp_path: Path):
    environ = {
        **os.environ,
        "CPD_ENV": "test",
        "CPD_VAR_DIR": str(tmp_path),
        "CPD_SECRET_KEY": SECRET,
        "CPD_METRICS_TOKEN": TOKEN,
        "CPD_PORT": "8001",
    }
    done = subprocess.run(
        [sys.executable, "-c", TWO_WORKERS],
        env=environ, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip

    assert 'cpd_requests_total{method="GET",route="/healthz",status="200"} 2.0' in done.stdout


def test_without_a_token_nothing_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    made = create_app(settings(tmp_path))
    before: Callable[[], Any] = lambda: generate_latest(metrics.registry)  # noqa: E731
    kept = before()
    assert made.test_client().get("/healthz").status_code == 200
    assert before() == kept
