"""申诉: written by the member, decided at the desk by somebody who did not decide before."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.schemas.evidence import uploads_of
from cpd_app.schemas.relief import AppealDecisionSchema
from cpd_app.storage import local_files
from cpd_app.usecases import appeals
from cpd_app.usecases.appeals import AppealState
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.files import Upload
from cpd_app.web import desk, relief_words, uploads
from cpd_app.web.forms import Read, read
from cpd_app.wording import sentence

bp = Blueprint("appeals", __name__)

#: what an appeal is against -> the page of it for the member and at the desk, and the name of
#: its id in the address of each
PAGES = {
    "relief": ("relief.show", "relief_desk.show", "relief_id", "relief_id"),
    "decision": ("filing_process.show", "audit_process.decide", "filing_id", "filing_id"),
    "act": ("wishes.certificate", "certificates.index", "registration_id", "r"),
}


@bp.route("/appeals/new/<string:subject>/<int:subject_id>", methods=["GET", "POST"])
@signed_in
def new(subject: str, subject_id: int) -> ResponseReturnValue:
    """Appeal, with words and files, until the last day."""
    found, against = appeals.own_subject(current_actor(), subject, subject_id, today=clock.today())
    errors: dict[str, str] = {}
    if request.method == "POST":
        made = _file(subject, subject_id, errors)
        if made is not None:
            flash(_("申诉已提交。由没有参加原决定的人处理。"), "success")
            return redirect(url_for("appeals.show", appeal_id=made), 303)
    page = render_template(
        "appeals/new.html",
        found=found,
        subject=subject,
        back=_back(subject, against.page_id),
        values=request.form,
        errors=errors,
        secrecy=uploads.secrecy_options(),
        words=relief_words,
    )
    return page, 422 if errors else 200


@bp.get("/appeals/<int:appeal_id>")
@signed_in
def show(appeal_id: int) -> ResponseReturnValue:
    """One's own appeal: what was said, and what came of it."""
    shown = appeals.appeal_shown(current_actor(), appeal_id)
    if shown.appeal.person_id != current_actor().person_id:
        return redirect(url_for("appeals.decide", appeal_id=appeal_id), 303)
    return render_template(
        "appeals/show.html",
        shown=shown,
        back=_back(shown.appeal.subject, shown.against.page_id),
        words=relief_words,
    )


@bp.post("/appeals/<int:appeal_id>/withdraw")
@signed_in
def withdraw(appeal_id: int) -> ResponseReturnValue:
    """Take it back while it is open."""
    try:
        with transaction():
            appeals.withdraw_appeal(current_actor(), appeal_id, now=clock.now())
    except Conflict as conflict:
        flash(sentence(conflict.code, conflict.values), "error")
    else:
        flash(_("申诉已撤回。"), "success")
    return redirect(url_for("appeals.show", appeal_id=appeal_id), 303)


bp.add_app_template_global(appeals.open_appeal, "open_appeal")


@bp.get("/staff/appeals")
@staff_area
def index() -> ResponseReturnValue:
    """Appeals of the society in one state, the oldest first."""
    state = request.args.get("state", AppealState.OPEN)
    if state not in set(AppealState):
        raise NotFound
    found, counts = appeals.society_appeals(current_actor(), desk.society_id(), state=state)
    waiting = counts.get(AppealState.OPEN, 0)
    return render_template(
        "appeals/desk.html",
        heading=ngettext("%(num)s 份申诉等待处理", "%(num)s 份申诉等待处理", waiting)
        if waiting
        else _("没有等待处理的申诉"),
        listed=found,
        tabs=[
            {
                "href": url_for("appeals.index", state=s.value),
                "text": relief_words.appeal_word(s.value),
                "count": counts.get(s, 0),
                "active": s == state,
            }
            for s in AppealState
        ],
        words=relief_words,
    )


@bp.route("/staff/appeals/<int:appeal_id>", methods=["GET", "POST"])
@staff_area
def decide(appeal_id: int) -> ResponseReturnValue:
    """One appeal with what it is against; upheld or dismissed with a reason."""
    shown = _at_desk(appeal_id)
    given = Read()
    if request.method == "POST":
        given = read(AppealDecisionSchema())
        if given.ok and _decide(appeal_id, given):
            flash(_("已处理，会员能看到结果和理由。"), "success")
            return redirect(url_for("appeals.index"), 303)
        shown = _at_desk(appeal_id)
    appeal = shown.appeal
    page = render_template(
        "appeals/decide.html",
        shown=shown,
        against=_back(appeal.subject, shown.against.page_id, at_desk=True),
        names=names_of({appeal.decided_by_id} - {None}),
        values=request.form,
        errors=given.errors,
        words=relief_words,
    )
    return page, 200 if given.ok else 422


def _file(subject: str, subject_id: int, errors: dict[str, str]) -> int | None:
    files = uploads_of(
        request.files.getlist("file"),
        request.form.get("secrecy", ""),
    )
    for outcome in files:
        if not isinstance(outcome, Upload):
            errors["file"] = uploads.why(outcome.refusal or Rejected("no_file"))
            return None
    try:
        with transaction():
            made = appeals.file_appeal(
                current_actor(),
                subject,
                subject_id,
                request.form.get("words", ""),
                [file for file in files if isinstance(file, Upload)],
                store=local_files(),
                now=clock.now(),
                today=clock.today(),
            )
            return made.id
    except (Rejected, Conflict) as refusal:
        errors[refusal.field or ""] = sentence(refusal.code, refusal.values)
        return None


def _decide(appeal_id: int, given: Read) -> bool:
    try:
        with transaction():
            appeals.decide_appeal(
                current_actor(),
                appeal_id,
                uphold=given.value["verdict"] == "uphold",
                reason=given.value["reason"],
                seen=given.value["seen"],
                now=clock.now(),
                today=clock.today(),
            )
    except (Rejected, Conflict) as refusal:
        given.refuse(refusal)
        return False
    return True


def _at_desk(appeal_id: int) -> appeals.Shown:
    shown = appeals.appeal_shown(current_actor(), appeal_id)
    if shown.appeal.society_id != desk.society_id():
        raise NotFound
    return shown


def _back(subject: str, page_id: int, *, at_desk: bool = False) -> str:
    own, staff, own_name, staff_name = PAGES[subject]
    ids: dict[str, Any] = {staff_name if at_desk else own_name: page_id}
    return url_for(staff if at_desk else own, **ids)
