"""A crowd of phones: processes that send requests at planned moments over kept connections."""

import json
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

PROCESSES = 2
CONNECTIONS = 8
#: how long a phone waits before it sends the same again
PAUSE = 0.2
TRIES = 60

#: what a phone says, made when it says it: its number -> path, headers, JSON
Say = Callable[[int], tuple[str, dict[str, str], dict[str, Any]]]


@dataclass
class Crowd:
    """What came of it: for each phone the status and the seconds from sending to the answer."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    #: answers that did not come, after which the same was sent again
    broken: int = 0
    #: seconds that processors worked for it: the web server's and the database's processes
    worked: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers a second over the whole burst."""
        return len(self.statuses) / self.seconds

    @property
    def work(self) -> float:
        """Milliseconds of a processor for each answer; a busy machine changes it least."""
        return 1000 * self.worked / len(self.statuses)

    def percentile(self, part: int) -> float:
        """So many of a hundred waited less: 95 gives the p95."""
        return quantiles(self.took, n=100)[part - 1]


class Watch:
    """What all phones together have said and heard, for whoever looks on while they send."""

    def __init__(self) -> None:
        self.answered: Any = multiprocessing.Value("i", 0)
        #: said, and the answer has not come
        self.open: Any = multiprocessing.Value("i", 0)

    @contextmanager
    def exchange(self) -> Iterator[None]:
        """Around one exchange; it counts as answered when nothing broke."""
        _add(self.open, 1)
        try:
            yield
            _add(self.answered, 1)
        finally:
            _add(self.open, -1)


def _add(counter: Any, number: int) -> None:
    with counter.get_lock():
        counter.value += number


def arrivals(count: int, seconds: float, *, first_third: float = 0.65) -> list[float]:
    """When each of a crowd arrives: so many in the first third of the time, evenly within it."""
    early = round(count * first_third)
    third = seconds / 3
    return [i * third / early for i in range(early)] + [
        third + i * 2 * third / (count - early) for i in range(count - early)
    ]


def send_all(port: int, plan: Sequence[float], say: Say, watch: Watch | None = None) -> Crowd:
    """Let phone i send at plan[i]; a broken connection is tried again with the same words."""
    watch = watch or Watch()
    answers: Any = multiprocessing.Queue()
    start = time.monotonic() + 1.0
    crews = [
        multiprocessing.Process(
            target=_crew,
            args=(port, list(enumerate(plan))[n::PROCESSES], say, start, answers, watch),
        )
        for n in range(PROCESSES)
    ]
    for crew in crews:
        crew.start()
    crowd = Crowd()
    worked = _worked(port)
    ended = start
    for _ in crews:
        part, last, broken = answers.get()
        crowd.statuses.update({number: status for number, status, _took in part})
        crowd.took += [took for _number, _status, took in part]
        crowd.broken += broken
        ended = max(ended, last)
    for crew in crews:
        crew.join()
    crowd.seconds = ended - start
    crowd.worked = _worked(port) - worked
    return crowd


def _worked(port: int) -> float:
    """Seconds that the web server on a port and the database have worked, with their children.

    Both were started by this process; Linux only, elsewhere 0.
    """
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    roots = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
            env = (folder / "environ").read_bytes()
        except OSError:
            continue  # it ended while we looked
        pid = int(folder.name)
        parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
        if parents[pid] == os.getpid() and (
            b"postgres" in command or f"_PORT={port}".encode() in env
        ):
            roots.add(pid)
    ours = (p for p in ticks if p in roots or parents[p] in roots)
    return sum(ticks[pid] for pid in ours) / os.sysconf("SC_CLK_TCK")


def _crew(
    port: int,
    shots: list[tuple[int, float]],
    say: Say,
    start: float,
    answers: Any,
    watch: Watch,
) -> None:
    queue: Iterator[tuple[int, float]] = iter(shots)
    lock = threading.Lock()
    done: list[tuple[int, int, float]] = []
    broken: list[int] = []

    def phone() -> None:
        connection = None
        while True:
            with lock:
                number, at = next(queue, (-1, 0.0))
            if number < 0:
                return
            time.sleep(max(0.0, start + at - time.monotonic()))
            began = time.perf_counter()
            for _ in range(TRIES):
                try:
                    connection = connection or socket.create_connection(("127.0.0.1", port), 60)
                    with watch.exchange():
                        status = _exchange(connection, *say(number))
                    break
                except OSError:
                    broken.append(number)
                    connection = None
                    time.sleep(PAUSE)
            else:
                status = 0
            done.append((number, status, time.perf_counter() - began))

    phones = [threading.Thread(target=phone) for _ in range(CONNECTIONS)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    answers.put((done, time.monotonic(), len(broken)))


def _exchange(
    connection: socket.socket, path: str, headers: dict[str, str], body: dict[str, Any]
) -> int:
    """One POST over a kept connection; OSError when it breaks."""
    data = json.dumps(body).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{head}Content-Length: {len(data)}\r\n\r\n".encode()
        + data
    )
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    top, _, rest = got.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in top.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    while len(rest) < length:
        rest += _more(connection)
    return int(top.split(b" ", 2)[1])


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("closed")
    return piece
