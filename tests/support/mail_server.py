"""A real mail server as a process: takes letters, refuses some, is silent at times, keeps a list.

python -m tests.support.mail_server --list FILE [--fail SHARE] [--hang SHARE] [--mute SHARE] …
"""

import argparse
import asyncio
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LATER = "451 4.7.1 try again later"
NOBODY = "550 5.1.1 no such mailbox"
BLOCKED = "550 5.7.1 relaying denied"
LETTER = re.compile(rb"^message-id: *(\S+)", re.IGNORECASE | re.MULTILINE)
#: longer than any client waits
SILENCE = 600


class Taker:
    """Answers of the server; the dice are thrown for each letter."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Its list is written line by line, unbuffered: it may be read at any moment."""
        self.options = options
        self.dice = random.Random(options.seed)
        self.troubled: set[str] = set()
        self.list = options.list.open("ab", buffering=0)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _words: list[str]
    ) -> str:
        """Refuse some addresses for now, those that begin with nobody for ever; or say nothing."""
        for begins, answer in (("nobody", NOBODY), ("blocked", BLOCKED)):
            if address.startswith(begins):
                return answer
        if self._falls(self.options.hang, "hang", address):
            await asyncio.sleep(SILENCE)
        if self._falls(self.options.fail, "later", address):
            return LATER
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take it; sometimes without saying so."""
        found = LETTER.search(envelope.original_content or b"")
        [address] = envelope.rcpt_tos
        self._write("taken", found[1].decode() if found else "-", address)
        if self._falls(self.options.mute, "mute", address):
            await asyncio.sleep(SILENCE)
        return "250 OK"

    def _falls(self, share: float, trouble: str, address: str) -> bool:
        """Throw the dice for this kind of trouble."""
        if self.options.once and address in self.troubled:
            return False
        if self.dice.random() >= share:
            return False
        self.troubled.add(address)
        self._write(trouble, "-", address)
        return True

    def _write(self, what: str, letter: str, address: str) -> None:
        self.list.write(f"{what} {time.monotonic():.4f} {letter} {address}\n".encode())


@dataclass
class Letters:
    """What a server has seen so far."""

    #: (moment, Message-ID, address), in order
    taken: list[tuple[float, str, str]] = field(default_factory=list)
    #: how often there was which trouble: later, hang, mute
    troubles: Counter[str] = field(default_factory=Counter)
    #: when it heard of a letter, taken or not
    moments: list[float] = field(default_factory=list)

    @property
    def by_address(self) -> dict[str, Counter[str]]:
        """How often each letter arrived, by whom it was for."""
        found: dict[str, Counter[str]] = {}
        for _at, letter, address in self.taken:
            found.setdefault(address, Counter())[letter] += 1
        return found


class MailServer:
    """A running server."""

    def __init__(self, port: int, file: Path) -> None:
        """Its address and its list."""
        self.url = f"smtp://127.0.0.1:{port}"
        self.port = port
        self.file = file

    def letters(self) -> Letters:
        """What has arrived."""
        letters = Letters()
        for line in self.file.read_text().splitlines() if self.file.exists() else ():
            what, at, letter, address = line.split(" ", 3)
            letters.moments.append(float(at))
            if what == "taken":
                letters.taken.append((float(at), letter, address))
            else:
                letters.troubles[what] += 1
        return letters


@contextmanager
def mail_server(folder: Path, name: str = "mail", **options: Any) -> Iterator[MailServer]:
    """A server for the block; options as on its command line."""
    file = folder / f"{name}.letters"
    words = [word for key, value in options.items() for word in _word(key, value)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.mail_server", "--list", str(file), *words],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    try:
        assert process.stdout
        yield MailServer(int(process.stdout.readline()), file)
    finally:
        process.kill()
        process.communicate()


def _word(key: str, value: Any) -> list[str]:
    return [f"--{key}"] if value is True else [f"--{key}", str(value)]


async def _serve(options: argparse.Namespace) -> None:
    taker = Taker(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(taker, hostname="mail.test", loop=loop), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started us reads it
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", type=Path, required=True)
    parser.add_argument("--fail", type=float, default=0.0, help="share refused for now")
    parser.add_argument("--hang", type=float, default=0.0, help="share left without an answer")
    parser.add_argument("--mute", type=float, default=0.0, help="share taken without saying so")
    parser.add_argument("--once", action="store_true", help="no address has trouble twice")
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
