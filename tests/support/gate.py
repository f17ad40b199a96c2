"""A door in front of the service: while it is shut, a phone has no network."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

WAITING = 128
#: how often the door looks whether it is to shut, seconds
GLANCE = 0.05
#: that nothing hangs for ever when the service does, seconds
PATIENCE = 30


class Gate:
    """Passes bytes between a port of its own and the service's.

    The port stays ours while it is shut: bound, but nobody listens, so connections are refused.
    """

    def __init__(self, behind: int) -> None:
        """It begins open."""
        self.behind = behind
        self.lock = Lock()
        self.is_open = False
        self.passing: set[socket.socket] = set()
        self.threads: list[Thread] = []
        self.door = _bound(0)
        self.port = int(self.door.getsockname()[1])
        self._open()

    @property
    def address(self) -> str:
        """Where browsers go."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Nobody comes through, and who is passing is cut off."""
        self._shut()
        self.door = _bound(self.port)
        try:
            yield
        finally:
            self._open()

    @contextmanager
    def leading_to(self, port: int) -> Iterator[None]:
        """Another service stands behind it, as after a new start with other settings."""
        usual = self.behind
        try:
            with self.shut():
                self.behind = port
            yield
        finally:
            with self.shut():
                self.behind = usual

    def close(self) -> None:
        """Shut it for good."""
        self._shut()

    def _open(self) -> None:
        self.is_open = True
        self.door.listen(WAITING)
        self.door.settimeout(GLANCE)
        keeper = Thread(target=self._keep, args=(self.door,), daemon=True)
        self.threads = [keeper]
        keeper.start()

    def _shut(self) -> None:
        with self.lock:
            self.is_open = False
            for end in self.passing:
                _cut(end)
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "somebody is still in the gate"

    def _keep(self, door: socket.socket) -> None:
        with door:
            while self.is_open:
                with suppress(TimeoutError):
                    outside, _address = door.accept()
                    visitor = Thread(target=self._let_through, args=(outside,), daemon=True)
                    self.threads.append(visitor)
                    visitor.start()

    def _let_through(self, outside: socket.socket) -> None:
        """Pass bytes in both directions until one side ends."""
        with outside:
            try:
                inside = socket.create_connection(("127.0.0.1", self.behind), PATIENCE)
            except OSError:  # the service is not there
                return
            with inside:
                inside.settimeout(None)
                if not self._enter(outside, inside):
                    return  # shut in this moment
                back = Thread(target=_carry, args=(inside, outside), daemon=True)
                back.start()
                _carry(outside, inside)
                back.join()
                with self.lock:
                    self.passing -= {outside, inside}

    def _enter(self, *ends: socket.socket) -> bool:
        with self.lock:
            if self.is_open:
                self.passing.update(ends)
            return self.is_open


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # cut off
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        _cut(end)


def _cut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
