"""Which societies' staff see a file: through what it proves."""

from sqlalchemy import select, union

from cpd_app.db import session
from cpd_app.models import (
    AnswerFile,
    Appeal,
    AppealFile,
    CertificateAct,
    Credit,
    Evidence,
    File,
    FileReturn,
    Filing,
    Registration,
    Relief,
    ReliefFile,
    ReturnItem,
)
from cpd_app.policy import Target
from cpd_app.usecases.under_filing import societies_filed_with


def target_of(file: File) -> Target:
    """Whose file it is, and which societies see it.

    By a record that they credit, a filing, the answer to a return, a request for relief, an appeal,
    an act of the register.
    """
    through = union(
        select(Registration.society_id)
        .join(Credit, Credit.registration_id == Registration.id)
        .join(Evidence, Evidence.activity_id == Credit.activity_id)
        .where(Evidence.file_id == file.id),
        societies_filed_with(file.id),
        select(Filing.society_id)
        .join(FileReturn, FileReturn.filing_id == Filing.id)
        .join(ReturnItem, ReturnItem.return_id == FileReturn.id)
        .join(AnswerFile, AnswerFile.item_id == ReturnItem.id)
        .where(AnswerFile.file_id == file.id),
        select(Relief.society_id)
        .join(ReliefFile, ReliefFile.relief_id == Relief.id)
        .where(ReliefFile.file_id == file.id),
        select(Appeal.society_id)
        .join(AppealFile, AppealFile.appeal_id == Appeal.id)
        .where(AppealFile.file_id == file.id),
        select(CertificateAct.society_id).where(CertificateAct.document_file_id == file.id),
    )
    return Target(owner_id=file.person_id, societies=frozenset(session.scalars(through)))
