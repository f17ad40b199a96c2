"""Letters leave by SMTP or are printed; both mailers have the same two methods."""

import smtplib
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from cpd_app import config
from cpd_app.mail import ConsoleMailer, SmtpMailer, letter_to, mailer_of

NOW = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)


def a_letter(to: str = "lin@example.org", subject: str = "设置新密码的代码") -> EmailMessage:
    """A letter with Chinese in every part."""
    return letter_to(
        to, subject=subject, text="林示范：\n代码 K7M4\n", sender="学会 <cpd@example.org>", now=NOW
    )


class Conversation(socketserver.StreamRequestHandler):
    """One connection to a mail server that takes everything, as far as RFC 5321 needs it."""

    server: "Server"

    def handle(self) -> None:
        """Answer each command; keep the letters."""
        self.server.connections += 1
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line.split()[0].upper().decode() if line.split() else ""
            if word == "DATA":
                self.say("354 go on")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                letter = message_from_bytes(body, policy=policy.default)
                self.server.letters.append(letter)
                if "slow@" in str(letter["To"]):
                    time.sleep(1.5)
            if word == "QUIT":
                self.say("221 bye")
                return
            self.server.said.append(line.decode(errors="replace").strip())
            if word == "RCPT" and b"silent@" in line:
                continue
            if word == "RCPT" and b"closing@" in line:
                self.say("421 closing")
                return
            if word == "RCPT" and b"later@" in line:
                self.say("451 try again later")
            elif word == "RCPT" and b"refused@" in line:
                self.say("550 no such mailbox")
            else:
                self.say(f"250-ok\r\n250 {self.server.offers}" if word == "EHLO" else "250 ok")

    def say(self, text: str) -> None:
        """One answer."""
        self.wfile.write(text.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    """A mail server on a free port."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: list[EmailMessage] = []
        self.connections = 0
        self.said: list[str] = []
        self.offers = "8BITMIME"

    @property
    def envelope(self) -> list[str]:
        """From whom and to whom, as it was said."""
        return [line for line in self.said if line.startswith(("mail ", "rcpt "))]

    @property
    def url(self) -> str:
        """What CPD_MAIL_URL would say."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_letters_of_a_batch_go_over_one_connection(server: Server) -> None:
    mailer = SmtpMailer(server.url, timeout=5)
    mailer.send(a_letter())
    mailer.send(a_letter("wang@example.org"))
    mailer.close()
    mailer.close()

    assert server.connections == 1
    assert [str(m["To"]) for m in server.letters] == ["lin@example.org", "wang@example.org"]
    first = server.letters[0]
    assert str(first["Subject"]) == "设置新密码的代码"
    assert first.get_content().replace("\r\n", "\n") == "林示范：\n代码 K7M4\n"
    assert str(first["From"]) == "学会 <cpd@example.org>"
    assert first["Date"].datetime == NOW
    assert str(first["Message-ID"]).endswith("@example.org>")


def test_letters_come_back_to_an_address_of_their_own(server: Server) -> None:
    mailer = SmtpMailer(server.url, timeout=5, returned_to="back@example.org")
    mailer.send(a_letter())
    mailer.close()
    assert server.envelope == ["mail FROM:<back@example.org>", "rcpt TO:<lin@example.org>"]
    assert str(server.letters[0]["From"]) == "学会 <cpd@example.org>"


def test_a_server_that_knows_reports_is_told_what_to_report(server: Server) -> None:
    server.offers = "DSN"
    letter = a_letter()
    letter.replace_header("Message-ID", "<sJ7dQx_3vKfLw-2mZr8A@example.org>")
    mailer = SmtpMailer(server.url, timeout=5)
    mailer.send(letter)
    mailer.close()
    assert server.envelope == [
        "mail FROM:<cpd@example.org> RET=HDRS ENVID=sJ7dQx_3vKfLw-2mZr8A",
        "rcpt TO:<lin@example.org> NOTIFY=FAILURE",
    ]


@pytest.mark.parametrize("to", ["refused@example.org", "later@example.org"])
def test_a_refused_letter_leaves_the_connection_to_the_others(server: Server, to: str) -> None:
    mailer = SmtpMailer(server.url, timeout=5)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mailer.send(a_letter(to))
    mailer.send(a_letter())
    mailer.close()

    assert server.connections == 1
    assert len(server.letters) == 1


@pytest.mark.parametrize("to", ["closing@example.org", "silent@example.org"])
def test_after_a_lost_connection_the_next_letter_has_a_new_one(server: Server, to: str) -> None:
    mailer = SmtpMailer(server.url, timeout=1)
    began = time.monotonic()
    with pytest.raises((smtplib.SMTPException, TimeoutError)):
        mailer.send(a_letter(to))
    assert time.monotonic() - began < 2.5, "no goodbye is waited for"
    mailer.send(a_letter())
    mailer.close()

    assert server.connections == 2
    assert len(server.letters) == 1


def test_the_answer_to_a_letter_is_waited_for_longer(server: Server) -> None:
    mailer = SmtpMailer(server.url, timeout=1)
    mailer.send(a_letter("slow@example.org"))
    mailer.close()
    assert len(server.letters) == 1


def test_a_password_is_not_sent_without_tls(server: Server) -> None:
    mailer = SmtpMailer(server.url.replace("//", "//user:secret@"), timeout=5)

    with pytest.raises(smtplib.SMTPNotSupportedError):
        mailer.send(a_letter())
    assert server.letters == []


def test_a_server_that_is_not_there_is_an_error(server: Server) -> None:
    url = server.url
    server.server_close()

    with pytest.raises(OSError, match=r"refused|reset"):
        SmtpMailer(url, timeout=5).send(a_letter())


@pytest.mark.parametrize("to", ["a@example.org\nBcc: b@example.org", "a@example.org\r\nX: y"])
def test_a_letter_has_no_smuggled_lines(to: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        a_letter(to)


def test_the_console_shows_what_would_be_sent(capsys: pytest.CaptureFixture[str]) -> None:
    mailer = ConsoleMailer()
    mailer.send(a_letter())
    mailer.close()

    said = capsys.readouterr().out
    assert "To: lin@example.org" in said
    assert "Subject: 设置新密码的代码" in said
    assert "代码 K7M4" in said


def test_the_settings_choose_the_mailer(tmp_path: Path) -> None:
    settings = config.load({"CPD_VAR_DIR": str(tmp_path), "CPD_SECRET_KEY": "x" * 40})

    assert isinstance(mailer_of(settings), ConsoleMailer)
    smtp = mailer_of(replace(settings, mail_url="smtps://me%40x:p%2Fw@mail.example.org"))
    assert isinstance(smtp, SmtpMailer)
    assert (smtp.host, smtp.port, smtp.user, smtp.password) == (
        "mail.example.org",
        465,
        "me@x",
        "p/w",
    )
