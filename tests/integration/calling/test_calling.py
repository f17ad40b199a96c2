"""Calls go where the check looked and nowhere else (Shows 3 of the worker): real sockets and TLS.

A resolver and a dialler of the test's own stand for the internet: names resolve to numbers outside,
and a connection to such a number ends at a server on loopback. Whatever reaches the server
"inside" has come through.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cpd_app.calling import Answer, Caller, NotReachedError
from cpd_app.domain.errors import Rejected

OUTSIDE = "93.184.215.14"
OUTSIDE_TOO = "2606:2800:220:1:248:1893:25c8:1946"
HOST = "hooks.example.org"
URL = f"https://{HOST}/notify"


class Spoken(BaseHTTPRequestHandler):
    """Writes down what it was asked, and answers what the test wants."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        server.heard.append((self.path, dict(self.headers), body))
        status, headers, text = server.answers.get(self.path, (200, {}, b"taken"))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_words: Any) -> None:
        """Requests are not worth a line each."""


class Server:
    """A web server on loopback, with TLS for the names of its certificate."""

    def __init__(self, certificate: Path | None) -> None:
        self.web = cast("Any", ThreadingHTTPServer(("127.0.0.1", 0), Spoken))
        self.web.heard = []
        self.web.answers = {}
        self.port: int = self.web.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.web.socket = context.wrap_socket(
                self.web.socket, server_side=True, do_handshake_on_connect=False
            )
            self.web.handle_error = lambda *_about: None
        self.thread = threading.Thread(target=self.web.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def heard(self) -> list[tuple[str, dict[str, str], bytes]]:
        """Path, headers and body of each request."""
        heard: list[tuple[str, dict[str, str], bytes]] = self.web.heard
        return heard

    def answer(self, path: str, status: int, headers: dict[str, str], text: bytes = b"") -> None:
        """What to say on a path."""
        self.web.answers[path] = (status, headers, text)

    def close(self) -> None:
        """End it."""
        self.web.shutdown()
        self.thread.join()
        self.web.server_close()


class Net:
    """The internet as this test has it: names, and what answers at a number outside."""

    def __init__(self, outside: Server) -> None:
        self.outside = outside
        #: name -> what each further question is answered with; the last one stays
        self.names: dict[str, list[list[str]]] = {HOST: [[OUTSIDE]]}
        self.asked: list[str] = []
        self.dialled: list[str] = []
        #: numbers at which nobody answers
        self.dead: set[str] = set()

    def resolve(self, host: str, _port: int) -> list[str]:
        """As the system's resolver: a number is itself."""
        self.asked.append(host)
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: tuple[str, int], timeout: float) -> socket.socket:
        """Numbers outside end at the server; those inside are dialled as they are."""
        self.dialled.append(address[0])
        if address[0] in self.dead:
            raise ConnectionRefusedError
        if address[0] in {OUTSIDE, OUTSIDE_TOO}:
            return socket.create_connection(("127.0.0.1", self.outside.port), timeout)
        return socket.create_connection(address, timeout)

    def caller(self, allowed: str = "", *, seconds: float = 5.0) -> Caller:
        """A caller in this internet."""
        hosts = frozenset(allowed.split())
        return Caller(hosts, resolve=self.resolve, dial=self.dial, seconds=seconds)

    def post(self, url: str = URL, **options: Any) -> Answer:
        """One call."""
        return self.caller(**options).post(url, b'{"a":1}', {"X-Word": "yes"})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A certificate for a name, its own authority; the file holds the key too."""
    folder = tmp_path_factory.mktemp("certificates")

    def made(name: str) -> Path:
        path = folder / f"{name}.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        began = datetime(2026, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(began)
            .not_valid_after(began + timedelta(days=36500))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    return made


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
