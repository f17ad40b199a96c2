"""The mailbox of what came back: read over IMAP, marked only after the commit."""

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cpd_app import clock
from cpd_app.domain.messages import MessageKind
from cpd_app.mailbox import MailboxError
from cpd_app.models import Delivery, JobRun
from cpd_app.usecases import deliveries, messages
from cpd_app.usecases.messages import Draft
from scheduler import bounce_box, jobs, runner
from tests.support.builders import a_person
from tests.support.came_back import came_back
from tests.support.imap_server import PASSWORD, USER, Box, imap_server
from tests.support.store import Store

#: noon in Shanghai
NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
ADDRESS = "lin@member.example"
Do = Callable[..., Any]


@pytest.fixture
def envelope(store: Store, do: Do) -> str:
    """The word of a letter that left."""
    person = a_person(store, email=ADDRESS)
    do(messages.tell, Draft(person.id, MessageKind.TRIAL, "t"), now=NOW - timedelta(hours=1))
    [parcel] = do(deliveries.claim, store.all(select(Delivery.id)), worker="w", now=NOW)
    do(deliveries.mark_sent, parcel.envelope, worker="w", now=NOW)
    return str(parcel.envelope)


@pytest.fixture
def box(envelope: str) -> Box:
    return Box(
        {
            3: came_back("163-not-found", envelope, ADDRESS),
            7: came_back("a-member-answers", envelope, ADDRESS),
            8: came_back("out-of-office", envelope, ADDRESS),
        }
    )


def address_of(port: int, scheme: str = "imap", folder: str = "") -> str:
    return f"{scheme}://{quote(USER)}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}{folder}"


@pytest.fixture
def read(app: Flask) -> Callable[..., dict[str, int]]:
    def call(url: str) -> dict[str, int]:
        settings = replace(app.config["CPD"], bounce_url=url)
        with app.app_context():
            return bounce_box.read_bounces(settings, lambda: NOW)

    return call


def state(store: Store) -> str:
    return str(store.one(select(Delivery.state)))


def test_what_came_back_is_marked_and_what_a_person_wrote_is_flagged(read, box, store) -> None:
    with imap_server(box) as port:
        assert read(address_of(port)) == {"read": 3, "bounced": 1, "other": 1, "automatic": 1}
        assert read(address_of(port)) == {"read": 0}
    assert state(store) == "failed"
    assert box.flags == {3: {r"\Seen"}, 7: {r"\Seen", r"\Flagged"}, 8: {r"\Seen"}}


def test_the_folder_of_the_setting_is_opened(read, box) -> None:
    with imap_server(box) as port:
        read(address_of(port, folder="/INBOX%2Fback"))
    assert 'SELECT "INBOX/back"' in box.heard


def test_only_the_beginning_of_a_huge_letter_is_fetched(read, box, store) -> None:
    box.letters = {1: box.letters[3] + b"A" * 3_000_000}
    with imap_server(box) as port:
        assert read(address_of(port))["bounced"] == 1
    assert state(store) == "failed"


def test_what_could_not_be_flagged_is_read_again_and_changes_nothing(read, box, store) -> None:
    box.hangs_up_at = "STORE"
    with imap_server(box) as port:
        with pytest.raises(MailboxError):
            read(address_of(port))
        assert state(store) == "failed"
        assert box.flags == {}
        box.hangs_up_at = ""
        assert read(address_of(port)) == {"read": 3, "known": 1, "other": 1, "automatic": 1}


def test_what_cannot_be_kept_is_not_flagged(read, box, engine, store) -> None:
    with imap_server(box) as port:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE deliveries RENAME TO gone")
        with pytest.raises(SQLAlchemyError):
            read(address_of(port))
        assert box.flags == {}
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO deliveries")
        assert read(address_of(port))["bounced"] == 1
    assert state(store) == "failed"


@pytest.mark.parametrize("at", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_a_server_that_refuses_or_hangs_up_is_said_without_the_password(read, box, at) -> None:
    for how in ("refused_at", "hangs_up_at"):
        broken = replace(box, **{how: at})
        with imap_server(broken) as port, pytest.raises(MailboxError) as error:
            read(address_of(port))
        assert "secret" not in repr(error.value)
        assert error.value.__cause__ is None
        assert broken.flags == {}


def test_a_silent_server_is_left(read, box, monkeypatch) -> None:
    monkeypatch.setattr(bounce_box, "TIMEOUT", 1)
    box.silent_at = "SEARCH"
    with imap_server(box) as port, pytest.raises(MailboxError, match="TimeoutError"):
        read(address_of(port))


def test_nobody_there_is_a_failed_run_and_no_more(app, store, at, capsys) -> None:
    at(NOW.isoformat())
    app.config["CPD"] = replace(app.config["CPD"], bounce_url=address_of(1))
    [job] = [j for j in jobs.table(lambda _n: {}, lambda _n: {}) if j.name == "read-bounces"]
    assert not runner.run_job(app, job)
    assert store.one(select(JobRun.problem)) == "MailboxError"
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err


def test_without_a_mailbox_nothing_is_read(app) -> None:
    with app.app_context():
        assert jobs.read_bounces(lambda: NOW) == {"read": 0}


def test_tls_is_spoken_and_the_certificate_checked(read, box, tmp_path, monkeypatch) -> None:
    server, certificate = _secure(tmp_path)
    with imap_server(box, server) as port:
        with pytest.raises(MailboxError, match="SSLCertVerificationError"):
            read(address_of(port, "imaps"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert read(address_of(port, "imaps"))["bounced"] == 1


def _secure(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for this machine, and the certificate to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    began = clock.now() - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=30))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate
