"""The federation's list of files and achievements used in two societies."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from cpd_app.access import current_actor, staff_area
from cpd_app.usecases.matches import cross_matches
from cpd_app.web.audit_words import flag_name
from cpd_app.web.locale import short_locale

bp = Blueprint("matches", __name__, url_prefix="/staff/matches")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Both references of each match; the federation asks the two societies."""
    return render_template(
        "audits/matches.html",
        matches=[(m, flag_name(m.kind)) for m in cross_matches(current_actor())],
        english=short_locale() == "en",
    )
