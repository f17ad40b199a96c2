"""Which societies see a member's file: by a record, a filing, or an answer that it belongs to."""

from sqlalchemy import select, union

from cpd_app.db import session
from cpd_app.models import (
    AnswerFile,
    Credit,
    Evidence,
    FileReturn,
    Filing,
    Registration,
    ReturnItem,
)
from cpd_app.usecases.under_filing import societies_filed_with


def societies_with(file_id: int) -> frozenset[int]:
    """Those that credit a record it proves, were filed it, or got it as the answer to a return."""
    credited = (
        select(Registration.society_id)
        .join(Credit, Credit.registration_id == Registration.id)
        .join(Evidence, Evidence.activity_id == Credit.activity_id)
        .where(Evidence.file_id == file_id)
    )
    answered = (
        select(Filing.society_id)
        .join(FileReturn, FileReturn.filing_id == Filing.id)
        .join(ReturnItem, ReturnItem.return_id == FileReturn.id)
        .join(AnswerFile, AnswerFile.item_id == ReturnItem.id)
        .where(AnswerFile.file_id == file_id)
    )
    return frozenset(session.scalars(union(credited, societies_filed_with(file_id), answered)))
