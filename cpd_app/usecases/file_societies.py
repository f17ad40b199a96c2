"""Which societies see a file: they credit a record it proves, or it answers their return."""

from sqlalchemy import CompoundSelect, select, union

from cpd_app.models import (
    AnswerFile,
    Credit,
    Evidence,
    FileReturn,
    Filing,
    Registration,
    ReturnItem,
)


def societies_seeing(file_id: int) -> CompoundSelect[int]:
    """Their ids, as a statement."""
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
    return union(credited, answered)
