"""Outgoing mail: SmtpMailer and ConsoleMailer, with the same two methods."""

import re
import smtplib
import ssl
import sys
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from functools import cache, lru_cache
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from cpd_app.config import Settings

#: what comes after a letter is waited for this much longer than other answers: who gives up there
#: does not know whether it was taken, and sends it again (RFC 5321 4.5.3.2.6)
PATIENCE = 3
#: the server's answer to this letter; the connection is as good as before
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
)


class LetterPolicy(EmailPolicy):
    """Reads and writes a header once: but for recipient and Message-ID, letters have the same.

    Headers are half of what a letter costs otherwise, and their objects never change.
    """

    def header_max_count(self, name: str) -> int | None:
        """How often it may stand; asked anew for each header, a class is made for the answer."""
        return _most(name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """The header as an object."""
        if type(value) is str and name not in UNIQUE:
            return _parsed(name, value)
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as bytes."""
        if name in UNIQUE:
            return super().fold_binary(name, value)
        return _folded(self.linesep, name, value)


UNIQUE = frozenset({"To", "Message-ID"})
#: may stand in a command as it is (xtext of RFC 3461)
PLAIN_WORD = re.compile(r"[A-Za-z0-9_.-]{1,80}")
#: between the two forms of a letter, the same in each: one of chance would be read, folded and
#: searched for anew, which is half of what a letter costs. No line of base64 can look like it.
BOUNDARY = "=_cpd_two_forms"
_plain = EmailPolicy()


@lru_cache(maxsize=512)
def _most(name: str) -> int | None:
    return _plain.header_max_count(name)


@lru_cache(maxsize=512)
def _parsed(name: str, value: str) -> tuple[str, Any]:
    return _plain.header_store_parse(name, value)


@lru_cache(maxsize=512)
def _folded(linesep: str, name: str, value: str) -> bytes:
    return _plain.clone(linesep=linesep).fold_binary(name, value)


POLICY = LetterPolicy()


class Mailer(Protocol):
    """Sends letters; closed when a batch is done."""

    def send(self, letter: EmailMessage) -> None:
        """Hand one letter over; raises OSError or smtplib.SMTPException when it was not taken."""

    def close(self) -> None:
        """End the connection, if there is one."""


class ConsoleMailer:
    """Prints letters, for the demo and for development: their codes are read in the terminal."""

    def send(self, letter: EmailMessage) -> None:
        """Print it."""
        plain = letter.get_body(("plain",))
        body = plain.get_content().strip() if plain is not None else ""
        lines = [f"To: {letter['To']}", f"Subject: {letter['Subject']}", "", body]
        rule = "-" * 72
        print("\n".join(["", rule, *lines, rule, ""]), file=sys.stdout, flush=True)  # noqa: T201 - its work

    def close(self) -> None:
        """Nothing is open."""


class Patient(smtplib.SMTP):
    """A connection that waits longer for the answer to a letter than for any other."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the letter itself."""
        if self.sock is not None:
            self.sock.settimeout(self.timeout * PATIENCE)
        try:
            return super().data(msg)
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)


class PatientTls(Patient, smtplib.SMTP_SSL):
    """The same, TLS from the beginning."""


class SmtpMailer:
    """Sends over one connection, opened with the first letter.

    `smtp://` turns to TLS when the server offers it, and must before a password is sent;
    `smtps://` is TLS from the beginning. `timeout`: seconds that the server may be silent.
    `returned_to`: to whom servers return a letter; empty: to its sender.
    """

    def __init__(self, url: str, *, timeout: int, returned_to: str = "") -> None:
        parts = urlsplit(url)
        self.timeout = timeout
        self.returned_to = returned_to
        self.secure = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.secure else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.connection: smtplib.SMTP | None = None

    def send(self, letter: EmailMessage) -> None:
        """Hand it to the server.

        A refused letter leaves the connection to the others; after any other failure the next
        letter opens a new one.
        """
        try:
            self.connection = self.connection or self._open()
            self.connection.send_message(
                letter,
                from_addr=self.returned_to or None,
                **_asked_of(self.connection, letter),
            )
        except REFUSALS:
            if self.connection is None or self.connection.sock is None:  # 421: it hung up
                self._drop()
            raise
        except (OSError, smtplib.SMTPException):
            self._drop()
            raise

    def close(self) -> None:
        """Say goodbye; a server that is gone already is no failure."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _drop(self) -> None:
        """Hang up without a word: a server that is silent would not answer a goodbye either."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> smtplib.SMTP:
        if self.secure:
            connection: smtplib.SMTP = PatientTls(
                self.host, self.port, timeout=self.timeout, context=_trusted()
            )
        else:
            connection = Patient(self.host, self.port, timeout=self.timeout)
        try:
            if not self.secure:
                self._turn_to_tls(connection)
            if self.user:
                connection.login(self.user, self.password)
            connection.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise
        return connection

    def _turn_to_tls(self, connection: smtplib.SMTP) -> None:
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=_trusted())
        elif self.user:
            raise smtplib.SMTPNotSupportedError("the server offers no TLS for the password")


def _asked_of(connection: smtplib.SMTP, letter: EmailMessage) -> dict[str, list[str]]:
    """What a server that knows RFC 3461 is asked: a report of failures only, without our text.

    The envelope's word names the letter in it, also when the report leaves out the headers.
    """
    if not connection.has_extn("dsn"):
        return {}
    word = str(letter["Message-ID"]).strip("<>").partition("@")[0]
    named = [f"ENVID={word}"] if PLAIN_WORD.fullmatch(word) else []
    return {"mail_options": ["RET=HDRS", *named], "rcpt_options": ["NOTIFY=FAILURE"]}


@cache
def _trusted() -> ssl.SSLContext:
    """Who is trusted; read once, since that takes as long as forty letters."""
    return ssl.create_default_context()


def mailer_of(settings: Settings) -> Mailer:
    """The mailer that CPD_MAIL_URL names."""
    if settings.mail_url == "console:":
        return ConsoleMailer()
    return SmtpMailer(
        settings.mail_url,
        timeout=settings.mail_timeout,
        returned_to=settings.bounce_address,
    )


def letter_to(
    to: str,
    *,
    subject: str,
    text: str,
    sender: str,
    now: datetime,
    html: str | None = None,
    word: str | None = None,
) -> EmailMessage:
    """A letter, plain or in both forms; EmailMessage refuses line breaks in address and subject.

    `word` makes its Message-ID, so that a repeat can be told; without one it is random.
    """
    letter = EmailMessage(POLICY)
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = format_datetime(now)
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    letter["Message-ID"] = f"<{word}@{domain}>" if word else make_msgid(domain=domain)
    letter["Auto-Submitted"] = "auto-generated"
    # Said, or every way of writing it is tried to find the shortest.
    plain = text.isascii() and _is_short(text) and BOUNDARY not in text
    letter.set_content(text, cte="7bit" if plain else "base64")
    if html is not None:
        letter.make_alternative(boundary=BOUNDARY)
        letter.add_alternative(html, subtype="html", cte="base64")
    return letter


def _is_short(text: str) -> bool:
    """Whether no line is longer than mail servers must take (RFC 5322 2.1.1)."""
    return all(len(line) < 998 for line in text.splitlines())
