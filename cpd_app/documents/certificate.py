"""The certificate of attendance (出席证明): one page for one person."""

import itertools
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cpd_app.documents.attendance import EventHead, Stay, stays_of
from cpd_app.documents.typesetting import typeset
from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.texts import documents as words

FORM = "certificate"
#: lines of presence that the page has room for
MOST_LINES = 6


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
        "stays": _presence(certificate, language),
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


def _presence(certificate: AttendanceCertificate, language: str) -> list[list[str]]:
    """Day, session and times of each stay; of many a line a day, of many days the first of them."""
    stays = stays_of(certificate.event, certificate.stays, language)
    if len(stays) <= MOST_LINES:
        return [[s["day"], s["session"], f"{s['in']} – {s['out']}"] for s in stays]
    label = words.labels(language)
    lines = []
    for day, group in itertools.groupby(
        zip(stays, certificate.stays, strict=True), key=lambda pair: pair[0]["day"]
    ):
        of_day = list(group)
        left = [stay.out_at for _, stay in of_day if stay.out_at is not None]
        out = f"{certificate.event.local(max(left)):%H:%M}" if left else ""
        lines.append(
            [day, label["stays"].format(number=len(of_day)), f"{of_day[0][0]['in']} – {out}"]
        )
    if len(lines) <= MOST_LINES:
        return lines
    more = label["more_days"].format(number=len(lines) - MOST_LINES + 1)
    return [*lines[: MOST_LINES - 1], ["…", more, ""]]
