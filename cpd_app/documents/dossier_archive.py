"""The dossier as one ZIP: papers, evidence in a folder a record, SHA256SUMS over all of it."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cpd_app.documents.archive import Sink
from cpd_app.documents.dossier import Dossier
from cpd_app.documents.dossier_rows import Paper, numbered

CHUNK = 256 * 1024
SUMS = "SHA256SUMS"
MOST_NAME = 60
#: opens the bytes of a file by its id; None when they are gone
Opener = Callable[[int], BinaryIO | None]


def dossier_zip(dossier: Dossier, papers: dict[str, bytes], open_file: Opener) -> Iterator[bytes]:
    """The archive while it is made; never more than a piece of a file in memory.

    `papers`: name and bytes of the documents. The sums are those of the bytes in the archive, so
    a file that was changed in the store is seen against the list in the PDF.
    """
    sink = Sink()
    moment = dossier.as_of.timetuple()[:6]
    sums: list[tuple[str, str]] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in papers.items():
            archive.writestr(zipfile.ZipInfo(name, moment), content)
            sums.append((name, hashlib.sha256(content).hexdigest()))
            yield sink.drain()
        for paper, path in paths_of(dossier):
            source = None if paper.gone else open_file(paper.file_id)
            if source is None:
                continue
            digest = hashlib.sha256()
            with source, archive.open(zipfile.ZipInfo(path, moment), "w") as target:
                while piece := source.read(CHUNK):
                    digest.update(piece)
                    target.write(piece)
                    yield sink.drain()
            sums.append((path, digest.hexdigest()))
        lines = "".join(f"{digest}  {path}\n" for path, digest in sums)
        archive.writestr(zipfile.ZipInfo(SUMS, moment), lines)
    yield sink.drain()


def paths_of(dossier: Dossier) -> list[tuple[Paper, str]]:
    """Where each file stands: evidence/012 title/12-1 name.jpg."""
    titles = {
        number: str((record.content or {}).get("title") or "")
        for number, record in numbered(dossier.records)
    }
    return [
        (
            paper,
            f"evidence/{paper.record:03d} {safe_name(titles[paper.record])}".rstrip()
            + f"/{paper.number} {_ending(safe_name(paper.name), paper)}",
        )
        for paper in dossier.papers
    ]


def safe_name(name: str) -> str:
    """A name that every system takes as the name of one file or folder, never a path."""
    plain = "".join("_" if c in '\\/:*?"<>|' or c < " " or c == "\x7f" else c for c in name)
    return plain.strip(". ")[:MOST_NAME].strip(". ")


def _ending(name: str, paper: Paper) -> str:
    """The ending of the bytes that are kept: a HEIC photo is a JPEG."""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    return f"{stem or 'file'}.{'pdf' if paper.media_type == 'application/pdf' else 'jpg'}"
