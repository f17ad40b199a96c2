"""Correct many at once: tick, type, look at what it does to each, save; with the signed sheet."""

import uuid
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError, Rejected
from cpd_app.schemas.evidence import key_of, upload_of
from cpd_app.storage import local_files
from cpd_app.usecases import corrections, files
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.usecases.corrections import MOST_AT_ONCE, Effect
from cpd_app.usecases.files import Secrecy, Upload
from cpd_app.web import event_words, uploads
from cpd_app.web.attendance_forms import errors_of, typed_correction
from cpd_app.web.attendance_times import day_options, session_options
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import File


def add_to(bp: Blueprint) -> None:
    """Register it beside the table."""
    bp.add_url_rule("/attendance/bulk", view_func=bulk, methods=["POST"])


@signed_in
def bulk(event_id: int) -> ResponseReturnValue:
    """Correct everybody who is ticked: first what it does to each of them, then it is made."""
    now, actor = clock.now(), current_actor()
    event = corrections.correctable_event(actor, event_id, now=now)
    ids = sorted(set(request.form.getlist("entry", type=int)))[:MOST_AT_ONCE]
    if not ids:
        flash(_("先勾选要更正的人。"), "error")
        return redirect(url_for("attendance.index", event_id=event_id), 303)
    effects: list[Effect] = []
    errors: dict[str, str] = {}
    sheet = None
    if "reason" in request.form:
        try:
            sheet = _sheet()
            new = typed_correction(event, file_id=sheet.id if sheet else None)
            corrections.check_reason(new.reason)
            if "confirm" in request.form:
                return _save(event_id, ids, new)
            effects = corrections.preview_corrections(actor, event_id, ids, new, now=now)
        except Rejected as refusal:
            errors = errors_of(refusal)
    return render_template(
        "attendance/bulk.html",
        event=event,
        ids=ids,
        effects=effects,
        ready=any(e.problem is None for e in effects) and not errors,
        errors=errors,
        values=request.form,
        sheet=sheet,
        secrecy=uploads.secrecy_options(),
        session_options=session_options(event),
        day_options=day_options(event),
        say=_say,
        words=event_words,
        key=request.form.get("key") or str(uuid.uuid4()),
    ), 422 if errors else 200


def _save(event_id: int, ids: list[int], new: NewCorrection) -> ResponseReturnValue:
    with transaction():
        effects = corrections.correct_attendance(
            current_actor(), event_id, ids, new, now=clock.now(), today=clock.today()
        )
    done = sum(e.problem is None for e in effects)
    flash(ngettext("已更正 %(num)s 人。", "已更正 %(num)s 人。", done), "success")
    return redirect(url_for("attendance.index", event_id=event_id, show="corrected"), 303)


def _sheet() -> "File | None":
    """The photo of the signed sheet: kept already, or coming with this form."""
    kept = request.form.get("sheet", type=int)
    if kept is not None:
        return files.readable_file(current_actor(), kept)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    secrecy = request.form.get("secrecy", "")
    if secrecy not in set(Secrecy):
        raise Rejected("bad_secrecy", "secrecy")
    read = upload_of(sent, secrecy, (), key_of(request.form.get("key", ""), 1))
    if not isinstance(read, Upload):
        raise read.refusal or Rejected("no_file", "file")
    actor = current_actor()
    with transaction():
        return files.receive_file(
            actor, actor.person_id or 0, read, store=local_files(), now=clock.now()
        )


def _say(refusal: DomainError) -> str:
    return sentence(refusal.code, refusal.values)
