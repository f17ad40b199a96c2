"""cpd run: real processes, from the first line to the last."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import Service


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """The service on a database of its own, stopped at the end whatever happens."""
    made = Service(tmp_path, CPD_DATABASE_URL=database_url.replace("+psycopg", ""))
    made.start()
    yield made
    made.stop()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_serves_until_it_is_told_to_stop(service: Service):
    service.wait_until_ready()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == http.client.OK
    connection.close()

    assert service.process
    service.process.send_signal(signal.SIGINT)

    assert service.ended() == 0
    assert not listens(service.port)
    assert service.pids() == []


def test_when_the_worker_ends_the_web_is_stopped_too(service: Service):
    service.wait_until_ready()
    [worker] = service.pids("-m scheduler")

    os.kill(worker, signal.SIGKILL)

    assert service.ended() == 1
    assert "the worker process ended by itself" in service.said
    assert not listens(service.port)


def test_a_taken_port_is_one_sentence(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        service = Service(tmp_path, CPD_PORT=str(other.getsockname()[1]))
        service.start()

        assert service.ended() == 1

    assert service.said == (
        f"Error: port {service.port} on 127.0.0.1 is in use; choose another one with CPD_PORT\n"
    )


def test_an_address_of_another_machine_is_one_sentence(tmp_path: Path):
    service = Service(tmp_path, CPD_HOST="192.0.2.1")
    service.start()

    assert service.ended() == 1
    assert service.said.startswith("Error: cannot listen on 192.0.2.1 port")
    assert service.said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CPD_PORT", "eighty", "cpd: CPD_PORT is 'eighty'; expected a whole number"),
        ("CPD_ENV", "live", "cpd: CPD_ENV is 'live'; expected one of"),
        ("CPD_PROT", "8000", "cpd: CPD_PROT is not a setting"),
    ],
)
def test_a_bad_setting_stops_the_start_with_its_name(
    tmp_path: Path, name: str, value: str, expected: str
):
    answer = subprocess.run(
        [sys.executable, "-m", "cpd_app.cli", "run"],
        env={**os.environ, "CPD_VAR_DIR": str(tmp_path), name: value},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert answer.stderr.startswith(expected)
    assert answer.stderr.count("\n") == 1
