"""Outgoing mail: SmtpMailer and ConsoleMailer, with the same two methods."""

import smtplib
import ssl
import sys
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

from cpd_app.config import Settings

#: seconds that a mail server may be silent
TIMEOUT = 20


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


class SmtpMailer:
    """Sends over one connection, opened with the first letter.

    `smtp://` turns to TLS when the server offers it, and must before a password is sent;
    `smtps://` is TLS from the beginning.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.secure = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.secure else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.connection: smtplib.SMTP | None = None

    def send(self, letter: EmailMessage) -> None:
        """Hand it to the server; after a failure the next letter opens a new connection."""
        try:
            self.connection = self.connection or self._open()
            self.connection.send_message(letter)
        except (OSError, smtplib.SMTPException):
            self.close()
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

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.secure:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if not self.secure:
                self._turn_to_tls(connection, context)
            if self.user:
                connection.login(self.user, self.password)
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise
        return connection

    def _turn_to_tls(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
        elif self.user:
            raise smtplib.SMTPNotSupportedError("the server offers no TLS for the password")


def mailer_of(settings: Settings) -> Mailer:
    """The mailer that CPD_MAIL_URL names."""
    if settings.mail_url == "console:":
        return ConsoleMailer()
    return SmtpMailer(settings.mail_url)


def letter_to(
    to: str, *, subject: str, text: str, sender: str, now: datetime, html: str | None = None
) -> EmailMessage:
    """A letter, plain or in both forms; EmailMessage refuses line breaks in address and subject."""
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or "localhost")
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    if html is not None:
        letter.add_alternative(html, subtype="html")
    return letter
