"""The signed decision of an act: a file that comes with it, for staff and whom it concerns."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.models import CertificateAct, File
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases.act_history import DONE
from cpd_app.usecases.files import FileState, Opened, Upload, opened, receive_file
from cpd_app.usecases.registrations_shown import readable_registration


def attach_paper(
    actor: Actor,
    row: CertificateAct,
    paper: Upload | None,
    *,
    store: LocalFiles | None,
    now: datetime,
) -> None:
    """Keep the document of an act that is being made, if one came; it belongs to who brings it.

    Raises Rejected `bad_secrecy`, Conflict `file_key_reused`.
    """
    if paper is None or store is None or actor.person_id is None:
        return
    row.document_file_id = receive_file(actor, actor.person_id, paper, store=store, now=now).id


def open_paper(actor: Actor, act_id: int, *, store: LocalFiles, now: datetime) -> Opened:
    """The document of an act: for the society's staff, and for the member once it is in force.

    The public reads its number only. NotFound for everybody else, and where there is none.
    """
    row = session.get(CertificateAct, act_id)
    if row is None:
        raise NotFound
    registration = readable_registration(actor, row.registration_id)
    staff = row.society_id in actor.staff_of and actor.person_id != registration.person_id
    if row.document_file_id is None or not (staff or row.state in DONE):
        raise NotFound
    file = session.get_one(File, row.document_file_id)
    return opened(actor, file, preview=False, store=store, now=now)


def paper_states(acts: Iterable[CertificateAct]) -> dict[int, FileState]:
    """Where the document of each act stands, for those that have one; one statement."""
    by_file = [(a.document_file_id, a.id) for a in acts if a.document_file_id is not None]
    if not by_file:
        return {}
    rows = session.execute(
        select(File.id, File.state).where(File.id.in_({file_id for file_id, _act in by_file}))
    )
    states = {file_id: FileState(state) for file_id, state in rows}
    return {act_id: states[file_id] for file_id, act_id in by_file}
