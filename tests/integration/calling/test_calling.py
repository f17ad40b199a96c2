"""Calls go where the check looked and nowhere else (Shows 3 of the worker): real sockets and TLS.

A resolver and a dialler of the test's own stand for the internet: names resolve to numbers outside,
and a connection to such a number ends at a server on loopback. Whatever reaches the server
"inside" has come through.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cpd_app import calling
from cpd_app.calling import Answer, NotReachedError
from cpd_app.domain.errors import Rejected
from tests.support.net import HOST, OUTSIDE, OUTSIDE_TOO, URL, Net, Server, certificate_for


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a certificate for a name."""
    folder = tmp_path_factory.mktemp("certificates")
    return lambda name: certificate_for(name, folder)


@pytest.fixture
def inside() -> Iterator[Server]:
    """What must not be reached: a plain server of the network."""
    server = Server(None)
    yield server
    server.close()


@pytest.fixture
def net(certificates: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    """An internet in which `hooks.example.org` has a certificate that is trusted."""
    certificate = certificates(HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Server(certificate)
    yield Net(server)
    server.close()


def test_a_call_goes_to_the_number_that_was_checked_under_the_name(net: Net):
    answer = net.post()

    assert answer == Answer(200, "taken")
    [(path, headers, body)] = net.outside.heard
    assert (path, body, headers["Host"], headers["X-Word"]) == ("/notify", b'{"a":1}', HOST, "yes")
    assert (net.asked, net.dialled) == ([HOST], [OUTSIDE])


def test_a_name_that_resolves_inside_is_refused(net: Net, inside: Server):
    for number in (
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "fe80::1%2",
    ):
        net.names["evil.example.org"] = [[number]]
        with pytest.raises(Rejected, match="bridge_inside"):
            net.post(f"https://evil.example.org:{inside.port}/")

    assert (net.dialled, inside.heard) == ([], [])


def test_one_number_inside_among_many_is_enough_to_refuse(net: Net):
    net.names[HOST] = [[OUTSIDE, OUTSIDE_TOO, "10.0.0.1"]]

    with pytest.raises(Rejected, match="bridge_inside"):
        net.post()
    assert net.dialled == []


def test_a_name_that_changes_between_check_and_use_is_asked_once(net: Net, inside: Server):
    net.names[HOST] = [[OUTSIDE], ["127.0.0.1"]]

    assert net.post().status == 200

    assert (net.asked, net.dialled, inside.heard) == ([HOST], [OUTSIDE], [])
    with pytest.raises(Rejected, match="bridge_inside"):
        net.post()


def test_the_saved_address_is_checked_again_at_every_call(net: Net):
    caller = net.caller()
    net.names[HOST] = [[OUTSIDE], ["192.168.0.1"]]

    assert caller.check(URL).host == HOST
    with pytest.raises(Rejected, match="bridge_inside"):
        caller.post(URL, b"{}", {})


@pytest.mark.parametrize(
    "spelling",
    [
        "https://127.0.0.1:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://2130706433:{port}/",
        "https://0x7f.1:{port}/",
        "https://127.1:{port}/",
        "https://localhost:{port}/",
        "https://localhost.:{port}/",
        "https://evil.example.org:{port}/",
        "https://hooks.example.org@127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "https://①②⑦.0.0.1:{port}/",
    ],
)
def test_a_redirect_inside_is_refused_in_every_spelling(net: Net, inside: Server, spelling: str):
    net.names["evil.example.org"] = [["127.0.0.1"]]
    location = spelling.format(port=inside.port).encode().decode("latin-1")
    net.outside.answer("/notify", 307, {"Location": location})

    with pytest.raises(Rejected):
        net.post()

    assert (net.dialled, inside.heard) == ([OUTSIDE], [])


@pytest.mark.parametrize("location", ["http://[", "https://[::1", "https://a]b/", "//[/"])
def test_a_redirect_to_nonsense_is_refused_and_no_fault_of_ours(net: Net, location: str):
    net.outside.answer("/notify", 307, {"Location": location})

    with pytest.raises(Rejected, match="bridge_address_bad"):
        net.post()


def test_a_redirect_from_https_to_http_is_refused_even_to_a_named_host(net: Net, inside: Server):
    net.outside.answer("/notify", 308, {"Location": f"http://127.0.0.1:{inside.port}/"})

    with pytest.raises(Rejected, match="bridge_not_https"):
        net.post(allowed="127.0.0.1")

    assert inside.heard == []


def test_redirects_that_keep_the_body_are_followed_three_times(net: Net):
    for step in range(3):
        net.outside.answer(f"/{step}", 308, {"Location": f"/{step + 1}"})

    assert net.post(f"https://{HOST}/0").status == 200
    assert [path for path, _headers, _body in net.outside.heard] == ["/0", "/1", "/2", "/3"]
    assert {body for _path, _headers, body in net.outside.heard} == {b'{"a":1}'}

    net.outside.answer("/3", 307, {"Location": "/0"})
    with pytest.raises(Rejected, match="bridge_redirects"):
        net.post(f"https://{HOST}/0")


@pytest.mark.parametrize("status", [301, 302, 303])
def test_redirects_that_lose_the_body_are_an_answer_and_not_followed(net: Net, status: int):
    net.outside.answer("/notify", status, {"Location": "/other"})

    assert net.post().status == status
    assert len(net.outside.heard) == 1


def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(net: Net):
    net.names["other.example.org"] = [[OUTSIDE]]

    with pytest.raises(NotReachedError, match="bridge_tls"):
        net.post("https://other.example.org/")
    assert net.outside.heard == []


def test_a_certificate_that_nobody_signed_is_refused(
    net: Net, certificates: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates("somebody.example.org")))

    with pytest.raises(NotReachedError, match="bridge_tls"):
        net.post()
    assert net.outside.heard == []


def test_proxies_of_the_environment_are_not_asked(
    net: Net, inside: Server, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inside.port}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{inside.port}")

    assert net.post().status == 200
    assert inside.heard == []


def test_the_next_number_is_tried_when_one_does_not_answer(net: Net):
    net.names[HOST] = [[OUTSIDE_TOO, OUTSIDE]]
    net.dead = {OUTSIDE_TOO}

    assert net.post().status == 200
    assert net.dialled == [OUTSIDE_TOO, OUTSIDE]
    net.dead.add(OUTSIDE)
    with pytest.raises(NotReachedError, match="bridge_unreachable"):
        net.post()


@pytest.mark.parametrize("names", [{}, {HOST: [[]]}])
def test_a_name_that_nobody_knows_is_said_to_be_so(net: Net, names: dict[str, list[list[str]]]):
    net.names = names

    with pytest.raises(NotReachedError, match="bridge_no_name"):
        net.post()


def test_hosts_named_in_the_settings_may_lie_inside_and_speak_http(net: Net, inside: Server):
    answer = net.post(f"http://127.0.0.1:{inside.port}/sms", allowed="127.0.0.1")

    assert answer.status == 200
    assert inside.heard[0][1]["Host"] == f"127.0.0.1:{inside.port}"


def test_of_a_long_answer_only_the_beginning_is_read(net: Net):
    net.outside.answer("/notify", 200, {}, b"x" * 10_000_000)

    assert len(net.post().text) == 16 * 1024


@pytest.fixture
def strange() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """A server that does with a connection what the test says; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(act: Callable[[socket.socket], None]) -> int:
        def once() -> None:
            opened, _address = listening.accept()
            with opened:
                try:
                    act(opened)
                except OSError:
                    return  # the other side had enough

        threads.append(threading.Thread(target=once, daemon=True))
        threads[-1].start()
        return int(listening.getsockname()[1])

    yield serve
    for thread in threads:
        thread.join(10)
    listening.close()


def drip(opened: socket.socket) -> None:
    """A byte now and then, for ever."""
    opened.recv(1000)
    opened.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        opened.sendall(b"x")
        time.sleep(0.05)


def silent(opened: socket.socket) -> None:
    """Takes everything and says nothing."""
    while opened.recv(1000):
        pass


def rude(opened: socket.socket) -> None:
    """Speaks another protocol."""
    opened.recv(1000)
    opened.sendall(b"220 mail.example.org ESMTP\r\n")


def gone(opened: socket.socket) -> None:
    """Hangs up."""
    opened.recv(1000)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (drip, "bridge_slow"),
        (silent, "bridge_slow"),
        (rude, "bridge_not_http"),
        (gone, "bridge_unreachable"),
    ],
)
def test_a_strange_server_does_not_hold_the_caller(
    net: Net,
    strange: Callable[[Callable[[socket.socket], None]], int],
    act: Callable[[socket.socket], None],
    code: str,
):
    port = strange(act)
    began = time.monotonic()

    with pytest.raises(NotReachedError, match=code):
        net.post(f"http://127.0.0.1:{port}/", allowed="127.0.0.1", seconds=0.5)

    assert time.monotonic() - began < 3


def test_a_server_that_never_shakes_hands_does_not_hold_the_caller(
    net: Net, strange: Callable[[Callable[[socket.socket], None]], int]
):
    port = strange(silent)

    with pytest.raises(NotReachedError, match="bridge_slow"):
        net.post(f"https://127.0.0.1:{port}/", allowed="127.0.0.1", seconds=0.5)


@pytest.fixture
def mute(net: Net) -> Iterator[Net]:
    """A resolver that says nothing until the test is over."""
    over = threading.Event()

    def resolve(host: str, _port: int) -> list[str]:
        net.asked.append(host)
        over.wait(30)
        return [OUTSIDE]

    net.resolve = resolve  # type: ignore[method-assign]
    yield net
    over.set()


def test_a_resolver_that_says_nothing_does_not_hold_the_caller(mute: Net):
    began = time.monotonic()
    with pytest.raises(NotReachedError, match="bridge_name_slow"):
        mute.post(seconds=0.2)
    with pytest.raises(NotReachedError, match="bridge_name_slow"):
        mute.caller(seconds=0.2).check(URL)

    assert time.monotonic() - began < 3
    assert (mute.asked, mute.dialled, mute.outside.heard) == ([HOST, HOST], [], [])


def test_look_ups_that_hang_are_bounded_and_free_again_when_they_end():
    over = threading.Event()
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        over.wait(30)
        return [OUTSIDE]

    for number in range(calling.MOST_LOOK_UPS + 2):
        with pytest.raises(TimeoutError):
            calling.look_up(resolve, f"h{number}", 443, 0.05)
    assert len(asked) == calling.MOST_LOOK_UPS, "no further thread is left behind"

    over.set()
    assert calling.look_up(resolve, "again", 443, 10) == [OUTSIDE]


def test_an_answer_that_comes_too_late_is_not_called(mute: Net):
    """What was not checked in time is not used afterwards either."""
    with pytest.raises(NotReachedError):
        mute.post(seconds=0.1)
    mute.resolve = Net.resolve.__get__(mute)  # type: ignore[method-assign]

    assert mute.post().status == 200
    assert mute.dialled == [OUTSIDE]
