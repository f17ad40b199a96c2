"""The whole service as processes: what `cpd run` starts, on a database and a port of its own."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.support.ports import free_port

#: for a start or an end, also while other work takes the processors
SECONDS = 300


class Service:
    """`cpd run` with its port and what it has said. It can be stopped and started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Prepare it with these settings and no others; `start` starts it."""
        self.settings = {
            "CPD_ENV": "test",
            "CPD_VAR_DIR": str(folder / "var"),
            "CPD_PORT": str(free_port()),
            **settings,
        }
        self.port = int(self.settings["CPD_PORT"])
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "said"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """Everything on its terminal since it was started last."""
        return self.log.read_text("utf-8")

    def __enter__(self) -> Self:
        """Start it and wait until it is ready."""
        try:
            self.revive()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self.stop()

    def start(self) -> None:
        """Start it and go on at once."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CPD_")}
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cpd_app.cli", "run"],
                env={**kept, **self.settings},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Return when it has said that it is ready."""
        assert self.process
        deadline = time.monotonic() + SECONDS
        while f"CPD is ready: {self.address}" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self.process
        return self.process.wait(SECONDS)

    def stop(self) -> None:
        """End it if it runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.ended()

    def revive(self) -> None:
        """Start it again if it has ended: what one test did to it is no matter of the next."""
        if self.process is None or self.process.poll() is not None:
            self.start()
            self.wait_until_ready()

    def pids(self, words: str = "") -> list[int]:
        """Its children whose command holds these words."""
        assert self.process
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
