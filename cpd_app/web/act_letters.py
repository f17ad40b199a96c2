"""The letter of an act of the register, as a file for its member and the society's staff."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.usecases import act_letters
from cpd_app.web.certificate_words import reason_word
from cpd_app.web.filing_letters import sent
from cpd_app.web.locale import short_locale

bp = Blueprint("act_letters", __name__)


@bp.get("/certificate-acts/<int:act_id>/letter.pdf")
@signed_in
def letter(act_id: int) -> ResponseReturnValue:
    """What was done to the certificate, on what basis, and what can be done against it."""
    actor = current_actor()
    reason = reason_word(act_letters.reason_of(actor, act_id))
    return sent(act_letters.act_letter(actor, act_id, short_locale(), reason, now=clock.now()))
