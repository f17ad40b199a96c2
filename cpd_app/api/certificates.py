"""Public look-up for machines: a number in, a signed statement out."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import public
from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.signed_certificates import SignedCertificateSchema
from cpd_app.usecases import signed_certificates, verification

blp = Blueprint("api_certificates", __name__, description="Whether a certificate is in force")


@blp.get("/certificates/<path:number>")
@public
@blp.doc(security=[])
@blp.response(200, SignedCertificateSchema)
@refuses(blp, 404, 429)
def show(number: str) -> dict[str, Any]:
    """State, term and dated history of a certificate; withdrawn ones are shown, never hidden.

    Spaces, full-width characters and small letters in the number do no harm. Questions are counted
    by address. The signature can be checked offline with `/verify/check_certificate.py` and the
    keys at `/.well-known/cpd-keys.json`.
    """
    now, today = clock.now(), clock.today()
    with transaction():
        found = verification.look_up(
            number, address=request.remote_addr or "-", now=now, today=today
        )
        document = None if found is None else signed_certificates.sign_public(found, now=now)
    if document is None:
        raise NotFound("certificate_unknown")
    return document
