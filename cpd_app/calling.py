"""Calls to addresses that staff entered (SSRF guard): resolved once, checked, and only there.

The usual libraries resolve a name again when they connect, so a name that says something else the
second time leads inside; they also follow redirects and read proxies from the environment. Here the
socket is opened by us to the number that was checked, and http.client speaks over it.
The system's resolver has no time limit that a caller could set, so it is asked from a thread.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol
from urllib.parse import urljoin

from cpd_app.domain.addresses import WebAddress, is_outside, read_address
from cpd_app.domain.errors import Rejected

#: for one call with all its redirects
SECONDS = 10.0
#: for one look-up of a name
LOOK_UP_SECONDS = 5.0
#: look-ups under way at once in a process; with so many left without an answer, others wait
MOST_LOOK_UPS = 8
MOST_REDIRECTS = 3
#: of an answer nothing beyond this is read
MOST_BYTES = 16 * 1024
#: these keep method and body; 301, 302 and 303 would turn the call into a reading one
REDIRECTS = frozenset({307, 308})

Resolve = Callable[[str, int], list[str]]


class Dial(Protocol):
    """Opens a connection to a number."""

    def __call__(self, address: tuple[str, int], timeout: float) -> socket.socket:
        """Connected, or an OSError."""


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    #: the beginning of the body
    text: str


class NotReachedError(OSError):
    """No answer came; `code` says why."""

    def __init__(self, code: str) -> None:
        """`code` has a sentence in texts/bridges.py."""
        super().__init__(code)
        self.code = code


def resolve(host: str, port: int) -> list[str]:
    """Every number that the system's resolver gives for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


_look_ups = threading.BoundedSemaphore(MOST_LOOK_UPS)


def look_up(resolve: Resolve, host: str, port: int, seconds: float) -> list[str]:
    """What the resolver says within so many seconds; raises TimeoutError, or what it raises.

    A resolver that is silent is left behind in its thread, which does not keep the process.
    """
    ends = time.monotonic() + seconds
    if not _look_ups.acquire(timeout=seconds):
        raise TimeoutError
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:  # noqa: BLE001 - raised by who waits for it
            answers.put(error)
        finally:
            _look_ups.release()

    try:
        threading.Thread(target=ask, name="look-up", daemon=True).start()
    except RuntimeError:  # no thread to be had
        _look_ups.release()
        raise TimeoutError from None
    try:
        answer = answers.get(timeout=max(0.0, ends - time.monotonic()))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def dial(address: tuple[str, int], timeout: float) -> socket.socket:
    """A connection to a number; no name is looked up any more."""
    return socket.create_connection(address, timeout)


class Caller:
    """Posts to addresses that lead outside, or whose hosts the settings name."""

    def __init__(
        self,
        allowed: frozenset[str],
        *,
        resolve: Resolve = resolve,
        dial: Dial = dial,
        seconds: float = SECONDS,
    ) -> None:
        self.allowed = allowed
        self.resolve = resolve
        self.dial = dial
        self.seconds = seconds

    def check(self, url: str) -> WebAddress:
        """Whether an address may be called, by its text and by what its name resolves to now.

        Raises Rejected, or NotReachedError when the name does not exist or nobody says so in time.
        """
        address = read_address(url, self.allowed)
        self._numbers(address, time.monotonic() + self.seconds)
        return address

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post and follow redirects that keep the body, each checked like the first address.

        Raises Rejected (where it leads is refused) or NotReachedError (nobody answered properly).
        """
        ends = time.monotonic() + self.seconds
        address = read_address(url, self.allowed)
        for _hop in range(MOST_REDIRECTS + 1):
            answer, moved_to = self._once(address, body, headers, ends)
            if answer.status not in REDIRECTS or moved_to is None:
                return answer
            further = read_address(_joined(address.text, moved_to), self.allowed)
            if (address.scheme, further.scheme) == ("https", "http"):
                raise Rejected("bridge_not_https", "url")
            address = further
        raise Rejected("bridge_redirects", "url", most=MOST_REDIRECTS)

    def _numbers(self, address: WebAddress, ends: float) -> list[str]:
        """Every number of the host; all must be outside, not only the one that is taken."""
        try:
            seconds = min(LOOK_UP_SECONDS, _left(ends))
            found = look_up(self.resolve, address.host, address.port, seconds)
        except TimeoutError:
            raise NotReachedError("bridge_name_slow") from None
        except (OSError, UnicodeError):
            raise NotReachedError("bridge_no_name") from None
        if not found:
            raise NotReachedError("bridge_no_name")
        if not address.by_name and not all(is_outside(number) for number in found):
            raise Rejected("bridge_inside", "url", host=address.host)
        return found

    def _once(
        self, address: WebAddress, body: bytes, headers: Mapping[str, str], ends: float
    ) -> tuple[Answer, str | None]:
        numbers = self._numbers(address, ends)
        try:
            with closing(self._connected(address, numbers, ends)) as line:
                connection = http.client.HTTPConnection(address.host, address.port)
                connection.sock = line
                connection.request(
                    "POST",
                    address.target,
                    body,
                    {"Host": address.authority, "Connection": "close", **headers},
                )
                with closing(connection.getresponse()) as response:
                    text = response.read(MOST_BYTES).decode("utf-8", "replace")
                    return Answer(response.status, text), response.headers["Location"]
        except TimeoutError:
            raise NotReachedError("bridge_slow") from None
        except ssl.SSLError:
            raise NotReachedError("bridge_tls") from None
        except NotReachedError:
            raise
        except OSError:  # also of who hangs up, which http.client calls a bad line too
            raise NotReachedError("bridge_unreachable") from None
        except http.client.HTTPException:
            raise NotReachedError("bridge_not_http") from None

    def _connected(self, address: WebAddress, numbers: list[str], ends: float) -> "_Line":
        """A line to the first number that takes the call; TLS by the name, not by the number."""
        opened: socket.socket | None = None
        for number in numbers:
            try:
                opened = self.dial((number, address.port), _left(ends))
                break
            except TimeoutError:
                raise
            except OSError:
                continue
        if opened is None:
            raise NotReachedError("bridge_unreachable")
        if address.scheme == "http":
            return _Line(opened, ends)
        try:
            opened.settimeout(_left(ends))
            context = ssl.create_default_context()
            return _Line(context.wrap_socket(opened, server_hostname=address.host), ends)
        except BaseException:
            opened.close()
            raise


class _Line:
    """A socket with one end for everything: a server that drips does not hold the caller.

    A socket's own time limit begins anew with every byte. What http.client wants of a socket is
    `sendall`, `makefile` and `close`.
    """

    def __init__(self, opened: socket.socket, ends: float) -> None:
        self.opened = opened
        self.ends = ends

    def sendall(self, data: Any) -> None:
        """Send all of it."""
        self.opened.settimeout(_left(self.ends))
        self.opened.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """For reading the answer; the socket stays open until this is closed too."""
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """End the connection."""
        self.opened.close()


class _Reader(io.RawIOBase):
    """Reads from a line until its end."""

    def __init__(self, line: _Line) -> None:
        self.line = line
        self.inside = line.opened.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """What has come, waiting no longer than the line's end."""
        self.line.opened.settimeout(_left(self.line.ends))
        return self.inside.readinto(buffer)

    def close(self) -> None:
        """Give the socket back."""
        self.inside.close()
        super().close()


def _joined(here: str, moved_to: str) -> str:
    """Where a redirect leads; the other side may write there whatever it likes."""
    try:
        return urljoin(here, moved_to)
    except ValueError:
        raise Rejected("bridge_address_bad", "url") from None


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
