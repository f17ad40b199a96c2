"""The internet of a test: names, numbers outside that end on loopback, servers with TLS."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cpd_app.calling import Answer, Caller

OUTSIDE = "93.184.215.14"
OUTSIDE_TOO = "2606:2800:220:1:248:1893:25c8:1946"
HOST = "hooks.example.org"
URL = f"https://{HOST}/notify"


class Spoken(BaseHTTPRequestHandler):
    """Writes down what it was asked, and answers what the test wants."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Note it and answer."""
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


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate for a name, its own authority; the file holds the key too."""
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
