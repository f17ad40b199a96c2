"""The printed sign-in sheet (签到表) of a session: to be signed when nothing else works."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cpd_app.documents.attendance import EventHead, by_name
from cpd_app.documents.typesetting import Typeset, typeset
from cpd_app.texts import documents as words

FORM = "sign_in_sheet"
#: empty lines for people who are not on the roster
WALK_INS = 10


@dataclass(frozen=True)
class SheetRow:
    """One person on the roster."""

    number: str | None
    name: str
    unit: str | None


@dataclass(frozen=True)
class SignInSheet:
    """A session and who is expected in it."""

    event: EventHead
    session: str
    room: str | None
    starts_at: datetime
    ends_at: datetime
    rows: tuple[SheetRow, ...]
    as_of: datetime


def sign_in_sheet_pdf(
    sheet: SignInSheet, language: str, further_fonts: Path | None = None
) -> Typeset:
    """As many pages as it takes, people in the order of their names, then empty lines."""
    event = sheet.event
    data = {
        "language": language,
        "label": words.labels(language),
        "event": event.title,
        "organiser": event.organiser,
        "session": sheet.session,
        "time": words.span(event.local(sheet.starts_at), event.local(sheet.ends_at), language),
        "venue": " · ".join(part for part in (event.venue, sheet.room) if part),
        "rows": [
            [row.number or "", row.name, row.unit or ""]
            for row in sorted(sheet.rows, key=lambda row: by_name(row.name))
        ],
        "walk_ins": WALK_INS,
        "as_of": words.moment(event.local(sheet.as_of), language),
    }
    return typeset(FORM, data, sheet.as_of, further_fonts)
