"""A mailbox that is read over IMAP: new letters, a part of each, and marks when they are done."""

import imaplib
import ipaddress
import re
import ssl
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

_FLAGS = {False: r"(\Seen)", True: r"(\Seen \Flagged)"}
_UID = re.compile(rb"[0-9]{1,10}")


class MailboxError(Exception):
    """The mailbox could not be read; says at which step and how, never with what password."""


class Mailbox:
    """An open folder, inside a `with` block.

    `imaps://` is TLS from the beginning; `imap://` turns to TLS before the password is said, but
    for a server on this machine that offers none. `timeout`: seconds that the server may be silent.
    """

    def __init__(self, url: str, *, timeout: int) -> None:
        """Nothing is opened yet."""
        parts = urlsplit(url)
        self.secure = parts.scheme == "imaps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (993 if self.secure else 143)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.folder = unquote(parts.path.lstrip("/")) or "INBOX"
        self.timeout = timeout
        self._server: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        """Sign in and open the folder; raises MailboxError."""
        try:
            self._server = self._connect()
            self._server.login(self.user, self.password)
            folder = '"' + self.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
            self._must(self._server.select(folder), "select")
        except (OSError, imaplib.IMAP4.error) as error:
            self._hang_up()
            raise MailboxError(f"could not be opened: {type(error).__name__}") from None
        except MailboxError:
            self._hang_up()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Sign out; what was not marked is new the next time."""
        self._hang_up()

    def unread(self, most: int) -> list[str]:
        """Names of letters that nobody has seen, the oldest first."""
        [found, *_rest] = self._asked("SEARCH", "UNSEEN")
        return [word.decode() for word in (found or b"").split() if _UID.fullmatch(word)][:most]

    def letter(self, uid: str, most: int) -> bytes:
        """The first bytes of a letter, which stays unread; empty when it is gone."""
        for part in self._asked("FETCH", uid, f"(BODY.PEEK[]<0.{most}>)"):
            if isinstance(part, tuple):
                return bytes(part[1])
        return b""

    def settle(self, uid: str, *, for_people: bool) -> None:
        """It was read; with a flag when a person should look at it."""
        self._asked("STORE", uid, "+FLAGS.SILENT", _FLAGS[for_people])

    def _connect(self) -> imaplib.IMAP4:
        trusted = ssl.create_default_context()
        if self.secure:
            return imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=trusted, timeout=self.timeout
            )
        server = imaplib.IMAP4(self.host, self.port, timeout=self.timeout)
        if "STARTTLS" in server.capabilities:
            server.starttls(ssl_context=trusted)
        elif not _is_here(server):
            server.shutdown()
            raise MailboxError("could not be opened: the server offers no TLS for the password")
        return server

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        if self._server is None:
            raise MailboxError("is not open")
        try:
            return self._must(self._server.uid(command, *arguments), command)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"{command} failed: {type(error).__name__}") from None

    def _must(self, answer: tuple[str, list[Any]], step: str) -> list[Any]:
        status, found = answer
        if status != "OK":
            raise MailboxError(f"{step} was answered with {status}")
        return found

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()


def _is_here(server: imaplib.IMAP4) -> bool:
    """Whether the other end is this machine."""
    return ipaddress.ip_address(server.sock.getpeername()[0]).is_loopback
