"""Clocks and workers as processes of their own, and what they say."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 300


class Started:
    """One `python -m scheduler …`."""

    def __init__(self, words: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        """Start it and go on at once."""
        self.log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scheduler", *words],
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).resolve().parents[2],
            )

    @property
    def said(self) -> str:
        """Everything so far."""
        return self.log.read_text("utf-8")

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it as the kernel does when memory is out."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Ask it to end, and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()


class Starter:
    """Starts them all on one database and one var folder."""

    def __init__(self, database_url: str, folder: Path, **settings: str) -> None:
        """Nothing runs yet."""
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CPD_", "COV_"))},
            "CPD_ENV": "test",
            "CPD_VAR_DIR": str(folder),
            "CPD_SECRET_KEY": "only-for-tests-" * 3,
            "CPD_DATABASE_URL": database_url.replace("+psycopg", ""),
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.started: list[Started] = []

    def __call__(self, *words: str) -> Started:
        """One more."""
        log = self.folder / f"scheduler-{len(self.started)}.log"
        self.started.append(Started(words, self.environment, log))
        return self.started[-1]

    def kill_all(self) -> None:
        """Whatever still runs."""
        for one in self.started:
            if one.runs:
                one.kill()


def until(condition: Callable[[], object], patience: float = PATIENCE, pause: float = 0.02) -> None:
    """Wait for something that another process does, at most so many seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(pause)
