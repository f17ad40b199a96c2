"""A typesetting process that is kept warm: documents of a few pages in tens of milliseconds.

Starting a process and reading the typefaces takes longer than setting a dossier. One process is
kept for each process of ours; whoever finds it busy sets with one of their own, as large documents
always do. It ends by itself when it has rested, has set many, or has grown.
"""

import atexit
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
HEAD = struct.Struct(">BQ")
SET, FAULT = 0, 1
PIECE = 1 << 20


class Press:
    """The process, started when it is first needed and again after it has ended."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Nothing is started yet."""
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def set(self, job: Mapping[str, Any], patience: float) -> tuple[int, bytes] | None:
        """SET and the PDF, or FAULT and what was said; None when it is busy or has just ended."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            child = self._running()
            data = json.dumps(job, ensure_ascii=False).encode()
            ends = time.monotonic() + patience
            try:
                _write(child.stdin, HEAD.pack(SET, len(data)) + data)
                state, length = HEAD.unpack(_read(child.stdout, HEAD.size, ends))
                return state, _read(child.stdout, length, ends)
            except (EOFError, BrokenPipeError, TimeoutError):
                self._end()
                return None
        finally:
            self._lock.release()

    def close(self) -> None:
        """End it; the next document starts another one."""
        with self._lock:
            self._end()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._owner != os.getpid():  # of the process that we were forked from: not ours to end
            self._child, self._owner = None, os.getpid()
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "cpd_app.documents.child", "--serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=self._environment,
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _write(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is None:
        raise EOFError
    pipe.write(data)
    pipe.flush()


def _read(pipe: IO[bytes] | None, length: int, ends: float) -> bytes:
    """So many bytes, or EOFError, or TimeoutError when it takes too long."""
    if pipe is None:
        raise EOFError
    parts: list[bytes] = []
    while length:
        ready, _, _ = select.select([pipe], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(pipe.fileno(), min(length, PIECE))
        if not piece:
            raise EOFError
        parts.append(piece)
        length -= len(piece)
    return b"".join(parts)


press = Press({k: v for k, v in os.environ.items() if not k.startswith("CPD_")})
atexit.register(press.close)
