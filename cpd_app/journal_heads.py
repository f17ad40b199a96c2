"""Heads of the journal's chain, kept in files outside the database: a line each, a file a day."""

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from cpd_app.usecases.journal_seals import Head

FOLDER = "journal-heads"


class HeadFiles:
    """The folder of heads; the worker appends, the check and the public address read."""

    def __init__(self, var_dir: Path) -> None:
        """The folder is made with the first head."""
        self.folder = var_dir / FOLDER

    def append(self, head: Head) -> None:
        """Keep a head; it is on the disk when this returns. The same one twice is kept once."""
        last = self.last()
        if last is not None and last.sequence >= head.sequence:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{head.sealed_at:%F}.txt"
        # A crash may have left a line without its end.
        whole = not path.exists() or path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="ascii") as file:
            file.write("" if whole else "\n")
            file.write(f"{head.sequence} {head.digest} {head.sealed_at.isoformat()}\n")
            file.flush()
            os.fsync(file.fileno())

    def last(self) -> Head | None:
        """The newest head that is kept."""
        files = self._files()
        return next(iter(reversed(list(_heads(files[-1])))), None) if files else None

    def all(self) -> Iterator[Head]:
        """Every head, the oldest first."""
        for path in self._files():
            yield from _heads(path)

    def of_days(self) -> Iterator[Head]:
        """The last head of each day: what is published."""
        for path in self._files():
            yield from list(_heads(path))[-1:]

    def thin_out(self, before: date) -> int:
        """Of days before this one keep the last head only; returns how many lines went."""
        removed = 0
        for path in self._files():
            lines = path.read_text(encoding="ascii").splitlines(keepends=True)
            if path.stem >= before.isoformat() or len(lines) < 2:
                continue
            shorter = path.with_suffix(".new")
            shorter.write_text(lines[-1], encoding="ascii")
            shorter.replace(path)
            removed += len(lines) - 1
        return removed

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("????-??-??.txt"))


def _heads(path: Path) -> Iterator[Head]:
    for line in path.read_text(encoding="ascii").splitlines():
        parts = line.split(" ")
        if len(parts) == 3:  # a line that was cut off by a crash is none
            yield Head(int(parts[0]), parts[1], datetime.fromisoformat(parts[2]))
