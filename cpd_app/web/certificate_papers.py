"""A certificate for who holds it or keeps the register: to show, to print, and signed."""

import io
import json

from flask import Blueprint, Response, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.documents.registration_certificate import (
    RegistrationCertificate,
    registration_certificate_pdf,
)
from cpd_app.texts.certificate_papers import LEVEL_NAMES, PUBLIC_STATES
from cpd_app.usecases import signed_certificates
from cpd_app.usecases.signed_certificates import OwnCertificate, last_day
from cpd_app.web.documents import plain_name
from cpd_app.web.locale import short_locale
from cpd_app.web.qr import qr_svg
from cpd_app.web.verification import link_of
from cpd_app.wording import sentence

bp = Blueprint("certificate_papers", __name__)


@bp.get("/registrations/<int:registration_id>/certificate")
@signed_in
def show(registration_id: int) -> ResponseReturnValue:
    """The QR code large, and what can be downloaded."""
    own = signed_certificates.own_certificate(
        current_actor(), registration_id, now=clock.now(), today=clock.today()
    )
    found, english = own.certificate, short_locale() == "en"
    number = found.registration.number
    return render_template(
        "certificate_papers/show.html",
        registration_id=registration_id,
        own=own.certificate.registration.person_id == current_actor().person_id,
        name=(own.name_en or own.name) if english else own.name,
        number=number,
        level=LEVEL_NAMES[found.term.level][english],
        state=PUBLIC_STATES[found.state.value][english],
        until=last_day(found.term.ends_on),
        qr=qr_svg(link_of(_base(), number)),
        public=url_for("verification.show", number=number),
        ended_suspended=found.ended_suspended,
        coming=found.coming.starts_on if found.coming else None,
        no_paper=sentence(own.no_paper) if own.no_paper else "",
    )


@bp.get("/registrations/<int:registration_id>/certificate.pdf")
@signed_in
def paper(registration_id: int) -> ResponseReturnValue:
    """The certificate to print; refused with a sentence while it is not in force.

    With `coming` the one for the next term, which says its first day.
    """
    own = signed_certificates.printed_certificate(
        current_actor(),
        registration_id,
        coming="coming" in request.args,
        now=clock.now(),
        today=clock.today(),
    )
    made = registration_certificate_pdf(_on_paper(own), current_app.config["CPD"].fonts_dir)
    return _sent(made, "application/pdf", own.certificate.registration.number, "pdf")


@bp.get("/registrations/<int:registration_id>/certificate.json")
@signed_in
def signed(registration_id: int) -> ResponseReturnValue:
    """The signed certificate; whoever gets it can check it offline."""
    with transaction():
        number, document = signed_certificates.sign_own(
            current_actor(), registration_id, now=clock.now(), today=clock.today()
        )
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _sent(text.encode(), "application/json", number, "json")


def _on_paper(own: OwnCertificate) -> RegistrationCertificate:
    found = own.certificate
    number, field = found.registration.number, found.field
    link = link_of(_base(), number)
    return RegistrationCertificate(
        number=number,
        name=own.name,
        name_en=own.name_en,
        level=found.term.level,
        field=field.name if field else found.registration.field_text,
        field_en=field.name_en if field else "",
        society=found.society.name,
        society_en=found.society.name_en,
        starts_on=found.term.starts_on,
        last_on=last_day(found.term.ends_on),
        link=link,
        qr=str(qr_svg(link, border=0, alone=True)),
        as_of=found.as_of,
        printed_on=clock.today(),
    )


def _base() -> str:
    return str(current_app.config["CPD"].base_url)


def _sent(data: bytes, media: str, number: str, ending: str) -> Response:
    answer = send_file(
        io.BytesIO(data),
        mimetype=media,
        as_attachment=True,
        download_name=f"{plain_name(number)}.{ending}",
    )
    del answer.headers["Cache-Control"]  # the app's own stands: nothing of it is kept
    return answer
