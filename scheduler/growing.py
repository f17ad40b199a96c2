"""A file that is made in steps: what a killed worker had finished of it is there for the next one.

Beside the bytes lies a list with a line for each whole step: where its bytes end, and what it
noted. Whoever opens the file again finds it as it was after the last whole step.
"""

import fcntl
import json
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from scheduler.work import Stopped

BYTES, STEPS = "bytes", "steps"
CHUNK = 256 * 1024


class Growing:
    """The bytes and the steps in one folder; one worker at a time."""

    def __init__(self, folder: Path) -> None:
        """Open it where it ended, or begin it.

        Raises `Stopped` while another worker has it: one that was thought dead may only have
        slept, and must not write between the lines of its successor.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / BYTES
        self._steps = (folder / STEPS).open("a+b")
        try:
            fcntl.flock(self._steps, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._steps.close()
            raise Stopped from None
        self.file: BinaryIO = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        #: what each whole step of earlier workers noted
        self.notes: list[Any] = []
        self._find_end()

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let go of it; the folder stays."""
        self.file.close()
        self._steps.close()

    def whole(self, note: Any) -> None:
        """Everything written so far is a whole step; from here on it survives this worker.

        The bytes reach the disk before the line that speaks of them.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        line = json.dumps([self.file.seek(0, os.SEEK_END), note], ensure_ascii=False)
        self._steps.write(line.encode() + b"\n")
        self._steps.flush()

    def _find_end(self) -> None:
        size, ends_at, lines_end = self.file.seek(0, os.SEEK_END), 0, 0
        self._steps.seek(0)
        for line in self._steps:
            if not line.endswith(b"\n"):
                break  # killed while writing it
            end, note = json.loads(line)
            if end > size:
                break  # the machine stopped, and lost bytes that the line speaks of
            ends_at, lines_end = end, lines_end + len(line)
            self.notes.append(note)
        self._steps.truncate(lines_end)
        self.file.truncate(ends_at)
        self.file.seek(ends_at)


@dataclass(frozen=True)
class Entry:
    """A file of the archive as its directory will name it."""

    filename: str
    date_time: tuple[int, ...]
    CRC: int
    compress_size: int
    file_size: int
    header_offset: int
    compress_type: int

    @classmethod
    def of(cls, info: zipfile.ZipInfo) -> Self:
        """What has to be remembered of it."""
        return cls(**{name: getattr(info, name) for name in cls.__dataclass_fields__})

    def info(self) -> zipfile.ZipInfo:
        """As zipfile wants it."""
        info = zipfile.ZipInfo(self.filename)
        for name, value in asdict(self).items():
            setattr(info, name, value)
        info.date_time = tuple(self.date_time)  # type: ignore[assignment]
        return info


class GrowingArchive:
    """A ZIP in such a file: it goes on after its last whole step, whatever its size (ZIP64).

    Memory holds the directory and a piece of one file; `close` writes the directory.
    """

    def __init__(self, growing: Growing) -> None:
        """Go on after what is there."""
        self._growing = growing
        self._zip = zipfile.ZipFile(growing.file, "w", zipfile.ZIP_STORED)
        #: what each whole step of earlier workers noted besides its entries
        self.notes: list[Any] = []
        for note in growing.notes:
            self._zip.filelist.extend(Entry(**one).info() for one in note["entries"])
            self.notes.append(note["of"])
        growing.notes.clear()
        self._known = len(self._zip.filelist)

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let go of it; one that was not closed stays open for the next worker."""
        self._zip.fp = None  # or zipfile would close it when it is forgotten

    def add(
        self, name: str, content: bytes | BinaryIO, moment: tuple[int, ...], *, packed: bool = True
    ) -> None:
        """One file; `packed` ones (photos, PDFs) are not compressed again."""
        info = zipfile.ZipInfo(name, moment)  # type: ignore[arg-type]
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        if isinstance(content, bytes):
            self._zip.writestr(info, content)
            return
        with self._zip.open(info, "w") as target:
            while piece := content.read(CHUNK):
                target.write(piece)

    def whole(self, of: Any) -> None:
        """What was added since the last time is a whole step."""
        added = self._zip.filelist[self._known :]
        self._growing.whole({"of": of, "entries": [asdict(Entry.of(info)) for info in added]})
        self._known += len(added)

    def close(self) -> None:
        """Write the directory: now it is a ZIP."""
        self._zip.close()
        self._growing.file.flush()
