"""Where the bytes of files lie: on the local disk, in a folder per person, named by their SHA-256.

A folder per person, so that removing somebody's file never removes what somebody else keeps.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from flask import current_app

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FOLDER = re.compile(r"[0-9]{1,19}")
_WORKING = ".part"


class Stored(NamedTuple):
    """One file of the store."""

    folder: str
    digest: str
    stored_at: datetime


def digest_of(data: bytes) -> str:
    """The name of these bytes in a folder."""
    return hashlib.sha256(data).hexdigest()


class LocalFiles:
    """Put, adopt, open, ask for, delete and list files; ask how much room there is."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, folder: str, data: bytes) -> str:
        """Keep the bytes and give back their SHA-256; the same bytes are kept once a folder.

        They appear under their name whole or not at all, also when the machine stops meanwhile.
        """
        digest = digest_of(data)
        target = self._path(folder, digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        working = target.with_name(f"{digest}.{secrets.token_hex(6)}{_WORKING}")
        try:
            with working.open("xb") as out:
                os.fchmod(out.fileno(), 0o600)
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            working.replace(target)
        finally:
            working.unlink(missing_ok=True)
        return digest

    def adopt(self, folder: str, made: Path) -> tuple[str, int]:
        """Take over a finished file of this disk, whatever its size; its SHA-256 and its bytes."""
        with made.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            os.fsync(source.fileno())
        size = made.stat().st_size
        target = self._path(folder, digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.chmod(0o600)
        made.replace(target)
        return digest, size

    def open(self, folder: str, digest: str) -> BinaryIO:
        """The bytes for reading; FileNotFoundError when they are not there."""
        return self._path(folder, digest).open("rb")

    def exists(self, folder: str, digest: str) -> bool:
        """Whether the bytes are there."""
        return self._path(folder, digest).is_file()

    def is_whole(self, folder: str, digest: str) -> bool:
        """Whether the bytes that are there are still those that were kept."""
        with self._path(folder, digest).open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == digest

    def delete(self, folder: str, digest: str) -> None:
        """Remove the bytes; nothing happens when they are gone already."""
        self._path(folder, digest).unlink(missing_ok=True)

    def room(self) -> int:
        """Bytes that the disk has left."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free

    def all(self) -> Iterator[Stored]:
        """Every file that is kept, and when it was stored."""
        for path in sorted(self.root.glob("*/*/*")):
            if _DIGEST.fullmatch(path.name):
                stored_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Stored(path.parent.parent.name, path.name, stored_at)

    def _path(self, folder: str, digest: str) -> Path:
        if not (_FOLDER.fullmatch(folder) and _DIGEST.fullmatch(digest)):
            raise ValueError("not a name of the store")
        return self.root / folder / digest[:2] / digest


def local_files() -> LocalFiles:
    """The store of the running application; only edges ask for it."""
    return LocalFiles(current_app.config["CPD"].files_dir)
