"""The certificate of registration (工程会员证书): one bilingual page for one person.

One form for all societies, which the federation owns; it says 示范样式 until the federation
supplies its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cpd_app.documents.typesetting import typeset
from cpd_app.domain.errors import Rejected
from cpd_app.texts import documents as words
from cpd_app.texts.certificate_papers import LEVEL_NAMES, PAPER

FORM = "registration_certificate"


@dataclass(frozen=True)
class RegistrationCertificate:
    """What a certificate on paper says."""

    number: str
    name: str
    name_en: str
    level: str
    field: str
    field_en: str
    society: str
    society_en: str
    starts_on: date
    #: the last day of the term
    last_on: date
    #: the public page's address as text, and its QR code as SVG
    link: str
    qr: str
    as_of: datetime
    printed_on: date


def registration_certificate_pdf(
    certificate: RegistrationCertificate, further_fonts: Path | None = None
) -> bytes:
    """The page; the same certificate of the same moment makes the same bytes.

    Raises Rejected `missing_glyph`: nobody is handed a certificate with a hole in their name.
    """
    level_zh, level_en = LEVEL_NAMES[certificate.level]
    data = {
        "language": "zh",
        "label": {**words.labels("zh"), "both": {k: list(v) for k, v in PAPER.items()}},
        "organiser": certificate.society,
        "name": certificate.name,
        "name_en": certificate.name_en,
        "level": [level_zh, level_en],
        "number": certificate.number,
        "facts": [
            [*PAPER["number"], certificate.number, ""],
            [*PAPER["field"], certificate.field, certificate.field_en],
            [*PAPER["society"], certificate.society, certificate.society_en],
            [*PAPER["term"], *(_span(certificate, language) for language in ("zh", "en"))],
            *_begins(certificate),
        ],
        "printed": [words.day(certificate.printed_on, language) for language in ("zh", "en")],
        "link": certificate.link,
        "qr": certificate.qr,
    }
    made = typeset(FORM, data, certificate.as_of, further_fonts)
    if made.missing:
        characters = words.listed((f"{c}（U+{ord(c):04X}）" for c in sorted(made.missing)), "zh")
        raise Rejected("missing_glyph", characters=characters)
    return made.pdf


def _begins(certificate: RegistrationCertificate) -> list[list[str]]:
    """The first valid day, on a certificate that is printed before it."""
    if certificate.starts_on <= certificate.printed_on:
        return []
    days = (words.day(certificate.starts_on, language) for language in ("zh", "en"))
    return [[*PAPER["begins"], *days]]


def _span(certificate: RegistrationCertificate, language: str) -> str:
    first = words.day(certificate.starts_on, language)
    last = words.day(certificate.last_on, language)
    return f"{first} – {last}" if language == "en" else f"{first}至{last}"
