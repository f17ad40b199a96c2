"""跨学会重复: what a society says of its own side, and what the federation sees and settles."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.matches import MatchState
from cpd_app.schemas.matches import MatchAnswerSchema
from cpd_app.usecases import match_answers, matches
from cpd_app.usecases.matches import Match
from cpd_app.web import desk
from cpd_app.web.audit_words import flag_name, match_answer, match_state
from cpd_app.web.forms import Read, read
from cpd_app.web.locale import short_locale

bp = Blueprint("matches", __name__, url_prefix="/staff/matches")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Both references of each match for the federation; a society's own side for its staff."""
    actor = current_actor()
    found = (
        matches.cross_matches(actor)
        if desk.open_desk() is None
        else matches.matches_of(actor, desk.society_id())
    )
    return render_template(
        "audits/matches.html",
        matches=[(m, flag_name(m.kind), state_of(m)) for m in found],
        english=short_locale() == "en",
        federal=desk.open_desk() is None,
    )


@bp.get("/<int:match_id>")
@staff_area
def show(match_id: int) -> ResponseReturnValue:
    """One match, and the form to answer it."""
    return _page(match_id, Read())


@bp.post("/<int:match_id>/answer")
@staff_area
def answer(match_id: int) -> ResponseReturnValue:
    """Answer for one's own society, or settle it as the federation."""
    shown, _records = matches.match_shown(current_actor(), match_id)
    given = read(MatchAnswerSchema())
    if given.ok and _said(match_id, shown, given):
        flash(_("已记下。"), "success")
        return redirect(url_for("matches.show", match_id=match_id), 303)
    return _page(match_id, given), 422


def _said(match_id: int, shown: Match, given: Read) -> bool:
    act = match_answers.answer_match if shown.other is None else match_answers.settle_match
    try:
        with transaction():
            act(
                current_actor(),
                match_id,
                given.value["answer"],
                given.value["words"],
                seen=given.value["version"],
                now=clock.now(),
                today=clock.today(),
            )
    except (Rejected, Conflict) as refusal:
        given.refuse(refusal, known=MatchAnswerSchema().fields)
        return False
    return True


def _page(match_id: int, given: Read) -> str:
    match, records = matches.match_shown(current_actor(), match_id)
    return render_template(
        "audits/match.html",
        match=match,
        records=records,
        name=flag_name(match.kind),
        state=state_of(match),
        answers=[(code, match_answer(code)) for code in ("same", "different")],
        said=match_answer,
        english=short_locale() == "en",
        is_open=match.outcome is None,
        values=request.form,
        errors=given.errors,
    )


def state_of(match: Match) -> tuple[str, str]:
    """How it stands, in words, and how a list draws it."""
    if match.state is MatchState.SETTLED and match.outcome is not None:
        return match_answer(match.outcome), "quiet"
    if match.other is not None:
        sides = (match.own.answer, match.other.answer)
        if all(sides):
            return _("两边说法不同，等联合体裁定"), "warning"
        if any(sides):
            return _("一边已答复"), "waiting"
        return _("两边都没有答复"), "waiting"
    return match_state(match.state), "warning" if match.state == "to_answer" else "waiting"
