"""Papers of an act of the register, for its member and the society's staff: letter, document."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.sheets.words import reason_word
from cpd_app.storage import local_files
from cpd_app.usecases import act_letters, act_papers
from cpd_app.web.evidence import sent_file
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


@bp.get("/certificate-acts/<int:act_id>/document")
@signed_in
def paper(act_id: int) -> ResponseReturnValue:
    """The signed document, as it was attached; opening it is written down."""
    with transaction():
        found = act_papers.open_paper(current_actor(), act_id, store=local_files(), now=clock.now())
    return sent_file(found)
