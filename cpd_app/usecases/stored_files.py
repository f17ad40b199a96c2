"""Which bytes of the store the rows of a database need; asked about copies of it too."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from cpd_app.models import File
from cpd_app.usecases.files import FileState


def needed_files(connection: Connection) -> Iterator[tuple[str, str]]:
    """Folder and digest of every file that a row names and that was not removed."""
    rows = connection.execute(
        select(
            File.folder, File.original_hash, File.stored_hash, File.preview_hash, File.state
        ).where(File.state != FileState.PURGED)
    )
    for folder, original, stored, preview, state in rows:
        digests = {stored, preview} | ({original} if state == FileState.ARRIVED else set())
        for digest in sorted(d for d in digests if d):
            yield str(folder), digest
