"""A small IMAP server in a thread: one user, one folder, as much of RFC 3501 as a reader needs."""

import re
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

USER, PASSWORD = "bounces@cpd.example.org", "a secret/with:signs@"
_FETCH = re.compile(r"FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")
_STORE = re.compile(r"STORE (\d+) \+FLAGS\.SILENT \(([^)]*)\)")


@dataclass
class Box:
    """The folder, by number: letters, and their flags."""

    letters: dict[int, bytes]
    flags: dict[int, set[str]] = field(default_factory=dict)
    #: commands as they came, without the password
    heard: list[str] = field(default_factory=list)
    #: command that is never answered, answered with NO, or ends the connection
    silent_at: str = ""
    refused_at: str = ""
    hangs_up_at: str = ""

    def unseen(self) -> list[int]:
        """Numbers of letters without a mark."""
        return [n for n in sorted(self.letters) if r"\Seen" not in self.flags.get(n, set())]


class Conversation(socketserver.StreamRequestHandler):
    """One client."""

    server: "ImapServer"

    def handle(self) -> None:
        """Answer each line."""
        self.say("* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline():
            tag, _space, command = line.decode().strip().partition(" ")
            word = command.removeprefix("UID ").split(" ")[0]
            self.server.box.heard.append("LOGIN" if word == "LOGIN" else command)
            if word == self.server.box.silent_at:
                time.sleep(30)
            if word == self.server.box.hangs_up_at:
                return
            if word == self.server.box.refused_at:
                self.say(f"{tag} NO not now")
                continue
            answer = self.answer(word, command)
            self.say(f"{tag} {answer}")
            if word == "LOGOUT":
                return

    def answer(self, word: str, command: str) -> str:
        """What the client is told in the end."""
        box = self.server.box
        match word:
            case "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            case "LOGIN":
                said = command.split(" ", 2)[1:]
                if said != [USER, f'"{PASSWORD}"']:
                    return "NO [AUTHENTICATIONFAILED] no"
            case "SELECT":
                self.say(f"* {len(box.letters)} EXISTS")
            case "SEARCH":
                self.say("* SEARCH " + " ".join(map(str, box.unseen())))
            case "FETCH":
                found = _FETCH.search(command)
                assert found, command
                uid, most = int(found[1]), int(found[2])
                part = box.letters[uid][:most]
                self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n".encode())
                self.wfile.write(part)
                self.say(")")
            case "STORE":
                found = _STORE.search(command)
                assert found, command
                box.flags.setdefault(int(found[1]), set()).update(found[2].split())
            case "LOGOUT":
                self.say("* BYE")
        return "OK done"

    def say(self, text: str) -> None:
        """One line."""
        self.wfile.write(text.encode() + b"\r\n")


class ImapServer(socketserver.ThreadingTCPServer):
    """On a free port of this machine; with a certificate it speaks TLS from the beginning."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, box: Box, secure: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.box = box
        self.secure = secure

    def get_request(self) -> tuple[socket.socket, Any]:
        """A client that comes."""
        connection, address = self.socket.accept()
        if self.secure is not None:
            connection = self.secure.wrap_socket(connection, server_side=True)
        return connection, address

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Who hangs up in the middle is what some tests are about."""


@contextmanager
def imap_server(box: Box, secure: ssl.SSLContext | None = None) -> Iterator[int]:
    """The server while the block lasts, by its port."""
    server = ImapServer(box, secure)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
