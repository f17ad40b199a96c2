"""The member after filing: what happened, answering a return on the phone, what a unit said."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.schemas.evidence import uploads_of
from cpd_app.schemas.filing_acts import seen_of, words_of
from cpd_app.storage import local_files
from cpd_app.usecases import appeals, return_answers, verifications
from cpd_app.usecases.decisions import APPEALABLE
from cpd_app.usecases.evidence import Outcome
from cpd_app.usecases.filing_story import filing_process_of
from cpd_app.usecases.return_answers import AnswerPage
from cpd_app.web import relief_words, uploads
from cpd_app.web.filing_page import member_story
from cpd_app.web.process_words import count_words, left_words, state_words, title_of
from cpd_app.wording import sentence

bp = Blueprint("filing_process", __name__, url_prefix="/renewal")


@bp.app_template_global("filing_process_of")
def filing_process(filing_id: int) -> dict[str, Any]:
    """What `renewal/_process.html` prints; for the member's own pages."""
    today = clock.today()
    process = filing_process_of(current_actor(), filing_id, today=today)
    own = process.filing.person_id == current_actor().person_id
    return {
        "process": process,
        "filing": process.filing,
        "state": state_words(process.filing.state),
        "story": member_story(process),
        "left": left_words(process.deadline) if process.deadline else "",
        "count": count_words(process.deadline),
        "appeal": appeals.appealable("decision", process.decision.id, today=today)
        if own and process.decision and process.decision.outcome in APPEALABLE
        else None,
        "words": relief_words,
    }


@bp.get("/answer")
@signed_in
def waiting() -> ResponseReturnValue:
    """To the return that waits for an answer; home when none does."""
    filing_id = return_answers.filing_to_answer(current_actor())
    if filing_id is None:
        return redirect(url_for("progress.home"), 303)
    return redirect(url_for("filing_process.answer", filing_id=filing_id), 303)


@bp.get("/filing/<int:filing_id>/progress")
@signed_in
def show(filing_id: int) -> ResponseReturnValue:
    """Where one's filing stands and what happened."""
    return render_template("filing_process/show.html", **filing_process(filing_id))


@bp.route("/filing/<int:filing_id>/answer", methods=["GET", "POST"])
@signed_in
def answer(filing_id: int) -> ResponseReturnValue:
    """Answer a return point by point; kept as it is written, sent when ready."""
    errors: dict[str, str] = {}
    page = return_answers.return_to_answer(current_actor(), filing_id, today=clock.today())
    if request.method == "POST":
        try:
            outcomes = _save(page)
            if "send" in request.form:
                with transaction():
                    return_answers.send_answer(
                        current_actor(), filing_id, seen=seen_of(request.form),
                        now=clock.now(), today=clock.today(),
                    )  # fmt: skip
        except (Rejected, Conflict) as refusal:
            errors[refusal.field or ""] = sentence(refusal.code, refusal.values)
        else:
            return _answered(filing_id, outcomes)
    page = return_answers.return_to_answer(current_actor(), filing_id, today=clock.today())
    return render_template(
        "filing_process/answer.html",
        page=page,
        titles={r.id: title_of(r) for r in page.records.values()},
        left=left_words(page.deadline) if page.deadline else "",
        count=count_words(page.deadline),
        secrecy=uploads.secrecy_options(),
        key=str(uuid.uuid4()),
        errors=errors,
        values=request.form,
    ), 422 if errors else 200


@bp.post("/filing/<int:filing_id>/answer/<int:item_id>/files/<int:file_id>/remove")
@signed_in
def remove_file(filing_id: int, item_id: int, file_id: int) -> ResponseReturnValue:
    """Take a file off a point."""
    with transaction():
        return_answers.remove_answer_file(current_actor(), filing_id, item_id, file_id)
    flash(_("已移除。"), "success")
    return redirect(url_for("filing_process.answer", filing_id=filing_id), 303)


@bp.post("/filing/<int:filing_id>/more-time")
@signed_in
def more_time(filing_id: int) -> ResponseReturnValue:
    """Ask the society for more time."""
    try:
        with transaction():
            return_answers.ask_more_time(
                current_actor(), filing_id, words_of(request.form, "words"), now=clock.now()
            )
    except (Rejected, Conflict) as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        flash(_("已申请延长，等学会答复。"), "success")
    return redirect(url_for("filing_process.answer", filing_id=filing_id), 303)


@bp.post("/filing/<int:filing_id>/verifications/<int:verification_id>/words")
@signed_in
def say(filing_id: int, verification_id: int) -> ResponseReturnValue:
    """Say something about what a unit answered."""
    try:
        with transaction():
            verifications.say_about_verification(
                current_actor(), verification_id, words_of(request.form, "words"), now=clock.now()
            )
    except (Rejected, Conflict) as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        flash(_("已交给学会。"), "success")
    return redirect(url_for("filing_process.show", filing_id=filing_id), 303)


def _save(page: AnswerPage) -> list[Outcome]:
    """Keep words and files of every point; a file that cannot be taken stops no other."""
    outcomes: list[Outcome] = []
    posted = request.form
    for number, item in enumerate(page.made.items):
        picked = uploads_of(
            request.files.getlist(f"file_{item.id}"),
            posted.get("secrecy", ""),
            key=_key_of(posted.get("key", ""), number),
        )
        words = words_of(posted, f"answer_{item.id}")
        if not picked and words == (item.answer or ""):
            continue
        with transaction():
            outcomes += return_answers.save_answer(
                current_actor(), page.filing.id, item.id, words, picked,
                store=local_files(), now=clock.now(),
            )  # fmt: skip
    return outcomes


def _key_of(key: str, number: int) -> str:
    """A key of its own for the files of each point, the same when the form is sent again."""
    try:
        return str(uuid.uuid5(uuid.UUID(key), str(number)))
    except ValueError:
        return ""


def _answered(filing_id: int, outcomes: list[Outcome]) -> ResponseReturnValue:
    kept = sum(o.refusal is None for o in outcomes)
    for outcome in outcomes:
        if outcome.refusal is not None:
            why = uploads.why(outcome.refusal)
            flash(_("%(name)s 没有上传：%(why)s", name=outcome.name, why=why), "error")
    if "send" in request.form:
        flash(_("答复已送出，学会会接着审阅。"), "success")
        return redirect(url_for("filing_process.show", filing_id=filing_id), 303)
    words = _("已保存。")
    if kept:
        words = ngettext("已保存，%(num)s 个文件已上传。", "已保存，%(num)s 个文件已上传。", kept)
    flash(words, "success")
    return redirect(url_for("filing_process.answer", filing_id=filing_id), 303)
