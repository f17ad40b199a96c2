"""Files that come with a request or an appeal: how many, and what ties them to it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.models import Base
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases.files import Upload, receive_file

MOST_FILES = 10


def check_number(uploads: Sequence[Upload]) -> None:
    """Rejected `too_many_files`; asked before anything is saved."""
    if len(uploads) > MOST_FILES:
        raise Rejected("too_many_files", "file", most=MOST_FILES)


def attach_files(
    actor: Actor,
    owner_id: int,
    uploads: Sequence[Upload],
    row_of: Callable[[int], Base],
    *,
    store: LocalFiles | None,
    now: datetime,
) -> None:
    """Take files in and tie each once to what it belongs to; `row_of` makes the tie.

    Nothing comes without a store: tests and commands that bring no files need none.
    """
    if store is None:
        return
    attached: set[int] = set()
    for upload in uploads:
        file = receive_file(actor, owner_id, upload, store=store, now=now)
        if file.id not in attached:
            session.add(row_of(file.id))
            attached.add(file.id)
    session.flush()
