"""Files that answer returns: which societies may open them."""

from sqlalchemy import Select, select

from cpd_app.models import AnswerFile, FileReturn, Filing, ReturnItem


def societies_answered_with(file_id: int) -> Select[int]:
    """The societies whose returns a file answers, as a statement."""
    return (
        select(Filing.society_id)
        .join(FileReturn, FileReturn.filing_id == Filing.id)
        .join(ReturnItem, ReturnItem.return_id == FileReturn.id)
        .join(AnswerFile, AnswerFile.item_id == ReturnItem.id)
        .where(AnswerFile.file_id == file_id)
    )
