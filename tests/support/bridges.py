"""Bridges of a test: the example of docs/ as a program, and one that answers what it is told."""

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

EXAMPLE = Path(__file__).parents[2] / "docs/examples/bridge_receiver.py"


def example() -> Any:
    """The example as a module, for its parts."""
    spec = importlib.util.spec_from_file_location("bridge_receiver", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Receiver:
    """The example as a process, with what it said."""

    def __init__(self, folder: Path, secrets: str) -> None:
        self.said = folder / "said"
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "HOME"}}
        settings = {
            "CPD_BRIDGE_SECRETS": secrets,
            "BRIDGE_PORT": "0",
            "BRIDGE_STORE": str(folder / "bridge.sqlite"),
            "PYTHONIOENCODING": "utf-8",
        }
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(EXAMPLE)], env=kept | settings, stdout=out, stderr=out
            )

    @property
    def url(self) -> str:
        """Where it listens, once it does."""
        deadline = time.monotonic() + 60
        while not (found := re.search(r"receiving on (\S+)", self.text)):
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)
        return found[1]

    @property
    def text(self) -> str:
        """Everything it said."""
        return self.said.read_text("utf-8")

    @property
    def sent(self) -> list[str]:
        """The SMS that it sent."""
        return [line for line in self.text.splitlines() if line.startswith("SMS")]

    def sent_at_last(self, count: int) -> list[str]:
        """The SMS, once there are so many: they leave after the answer."""
        deadline = time.monotonic() + 60
        while len(self.sent) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.sent

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(60)


@contextmanager
def receiving(folder: Path, secrets: str) -> Iterator[Receiver]:
    """The example as long as the block lasts."""
    receiver = Receiver(folder, secrets)
    try:
        yield receiver
    finally:
        receiver.stop()


@contextmanager
def answering(status: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A bridge that answers everything with one status; gives its address and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"as you say")

        def log_message(self, *_words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
