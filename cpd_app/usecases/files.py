"""A member's files: taken in, made ready, opened by whom, and removed for good."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.media.reading import Reading
from cpd_app.media.types import MediaType
from cpd_app.models import (
    File,
    FileView,
    JobFile,
    Person,
)
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.storage import LocalFiles, digest_of
from cpd_app.texts.evidence import SECRECY_VERSION
from cpd_app.usecases import jobs, journal
from cpd_app.usecases.file_readers import target_of

#: somebody who looks again within this time is not written down again
SAME_VIEW = timedelta(minutes=10)
#: bytes that no row knows are removed after this time
ORPHANED = timedelta(days=1)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
MOST_NAME = 120


class FileState(StrEnum):
    """Where a file stands."""

    ARRIVED = "arrived"  # its work is due; nobody but its owner knows of it
    READY = "ready"
    BROKEN = "broken"
    PURGED = "purged"  # the bytes are gone, the row remembers who had opened them


class Secrecy(StrEnum):
    """What the member said about the content when uploading."""

    NONE = "none"
    DECLASSIFIED = "declassified"


@dataclass(frozen=True)
class Upload:
    """A file as it comes in, read by `media.reading.read_arrived` before the transaction."""

    reading: Reading
    #: on the member's device; shown, never a path
    name: str
    #: `none` or `declassified`; anything else is refused
    secrecy: str
    #: codes of the listed proofs that it covers
    proofs: tuple[str, ...] = ()
    #: UUID made by the client once per upload
    key: str | None = None


@dataclass(frozen=True)
class Opened:
    """Bytes for somebody who may have them."""

    stream: BinaryIO
    media_type: str
    name: str


@dataclass(frozen=True)
class View:
    """Somebody other than the owner opened a file."""

    name: str
    at: datetime
    person_id: int = 0


def receive_file(
    actor: Actor, owner_id: int, upload: Upload, *, store: LocalFiles, now: datetime
) -> File:
    """Keep a file of a person; the same bytes or the same key give the first file back.

    Raises Rejected `bad_secrecy`, Conflict `file_key_reused`.
    """
    require(actor, Permission.WRITE_EVIDENCE, Target(owner_id=owner_id))
    if upload.secrecy not in set(Secrecy):
        raise Rejected("bad_secrecy", "secrecy")
    folder, data = str(owner_id), upload.reading.data
    digest = digest_of(data)
    known = _known(owner_id, upload.key, digest)
    if known is not None:
        _answer_again(actor, known, upload.secrecy, now=now)
        return known
    file = File(
        person_id=owner_id,
        key=upload.key,
        original_hash=digest,
        name=clean_name(upload.name, upload.reading.media_type),
        media_type=upload.reading.media_type,
        size=len(data),
        state=FileState.ARRIVED,
        secrecy=upload.secrecy,
        secrecy_text_version=SECRECY_VERSION,
        secrecy_at=now,
        secrecy_by_id=actor.person_id,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(file)
    except IntegrityError:  # the same upload arrived twice at the same moment
        known = _known(owner_id, upload.key, digest)
        if known is None:
            raise
        return known
    if upload.reading.is_ready:
        _keep(file, upload.reading, store)
    else:
        store.put(folder, data)
    if file.preview_hash is None:
        jobs.order_job(actor, "process_file", file.id, key=f"process_file:{file.id}", now=now)
    told = {"type": file.media_type, "size": file.size, "secrecy": file.secrecy}
    journal.record(
        actor, "file.received", "file", file.id, now=now,
        data={**told, "person": owner_id, "text": SECRECY_VERSION},
    )  # fmt: skip
    return file


@dataclass(frozen=True)
class Waiting:
    """A file whose work is due, with its bytes as they came."""

    data: bytes
    media_type: MediaType


def waiting_file(file_id: int, *, store: LocalFiles) -> Waiting | None:
    """What a job has to work on; None when it was done or removed meanwhile."""
    file = session.get(File, file_id)
    if file is None or file.state not in {FileState.ARRIVED, FileState.READY}:
        return None
    if file.preview_hash is not None:
        return None
    digest = file.original_hash if file.state == FileState.ARRIVED else file.stored_hash
    with store.open(str(file.folder), digest or "") as stream:
        return Waiting(stream.read(), MediaType(file.media_type))


def finish_file(
    actor: Actor, file_id: int, outcome: Reading | Rejected, *, store: LocalFiles, now: datetime
) -> None:
    """Keep what a job made of a file, or that nothing can be made of it.

    The bytes as they came are no longer needed then: `unneeded_bytes` names them to whoever
    committed.
    """
    file = session.get_one(File, file_id)
    if file.state not in {FileState.ARRIVED, FileState.READY}:
        return
    if isinstance(outcome, Rejected):
        if file.state == FileState.ARRIVED:
            file.state = FileState.BROKEN
            data = {"person": file.person_id, "code": outcome.code}
            journal.record(actor, "file.broken", "file", file.id, now=now, data=data)
        return
    _keep(file, outcome, store)


def unneeded_bytes(file_id: int) -> tuple[str, str] | None:
    """Folder and digest of what came in, once something else is kept in its place."""
    file = session.get(File, file_id)
    if file is None or file.state == FileState.ARRIVED:
        return None
    same = file.original_hash == file.stored_hash
    return None if same else (str(file.folder), file.original_hash)


def open_file(
    actor: Actor, file_id: int, *, preview: bool, store: LocalFiles, now: datetime
) -> Opened:
    """The bytes of a file for whoever may see it; anybody but its owner is written down.

    NotFound for strangers, while its work is due, and after it was removed.
    """
    return opened(actor, readable_file(actor, file_id), preview=preview, store=store, now=now)


def opened(actor: Actor, file: File, *, preview: bool, store: LocalFiles, now: datetime) -> Opened:
    """The same for a use case that has asked for permission by what the file belongs to."""
    digest = file.preview_hash if preview else file.stored_hash
    if file.state != FileState.READY or digest is None:
        raise NotFound("file_gone" if file.state == FileState.PURGED else "file_not_ready")
    try:
        stream = store.open(str(file.folder), digest)
    except FileNotFoundError:
        raise NotFound("file_gone") from None
    if actor.person_id != file.person_id:
        _write_view(actor, file, now)
    made_anew = preview or file.media_type != MediaType.PDF
    media_type = MediaType.JPEG if made_anew else MediaType.PDF
    return Opened(stream, media_type, _name_as(file.name, media_type))


def readable_file(actor: Actor, file_id: int) -> File:
    """A file that the actor may see: its owner, or staff through a credit of their society."""
    file = session.get(File, file_id)
    if file is None:
        raise NotFound
    require(actor, Permission.READ_EVIDENCE, target_of(file))
    return file


def purgeable_file(actor: Actor, file_id: int) -> File:
    """A file that the actor may remove for good: its owner, or a registrar of such a society."""
    file = readable_file(actor, file_id)
    require(actor, Permission.PURGE_EVIDENCE, target_of(file))
    return file


def may_purge(actor: Actor, file_id: int) -> bool:
    """Whether a page offers 紧急清除."""
    file = session.get(File, file_id)
    return file is not None and may(actor, Permission.PURGE_EVIDENCE, target_of(file))


def views_of(file_ids: Iterable[int]) -> dict[int, list[View]]:
    """Who other than the owner opened these files, newest first (domain.md §11)."""
    found: dict[int, list[View]] = {}
    rows = session.execute(
        select(FileView, Person)
        .join(Person, Person.id == FileView.person_id)
        .where(FileView.file_id.in_(list(file_ids)))
        .order_by(FileView.at.desc())
    )
    for view, person in rows:
        found.setdefault(view.file_id, []).append(View(person.name, view.at, person.id))
    return found


def shared_with_others(file_ids: Iterable[int]) -> frozenset[int]:
    """Those of the files whose very bytes another member uploaded too. For staff only.

    It is a question to a person, no accusation: colleagues of one course hold the same notice.
    """
    other = aliased(File)
    return frozenset(
        session.scalars(
            select(File.id)
            .join(other, other.original_hash == File.original_hash)
            .where(
                File.id.in_(list(file_ids)),
                other.person_id != File.person_id,
                other.state != FileState.PURGED,
            )
        )
    )


def purge_file(actor: Actor, file_id: int, *, store: LocalFiles, now: datetime) -> File:
    """紧急清除: remove the bytes and the preview at once, and write down who had opened them.

    The bytes go before the row is committed: if that fails, nothing can be opened all the same,
    and asking again finishes it.
    """
    file = purgeable_file(actor, file_id)
    if file.state == FileState.PURGED:
        return file
    viewers = sorted(set(session.scalars(
        select(FileView.person_id).where(FileView.file_id == file.id)
    )))  # fmt: skip
    let_go(file, store=store, now=now)
    journal.record(
        actor, "file.purged", "file", file.id, now=now,
        data={"person": file.person_id, "opened_by": viewers},
    )  # fmt: skip
    return file


def let_go(file: File, *, store: LocalFiles, now: datetime) -> None:
    """Remove the bytes and the name of a file; what another file of its folder needs stays."""
    held = {file.original_hash, file.stored_hash, file.preview_hash} - {None}
    still = session.scalars(
        select(File).where(
            File.folder == file.folder, File.id != file.id, File.state != FileState.PURGED
        )
    )
    needed = {d for f in still for d in (f.original_hash, f.stored_hash, f.preview_hash)}
    for digest in held - needed:
        store.delete(str(file.folder), str(digest))
    file.state, file.purged_at, file.name = FileState.PURGED, now, ""
    file.stored_hash = file.preview_hash = None


def remove_orphans(*, store: LocalFiles, now: datetime) -> int:
    """Remove bytes that no row knows (an upload whose transaction failed). Returns how many."""
    removed = 0
    known: dict[str, set[Any]] = {}
    for stored in store.all():
        if now - stored.stored_at < ORPHANED:
            continue
        if stored.folder not in known:
            known[stored.folder] = _digests_in(int(stored.folder))
        if stored.digest not in known[stored.folder]:
            store.delete(stored.folder, stored.digest)
            removed += 1
    return removed


def clean_name(name: str, media_type: str) -> str:
    """A name that can be shown: without folders and control characters, never empty."""
    last = _CONTROLS.sub("", name.replace("\\", "/")).rsplit("/", 1)[-1].strip(" .")
    return last[-MOST_NAME:] or ("file.pdf" if media_type == MediaType.PDF else "photo")


def _name_as(name: str, media_type: MediaType) -> str:
    """The name with the ending of what is sent: a HEIC photo is kept as JPEG."""
    stem = name.rsplit(".", 1)[0] if re.search(r"\.[A-Za-z0-9]{2,5}$", name) else name
    return stem + (".pdf" if media_type is MediaType.PDF else ".jpg")


def _known(owner_id: int, key: str | None, digest: str) -> File | None:
    """The file that this upload made before, or the person's file of the same bytes."""
    if key is not None:
        by_key = session.scalar(select(File).where(File.person_id == owner_id, File.key == key))
        if by_key is not None:
            if by_key.original_hash != digest:
                raise Conflict("file_key_reused", "key")
            return by_key
    return session.scalar(
        select(File)
        .where(
            File.person_id == owner_id,
            File.original_hash == digest,
            File.state.in_((FileState.ARRIVED, FileState.READY)),
        )
        .limit(1)
    )


