"""A door in front of the service: while it is shut, a phone has no network."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread


class Gate:
    """Passes bytes between a port of its own and the service's."""

    def __init__(self, behind: int) -> None:
        """It begins open."""
        self.behind = behind
        self.port = 0
        self.passing: list[socket.socket] = []
        self._open()

    @property
    def address(self) -> str:
        """Where browsers go."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Nobody comes through, and who is passing is cut off."""
        self.close()
        try:
            yield
        finally:
            self._open()

    def close(self) -> None:
        """Shut it."""
        self.server.shutdown()
        for end in self.passing:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.server.server_close()
        self.thread.join()
        self.passing.clear()

    def _open(self) -> None:
        gate = self

        class Passage(BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    gate.let_through(self.request)

        class Door(ThreadingTCPServer):
            allow_reuse_address = True
            request_queue_size = 64

        self.server = Door(("127.0.0.1", self.port), Passage)
        self.port = self.server.server_address[1]
        self.thread = Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def let_through(self, outside: socket.socket) -> None:
        """Pass bytes in both directions until one side ends."""
        with closing(socket.create_connection(("127.0.0.1", self.behind))) as inside:
            self.passing += [outside, inside]
            back = Thread(target=_carry, args=(inside, outside))
            back.start()
            _carry(outside, inside)
            back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # cut off
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
