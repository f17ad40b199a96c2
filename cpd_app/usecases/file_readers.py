"""Which societies' staff see a file: through what it proves."""

from sqlalchemy import select, union_all

from cpd_app.db import session
from cpd_app.models import (
    Appeal,
    AppealFile,
    Credit,
    Evidence,
    File,
    Registration,
    Relief,
    ReliefFile,
)
from cpd_app.policy import Target


def target_of(file: File) -> Target:
    """Whose file it is, and which societies see it: by a record, relief or appeal it proves."""
    through = union_all(
        select(Registration.society_id)
        .join(Credit, Credit.registration_id == Registration.id)
        .join(Evidence, Evidence.activity_id == Credit.activity_id)
        .where(Evidence.file_id == file.id),
        select(Relief.society_id)
        .join(ReliefFile, ReliefFile.relief_id == Relief.id)
        .where(ReliefFile.file_id == file.id),
        select(Appeal.society_id)
        .join(AppealFile, AppealFile.appeal_id == Appeal.id)
        .where(AppealFile.file_id == file.id),
    )
    return Target(owner_id=file.person_id, societies=frozenset(session.scalars(through)))
