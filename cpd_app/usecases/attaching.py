"""Files that come with a request or an appeal."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cpd_app.db import session
from cpd_app.models import Base
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases.files import Upload, receive_file


def attach_files(
    actor: Actor,
    owner_id: int,
    uploads: Sequence[Upload],
    row_of: Callable[[int], Base],
    *,
    store: LocalFiles,
    now: datetime,
) -> None:
    """Take files in and tie each once to what it belongs to; `row_of` makes the tie."""
    attached: set[int] = set()
    for upload in uploads:
        file = receive_file(actor, owner_id, upload, store=store, now=now)
        if file.id not in attached:
            session.add(row_of(file.id))
            attached.add(file.id)
    session.flush()
