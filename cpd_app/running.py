"""Whether the service runs on this machine: its processes share a lock on a file.

The kernel frees a lock when the last process that has it ends, however it ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

#: in the var folder; what stands in it means nothing
LOCK = "service.lock"


def join(var_dir: Path) -> IO[bytes]:
    """Belong to the running service as long as what is returned is kept open.

    Waits while a restore is at work: nobody serves a database that is half put back.
    """
    file = _opened(var_dir)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


@contextmanager
def alone(var_dir: Path) -> Iterator[bool]:
    """Keep the service from starting inside the block; False when it runs already."""
    with _opened(var_dir) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _opened(var_dir: Path) -> IO[bytes]:
    var_dir.mkdir(parents=True, exist_ok=True)
    return (var_dir / LOCK).open("ab")
