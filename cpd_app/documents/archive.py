"""An archive that is sent while it is made."""

import io
from typing import Any


class Sink(io.RawIOBase):
    """Takes what the archive writes until somebody drains it; it cannot go back."""

    def __init__(self) -> None:
        """Empty."""
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep it."""
        self._parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        """What was written since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken
