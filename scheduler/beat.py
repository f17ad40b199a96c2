"""Says at intervals that a worker still lives, while it does something long."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from cpd_app.db import transaction

log = structlog.get_logger()

BEAT_SECONDS = 5.0
#: without a beat for so long, what is held may be another worker's: well inside every lease
SILENT_SECONDS = 15.0


class Beat:
    """Renews a lease from a thread of its own as long as the block lasts."""

    def __init__(self, app: Flask, renew: Callable[[], object]) -> None:
        """`renew` is called in a context and a transaction."""
        self.app = app
        self.renew = renew
        self._last = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether what is held is surely still ours; asked before each thing that cannot be undone.

        False after a pause of the whole machine, or while the database does not answer.
        """
        return time.monotonic() - self._last < SILENT_SECONDS

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End, and wait for a beat that is under way."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            began = time.monotonic()
            try:
                with self.app.app_context(), transaction():
                    self.renew()
            except SQLAlchemyError:
                log.exception("lease not renewed")
            else:
                self._last = began
