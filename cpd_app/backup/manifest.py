"""What a backup says of itself, and whether it is still so."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = 1
NAME = "manifest.json"
FILE_LIST = "files.txt"
FILES = "files"
HEADS = "journal-heads"
CHUNK = 1 << 20


class BackupError(Exception):
    """It cannot be done; the message is one sentence that says why, and what to do."""


class Kept(NamedTuple):
    """A file of the store in a backup."""

    folder: str
    digest: str
    size: int

    @property
    def path(self) -> Path:
        """Where it lies under `files`, as in the store."""
        return Path(self.folder) / self.digest[:2] / self.digest


@dataclass(frozen=True)
class Manifest:
    """What is in a backup."""

    release: str
    #: the newest migration that had run
    migration: str
    #: sqlite or postgresql
    engine: str
    #: of the database server or library
    engine_version: str
    created_at: str
    #: name and SHA-256 of the copy of the database
    dump: str
    dump_sha256: str
    #: table -> rows
    rows: dict[str, int]
    #: SHA-256 of the list of files, how many, bytes
    files_sha256: str
    files: int
    files_bytes: int
    #: name -> SHA-256
    heads: dict[str, str]
    #: setting -> a few characters made from the key: tells whether a key is the same one
    keys: dict[str, str]
    #: files that rows name and that were not in the store, and files whose bytes are not their name
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        """When it was taken."""
        return datetime.fromisoformat(self.created_at)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it down; it is on the disk when this returns."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    write_whole(folder / NAME, text.encode())


def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself. Raises BackupError when it is none, or of a newer kind."""
    try:
        found: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
        if found["format"] != FORMAT:
            raise BackupError(f"{folder} has format {found['format']}; this release reads {FORMAT}")
        return Manifest(**found)
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup: there is no {NAME}") from None
    except (ValueError, KeyError, TypeError):
        raise BackupError(f"{folder / NAME} cannot be read") from None


def kept_files(folder: Path) -> Iterator[Kept]:
    """The files of a backup by its list."""
    with (folder / FILE_LIST).open(encoding="ascii") as lines:
        for line in lines:
            person, digest, size = line.split()
            yield Kept(person, digest, int(size))


def check_backup(folder: Path, manifest: Manifest) -> list[str]:
    """Read every byte of a backup; what is not as its manifest says, a sentence each."""
    faults = []
    sums = {manifest.dump: manifest.dump_sha256, FILE_LIST: manifest.files_sha256}
    sums |= {f"{HEADS}/{name}": digest for name, digest in manifest.heads.items()}
    for name, digest in sums.items():
        fault = _fault(folder / name, digest)
        if fault:
            faults.append(f"{name}: {fault}")
    if not (folder / FILE_LIST).is_file():
        return faults
    damaged = set(manifest.damaged)
    for kept in kept_files(folder):
        fault = _fault(folder / FILES / kept.path, kept.digest)
        if fault and f"{kept.folder}/{kept.digest}" not in damaged:
            faults.append(f"{FILES}/{kept.path}: {fault}")
    return faults


def sha256_of(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, down to the disk."""
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def copy_checked(source: Path, target: Path) -> str:
    """Copy bytes down to the disk and give their SHA-256; FileNotFoundError: there is no source."""
    digest = hashlib.sha256()
    with source.open("rb") as file:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        with target.open("wb") as out:
            while part := file.read(CHUNK):
                digest.update(part)
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
    return digest.hexdigest()


def to_disk(folder: Path) -> None:
    """The names in a folder are on the disk when this returns."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _fault(path: Path, digest: str) -> str:
    try:
        return "" if sha256_of(path) == digest else "its bytes have changed"
    except FileNotFoundError:
        return "it is not there"
