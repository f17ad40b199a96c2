"""Letters about a filing as files: decision, return, 核实."""

import io

from flask import Blueprint, Response, current_app, send_file
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in, staff_area
from cpd_app.documents.letters import Letter, letter_pdf
from cpd_app.usecases import filing_letters
from cpd_app.web.locale import short_locale

bp = Blueprint("filing_letters", __name__)


@bp.get("/decisions/<int:decision_id>/letter.pdf")
@signed_in
def decision(decision_id: int) -> ResponseReturnValue:
    """The letter of a decision, for its member and staff."""
    return sent(
        filing_letters.decision_letter(
            current_actor(), decision_id, short_locale(), now=clock.now()
        )
    )


@bp.get("/returns/<int:return_id>/letter.pdf")
@signed_in
def return_(return_id: int) -> ResponseReturnValue:
    """The letter of a return."""
    return sent(
        filing_letters.return_letter(current_actor(), return_id, short_locale(), now=clock.now())
    )


@bp.get("/verifications/<int:verification_id>/letter.pdf")
@staff_area
def verification(verification_id: int) -> ResponseReturnValue:
    """The letter to a unit."""
    return sent(
        filing_letters.verification_letter(current_actor(), verification_id, now=clock.now())
    )


def sent(letter: Letter) -> Response:
    """A letter as a file under its title and number."""
    made = letter_pdf(letter, current_app.config["CPD"].fonts_dir)
    answer = send_file(
        io.BytesIO(made.pdf),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{letter.title}-{letter.number}.pdf",
    )
    del answer.headers["Cache-Control"]  # the app's own stands: nothing of it is kept
    return answer
