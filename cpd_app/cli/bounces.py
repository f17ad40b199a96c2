"""cpd bounces: reads letters that came back, from a pipe, a file, an mbox or a Maildir."""

import mailbox
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from cpd_app import clock
from cpd_app.cli.database import application
from cpd_app.db import transaction
from cpd_app.domain.bounces import MOST_BYTES, read_letter
from cpd_app.usecases import bounces as use

#: a letter, and what is done when it was taken in
Found = tuple[bytes, Callable[[], object]]

#: sysexits.h: the mail server keeps the letter and tries again
TRY_AGAIN = 75
AT_ONCE = 64 * 1024


@click.command("bounces")
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
def bounces(source: Path | None) -> None:
    """Read a letter that came back from standard input, or SOURCE: a letter, an mbox, a Maildir.

    For a mail server's pipe. Of a Maildir the new letters are read, and then stand in cur. A letter
    that is read twice changes nothing the second time. Exits 75 when the database does not answer.
    """
    taken: list[use.Taken] = []
    try:
        with application():
            for data, done in _letters(source):
                with transaction():
                    found = use.take_letter(read_letter(data), now=clock.now())
                done()
                taken.append(found)
    except OperationalError as error:
        click.echo(f"cpd: the database does not answer: {type(error.orig).__name__}", err=True)
        sys.exit(TRY_AGAIN)
    counts = use.counted(taken)
    click.echo(", ".join(f"{count} {what}" for what, count in counts.items()) or "no letter")


def _letters(source: Path | None) -> Iterator[Found]:
    """Letters one after another, each only as long as is read of it."""
    if source is None:
        yield _from_pipe(), _nothing
    elif source.is_dir():
        yield from _of_maildir(source)
    elif _begins_as_mbox(source):
        with closing(mailbox.mbox(source, create=False)) as box:
            for key in box.iterkeys():
                yield box.get_bytes(key)[:MOST_BYTES], _nothing
    else:
        with source.open("rb") as file:
            yield file.read(MOST_BYTES), _nothing


def _of_maildir(folder: Path) -> Iterator[Found]:
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise click.BadParameter(f"{folder} is no Maildir: it has no new and cur")
    for path in sorted((folder / "new").iterdir()):
        if not path.is_file() or path.name.startswith("."):
            continue
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
        seen = folder / "cur" / f"{path.name}:2,S"
        yield data, lambda path=path, seen=seen: path.rename(seen)  # type: ignore[misc]


def _from_pipe() -> bytes:
    """The letter; what is longer is read and thrown away, or the mail server sees a broken pipe."""
    data = sys.stdin.buffer.read(MOST_BYTES)
    while sys.stdin.buffer.read(AT_ONCE):
        pass
    # Postfix's pipe with the flag F writes the line of an mbox first
    return data.split(b"\n", 1)[-1] if data.startswith(b"From ") else data


def _begins_as_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _nothing() -> None:
    """Nobody keeps account of what was read."""
