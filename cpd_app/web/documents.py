"""Papers of an event to take along: certificate, closing package, sign-in sheet."""

import io
import secrets

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.documents.certificate import AttendanceCertificate, certificate_pdf
from cpd_app.documents.sign_in_sheet import sign_in_sheet_pdf
from cpd_app.texts.documents import labels
from cpd_app.usecases import attendance_certificates, closing_package, sign_in_sheets
from cpd_app.web.locale import short_locale

bp = Blueprint("documents", __name__)

#: characters of a title that a file's name can hold beside the rest of it
LONGEST_TITLE = 60


@bp.get("/events/<int:event_id>/certificate.pdf")
@signed_in
def certificate(event_id: int) -> ResponseReturnValue:
    """One's own certificate of attendance."""
    return _certificate(
        attendance_certificates.own_certificate(
            current_actor(), event_id, language=short_locale(), now=clock.now()
        )
    )


@bp.get("/events/<int:event_id>/roster/<int:entry_id>/certificate.pdf")
@signed_in
def entry_certificate(event_id: int, entry_id: int) -> ResponseReturnValue:
    """The certificate of somebody on the roster."""
    return _certificate(
        attendance_certificates.certificate_of_entry(
            current_actor(), event_id, entry_id, language=short_locale(), now=clock.now()
        )
    )


@bp.get("/events/<int:event_id>/closing-package")
@signed_in
def package(event_id: int) -> ResponseReturnValue:
    """What the closing package holds, and what of it was made already."""
    found = closing_package.package_of(current_actor(), event_id, now=clock.now())
    return render_template("events/package.html", found=found, key=secrets.token_hex(8))


@bp.post("/events/<int:event_id>/closing-package")
@signed_in
def order_package(event_id: int) -> ResponseReturnValue:
    """Have it made; for a congress that takes seconds and much memory."""
    with transaction():
        job = closing_package.order_closing_package(
            current_actor(),
            event_id,
            language=short_locale(),
            key=request.form.get("key", "")[:40] or secrets.token_hex(8),
            now=clock.now(),
        )
        job_id = job.id
    return redirect(url_for("job_files.show", job_id=job_id), 303)


@bp.get("/events/<int:event_id>/sessions/<int:session_id>/sign-in-sheet.pdf")
@signed_in
def sign_in_sheet(event_id: int, session_id: int) -> ResponseReturnValue:
    """The sign-in sheet of a session, to be printed."""
    language = short_locale()
    sheet = sign_in_sheets.sign_in_sheet_of(
        current_actor(), event_id, session_id, language=language, now=clock.now()
    )
    made = sign_in_sheet_pdf(sheet, language, current_app.config["CPD"].fonts_dir)
    return _sent(made.pdf, "sign_in_sheet", sheet.event.title, sheet.session)


def _certificate(certificate: AttendanceCertificate) -> Response:
    language = short_locale()
    made = certificate_pdf(certificate, language, current_app.config["CPD"].fonts_dir)
    return _sent(made, "certificate", certificate.event.title, certificate.name)


def _sent(data: bytes, label: str, *about: str) -> Response:
    """As a file under a name that says what it is of; `send_file` writes it as RFC 5987 wants."""
    words = [labels(short_locale())[label], *(plain_name(part)[:LONGEST_TITLE] for part in about)]
    answer = send_file(
        io.BytesIO(data),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{'-'.join(words)}.pdf",
    )
    del answer.headers["Cache-Control"]  # the app's own stands: nothing of it is kept
    return answer


def plain_name(text: str) -> str:
    """Without what some system forbids in the name of a file."""
    return "".join("_" if c in '\\/:*?"<>|' or c < " " else c for c in text).strip(". ")
