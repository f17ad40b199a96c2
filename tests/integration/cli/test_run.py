"""cpd run: real processes, from the first line to the last."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port

SECONDS = 60


class Launched:
    """A running `cpd run`, its port and what it has said."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Start it with these settings and no others."""
        self.port = int(settings.setdefault("CPD_PORT", str(free_port())))
        self.log = folder / "said"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CPD_")}
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cpd_app.cli", "run"],
                env={**kept, "CPD_ENV": "test", "CPD_VAR_DIR": str(folder / "var"), **settings},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """Everything on its terminal."""
        return self.log.read_text("utf-8")

    def wait_for(self, words: str) -> None:
        """Return when it has said this."""
        deadline = time.monotonic() + SECONDS
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(SECONDS)

    def listens(self) -> bool:
        """Whether anything answers on its port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def pids(self, words: str) -> list[int]:
        """Its children whose command holds these words."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = re.search(r"^PPid:\s+(\d+)", (folder / "status").read_text(), re.MULTILINE)
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended while we looked
            if parent and int(parent[1]) == self.process.pid and words in command:
                found.append(int(folder.name))
        return found


@pytest.fixture
def launched(tmp_path: Path, database_url: str) -> Iterator[Launched]:
    """The service on a database of its own, stopped at the end whatever happens."""
    service = Launched(tmp_path, CPD_DATABASE_URL=database_url.replace("+psycopg", ""))
    yield service
    if service.process.poll() is None:
        service.process.terminate()
        service.ended()


def test_it_serves_until_it_is_told_to_stop(launched: Launched):
    launched.wait_for(f"CPD is ready: http://127.0.0.1:{launched.port}")
    connection = http.client.HTTPConnection("127.0.0.1", launched.port, timeout=10)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == http.client.OK
    connection.close()

    launched.process.send_signal(signal.SIGINT)

    assert launched.ended() == 0
    assert not launched.listens()
    assert launched.pids("") == []


def test_when_the_worker_ends_the_web_is_stopped_too(launched: Launched):
    launched.wait_for("CPD is ready")
    [worker] = launched.pids("-m scheduler")

    os.kill(worker, signal.SIGKILL)

    assert launched.ended() == 1
    assert "the worker process ended by itself" in launched.said
    assert not launched.listens()


def test_a_taken_port_is_one_sentence(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        service = Launched(tmp_path, CPD_PORT=str(other.getsockname()[1]))

        assert service.ended() == 1

    assert service.said == (
        f"Error: port {service.port} on 127.0.0.1 is in use; choose another one with CPD_PORT\n"
    )


def test_an_address_of_another_machine_is_one_sentence(tmp_path: Path):
    service = Launched(tmp_path, CPD_HOST="192.0.2.1")

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
