"""A certificate as a document that a machine can check, and what the printed one says."""

import base64
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cpd_app.domain.canonical import canonical_json
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.verification import PublicState
from cpd_app.policy import Actor
from cpd_app.texts.certificate_papers import LEVEL_NAMES
from cpd_app.usecases import signing
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.verification import PublicCertificate, certificate_of

FORMAT = "cpd-certificate/1"
#: where the public keys are
KEYS = "/.well-known/cpd-keys.json"
#: state -> why no new certificate is printed
NO_PAPER = {
    PublicState.WAITING: "no_paper_waiting",
    PublicState.SUSPENDED: "no_paper_suspended",
    PublicState.EXPIRED: "no_paper_expired",
    PublicState.IN_REVIEW: "no_paper_in_review",
    PublicState.CANCELLED: "no_paper_cancelled",
    PublicState.REVOKED: "no_paper_revoked",
}


@dataclass(frozen=True)
class OwnCertificate:
    """A certificate for who holds it or keeps it: with the full name."""

    certificate: PublicCertificate
    name: str
    name_en: str
    #: code of the sentence that says why it cannot be printed; None = it can
    no_paper: str | None


def own_certificate(
    actor: Actor, registration_id: int, *, now: datetime, today: date
) -> OwnCertificate:
    """For the member and for staff of the society; NotFound for strangers, or without a term."""
    registration = readable_registration(actor, registration_id)
    certificate = certificate_of(registration, now=now, today=today)
    if certificate is None:
        raise NotFound
    person = registration.person
    return OwnCertificate(
        certificate, person.name, person.name_en or "", NO_PAPER.get(certificate.state)
    )


def printed_certificate(
    actor: Actor, registration_id: int, *, coming: bool = False, now: datetime, today: date
) -> OwnCertificate:
    """The same, to be printed: only while it is in force, or `coming`: the one that begins later.

    The paper of a coming term says its first day; its code shows how things stand meanwhile.
    Raises Rejected `no_paper_suspended`, `no_paper_expired` … for every other state, NotFound when
    nothing is to come.
    """
    own = own_certificate(actor, registration_id, now=now, today=today)
    if coming:
        if own.certificate.coming is None:
            raise NotFound
        return replace(own, certificate=replace(own.certificate, term=own.certificate.coming))
    if own.no_paper is not None:
        raise Rejected(own.no_paper)
    return own


def sign_own(
    actor: Actor, registration_id: int, *, now: datetime, today: date
) -> tuple[str, dict[str, Any]]:
    """The number and the signed document with the full name; in every state, which stands in it.

    Call it inside a transaction: a society's first signature makes its key.
    """
    own = own_certificate(actor, registration_id, now=now, today=today)
    document = signed(own.certificate, own.name, own.name_en, now=now)
    return own.certificate.registration.number, document


def sign_public(certificate: PublicCertificate, *, now: datetime) -> dict[str, Any]:
    """The signed document as anybody may have it: with the name as public pages write it."""
    return signed(certificate, certificate.name, certificate.name_en, now=now)


def signed(
    certificate: PublicCertificate, name: str, name_en: str, *, now: datetime
) -> dict[str, Any]:
    """`{certificate, signature}`; the signature is of the canonical JSON of `certificate`."""
    document = document_of(certificate, name, name_en)
    made = signing.sign(certificate.society.id, canonical_json(document), now=now)
    return {
        "certificate": document,
        "signature": {
            "algorithm": signing.ALGORITHM,
            "key_id": made.key_id,
            "value": base64.b64encode(made.signature).decode(),
            "keys": KEYS,
        },
    }


def document_of(certificate: PublicCertificate, name: str, name_en: str) -> dict[str, Any]:
    """What is signed: ids and codes beside the words, days as YYYY-MM-DD, the moment in UTC."""
    registration, society, field = (
        certificate.registration,
        certificate.society,
        certificate.field,
    )
    zh, en = LEVEL_NAMES[certificate.term.level]
    return {
        "format": FORMAT,
        "number": registration.number,
        "name": name,
        "name_en": name_en or None,
        "level": certificate.term.level,
        "level_name": {"zh": zh, "en": en},
        "field": field.name if field else registration.field_text,
        "field_en": field.name_en if field else None,
        "society": {"code": society.code, "name": society.name, "name_en": society.name_en},
        "term": {
            "starts_on": certificate.term.starts_on.isoformat(),
            "last_day": last_day(certificate.term.ends_on).isoformat(),
        },
        "state": certificate.state.value,
        "history": [
            {
                "act": entry.kind,
                "on": entry.on.isoformat(),
                "document_no": entry.document_no,
                "annulled": entry.annulled,
                "last_day": last_day(entry.ends_on).isoformat() if entry.ends_on else None,
            }
            for entry in certificate.history
        ],
        "as_of": certificate.as_of.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    }


def last_day(ends_on: date) -> date:
    """Terms are half-open; a certificate names its last day."""
    return ends_on - timedelta(days=1)