def _answer_again(actor: Actor, file: File, secrecy: str, *, now: datetime) -> None:
    """The last answer about the content stands, with its time and person."""
    if file.secrecy == secrecy:
        return
    file.secrecy, file.secrecy_text_version = secrecy, SECRECY_VERSION
    file.secrecy_at, file.secrecy_by_id = now, actor.person_id
    data = {"person": file.person_id, "secrecy": secrecy, "text": SECRECY_VERSION}
    journal.record(actor, "file.answered", "file", file.id, now=now, data=data)


def _keep(file: File, reading: Reading, store: LocalFiles) -> None:
    folder = str(file.folder)
    kept = reading.full if reading.full is not None else reading.data
    file.stored_hash = store.put(folder, kept)
    if reading.preview:
        file.preview_hash = store.put(folder, reading.preview)
    file.size, file.state = len(kept), FileState.READY
    file.pages = reading.pages


def _write_view(actor: Actor, file: File, now: datetime) -> None:
    if actor.person_id is None:
        return
    lately = session.scalar(
        select(FileView.id)
        .where(
            FileView.file_id == file.id,
            FileView.person_id == actor.person_id,
            FileView.at > now - SAME_VIEW,
        )
        .limit(1)
    )
    if lately is None:
        session.add(FileView(file_id=file.id, person_id=actor.person_id, at=now))


def _digests_in(folder: int) -> set[Any]:
    rows = session.execute(
        select(File.original_hash, File.stored_hash, File.preview_hash, File.state).where(
            File.folder == folder, File.state != FileState.PURGED
        )
    )
    known: set[Any] = set()
    for original, stored, preview, state in rows:
        known |= {stored, preview} | ({original} if state == FileState.ARRIVED else set())
    made = session.scalars(select(JobFile.digest).where(JobFile.folder == str(folder)))
    return known | set(made)
