"""The certificate of attendance (出席证明): one page for one person."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cpd_app.documents.attendance import EventHead, Stay, stays_of
from cpd_app.documents.typesetting import typeset
from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.texts import documents as words

FORM = "certificate"


@dataclass(frozen=True)
class AttendanceCertificate:
    """Who attended what, for how long, and what that comes to."""

    number: str
    event: EventHead
    name: str
    registration_number: str | None
    unit: str | None
    stays: tuple[Stay, ...]
    minutes: int
    #: hundredths of 学时
    hours: int
    #: the conversion, a line for each step
    arithmetic: tuple[str, ...]
    as_of: datetime


def certificate_pdf(
    certificate: AttendanceCertificate, language: str, further_fonts: Path | None = None
) -> bytes:
    """The page; in zh or en.

    Raises Rejected `missing_glyph`: nobody is handed a certificate with a hole in their name.
    """
    event = certificate.event
    minutes, hours = str(certificate.minutes), format_hours(certificate.hours)
    lines = words.certified(
        language, days=event.days(language), title=event.title, minutes=minutes, hours=hours
    )
    data = {
        "language": language,
        "label": words.labels(language),
        "title_en": words.labels("en")["certificate"],
        "number": certificate.number,
        "name": certificate.name,
        "registration_number": certificate.registration_number or "",
        "unit": certificate.unit or "",
        "lines": lines,
        # the lines say title and days already
        "facts": [
            [words.labels(language)[code], value]
            for code, value in (("kind", event.kind), ("venue", event.venue))
            if value
        ],
        "stays": stays_of(event, certificate.stays, language),
        "arithmetic": list(certificate.arithmetic),
        "organiser": event.organiser,
        "event": event.title,
        "issued": words.day(event.local(certificate.as_of).date(), language),
        "as_of": words.moment(event.local(certificate.as_of), language),
    }
    made = typeset(FORM, data, certificate.as_of, further_fonts)
    if made.missing:
        characters = words.listed(
            (f"{c}（U+{ord(c):04X}）" for c in sorted(made.missing)), language
        )
        raise Rejected("missing_glyph", characters=characters)
    return made.pdf
