"""Letters about a filing (决定书, 补正通知书, 核实函): one form, on the society's letterhead."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cpd_app.documents.typesetting import Typeset, typeset
from cpd_app.texts.letters import words

FORM = "letter"


@dataclass(frozen=True)
class LetterTable:
    """Rows under a heading; `right`: columns that hold figures."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: relative widths; 0 is as wide as its content
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Letter:
    """Everything a letter says, in its language."""

    language: str
    society: str
    #: the society is there to try the service out
    sample: bool
    title: str
    number: str
    to: str
    about: str
    paragraphs: tuple[str, ...]
    #: heading and text, below each other
    sections: tuple[tuple[str, str], ...]
    issued: str
    as_of: datetime
    tables: tuple[LetterTable, ...] = field(default=())


def letter_pdf(letter: Letter, further_fonts: Path | None = None) -> Typeset:
    """As many pages as it takes; a character that no font has is marked and named."""
    label = words(letter.language)
    data = {
        "language": letter.language,
        "label": label,
        "organiser": letter.society,
        "sample": letter.sample,
        "title": letter.title,
        "number": letter.number,
        "to": letter.to,
        "about": letter.about,
        "paragraphs": list(letter.paragraphs),
        "sections": [list(pair) for pair in letter.sections],
        "tables": [
            {
                "title": table.title,
                "head": list(table.head),
                "rows": [list(row) for row in table.rows],
                "widths": list(table.widths),
            }
            for table in letter.tables
        ],
        "issued": letter.issued,
    }
    return typeset(FORM, data, letter.as_of, further_fonts)
