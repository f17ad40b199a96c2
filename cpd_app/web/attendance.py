"""Attendance for organisers and staff: the table, one person, corrections, answers, settlement."""

import secrets
import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, DomainError, NotAllowed, Rejected
from cpd_app.policy import Permission, may
from cpd_app.sheets import attendance_words
from cpd_app.storage import local_files
from cpd_app.usecases import attendance_sheets, corrections, leaving, settlement, statements
from cpd_app.usecases.attendance_table import (
    attendance_of_entry,
    attendance_table,
)
from cpd_app.usecases.event_access import event_target
from cpd_app.usecases.files import Opened
from cpd_app.usecases.statements import Answer
from cpd_app.web import attendance_bulk, event_words, my_attendance
from cpd_app.web.attendance_forms import errors_of, typed_correction
from cpd_app.web.attendance_page import attendance_page, panel_of
from cpd_app.web.attendance_times import day_options, moment_of
from cpd_app.web.evidence import FILE_POLICY
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

bp = Blueprint("attendance", __name__, url_prefix="/events/<int:event_id>")
my_attendance.add_to(bp)
attendance_bulk.add_to(bp)


@bp.get("/attendance")
@signed_in
def index(event_id: int) -> ResponseReturnValue:
    """Who was there, what it came to, what should be looked at; one person beside it."""
    return _page(event_id)


@bp.get("/attendance/<int:entry_id>/effect")
@signed_in
def effect(event_id: int, entry_id: int) -> ResponseReturnValue:
    """What the correction being typed would do, before it is made."""
    now = clock.now()
    event = corrections.correctable_event(current_actor(), event_id, now=now)
    try:
        new = typed_correction(event)
        [found] = corrections.preview_corrections(
            current_actor(), event_id, [entry_id], new, now=now
        )
    except Rejected as refusal:
        return render_template("attendance/_effect.html", problem=_say(refusal), effect=None)
    problem = _say(found.problem) if found.problem else ""
    return render_template("attendance/_effect.html", effect=found, problem=problem)


@bp.post("/attendance/<int:entry_id>/correction")
@signed_in
def correct(event_id: int, entry_id: int) -> ResponseReturnValue:
    """Correct one person; the record follows at once."""
    now = clock.now()
    event = corrections.correctable_event(current_actor(), event_id, now=now)
    try:
        with transaction():
            [made] = corrections.correct_attendance(
                current_actor(),
                event_id,
                [entry_id],
                typed_correction(event),
                now=now,
                today=clock.today(),
            )
    except Rejected as refusal:
        return _page(event_id, selected=entry_id, errors=errors_of(refusal)), 422
    flash(_corrected_words(made), "success")
    return _back(event_id, e=entry_id)


@bp.post("/statements/<int:statement_id>/answer")
@signed_in
def answer(event_id: int, statement_id: int) -> ResponseReturnValue:
    """Answer what somebody said about their presence."""
    posted, now = request.form, clock.now()
    back = request.form.get("e", type=int)
    event = corrections.correctable_event(current_actor(), event_id, to_answer=True, now=now)
    try:
        said = Answer(
            accept=posted.get("accept") == "yes",
            words=posted.get("answer", ""),
            in_at=moment_of(event, posted.get("day"), posted.get("came"), "came"),
            out_at=moment_of(event, posted.get("day"), posted.get("left"), "left"),
        )
        with transaction():
            statements.answer_statement(
                current_actor(), event_id, statement_id, said, now=now, today=clock.today()
            )
    except (Rejected, Conflict) as refusal:
        return _page(event_id, selected=back, errors={"answer": _say(refusal)}), 422
    except NotAllowed:
        flash(_("自己的说明由别的组织者或学会答复。"), "error")
        return _back(event_id, e=back)
    flash(_("已采纳，记录随之更新。") if said.accept else _("已答复，本人能看到理由。"), "success")
    return _back(event_id, e=back)


@bp.get("/statements/<int:statement_id>/file")
@signed_in
def statement_file(event_id: int, statement_id: int) -> ResponseReturnValue:
    """The photo or paper that somebody sent along; they can see who opened it."""
    with transaction():
        file = statements.open_statement_file(
            current_actor(), event_id, statement_id, store=local_files(), now=clock.now()
        )
    return _sent(file)


@bp.get("/corrections/<int:correction_id>/file")
@signed_in
def sheet_file(event_id: int, correction_id: int) -> ResponseReturnValue:
    """The photo of the signed sheet behind a correction."""
    with transaction():
        file = corrections.open_sheet(
            current_actor(), event_id, correction_id, store=local_files(), now=clock.now()
        )
    return _sent(file)


@bp.route("/attendance/leaving", methods=["GET", "POST"])
@signed_in
def left(event_id: int) -> ResponseReturnValue:
    """What people said when they left (您几点离开？), confirmed at once."""
    now, actor = clock.now(), current_actor()
    event = corrections.correctable_event(actor, event_id, now=now)
    if request.method == "POST":
        ids = set(request.form.getlist("statement", type=int))
        with transaction():
            done = leaving.confirm_leaving(actor, event_id, ids, now=now, today=clock.today())
        flash(ngettext("已确认 %(num)s 人。", "已确认 %(num)s 人。", done), "success")
        return _back(event_id)
    waiting = leaving.leaving_to_confirm(actor, event_id, now=now)
    return render_template(
        "attendance/leaving.html",
        event=event,
        waiting=waiting,
        clock_words=attendance_words.clock_words,
        words=event_words,
    )


@bp.route("/settlement", methods=["GET", "POST"])
@signed_in
def settle(event_id: int) -> ResponseReturnValue:
    """Look at what is outstanding, then make the attendance final (结项)."""
    now, actor = clock.now(), current_actor()
    if request.method == "POST":
        try:
            with transaction():
                settlement.settle_event(actor, event_id, now=now, today=clock.today())
        except Conflict as refusal:
            flash(_say(refusal), "error")
        else:
            flash(_("已结项。出席不再变动，学会仍可更正。"), "success")
        return _back(event_id)
    found = settlement.outstanding_of(actor, event_id, now=now)
    table = attendance_table(actor, event_id, at_once=1, now=now)
    return render_template(
        "attendance/settle.html",
        event=table.event,
        came=table.counts["all"],
        found=found,
        words=event_words,
    )


@bp.post("/attendance/export/<any(csv, xlsx):form>")
@signed_in
def export(event_id: int, form: str) -> ResponseReturnValue:
    """What the table shows, all pages of it, with every check-in and check-out."""
    with transaction():
        job = attendance_sheets.order_attendance_sheet(
            current_actor(),
            event_id,
            wanted=request.form.get("show", "all"),
            text=request.form.get("q", "")[:100],
            form=form,
            language=short_locale(),
            key=request.form.get("key", "")[:40] or secrets.token_hex(8),
            now=clock.now(),
        )
        job_id = job.id
    return redirect(url_for("job_files.show", job_id=job_id), 303)


def _page(
    event_id: int, *, selected: int | None = None, errors: dict[str, str] | None = None
) -> str:
    now, actor, args = clock.now(), current_actor(), request.args
    wanted, q = args.get("show", "all"), args.get("q", "").strip()[:80]
    selected = selected or args.get("e", type=int)
    table = attendance_table(
        actor, event_id, wanted=wanted, text=q, page=args.get("page", 1, type=int), now=now
    )
    event, found = table.event, settlement.outstanding_of(actor, event_id, now=now)
    person = attendance_of_entry(actor, event_id, selected, now=now) if selected else None
    target = event_target(event, now=now)
    may_overrule = corrections.may_overrule(actor, event, now=now)
    corrects = may(actor, Permission.CORRECT_ATTENDANCE, target) and event.state != "cancelled"
    page = attendance_page(table, wanted=wanted, q=q, selected=selected, outstanding=found)
    return render_template(
        "attendance/index.html",
        page=page,
        event=event,
        tabs=event_words.tabs_of(event, "attendance.index"),
        panel=panel_of(person) if person else None,
        errors=errors or {},
        values=request.form,
        corrects=corrects and (event.state != "settled" or may_overrule),
        answers=(corrects and event.state != "settled") or may_overrule,
        overrules=may_overrule,
        runs=may(actor, Permission.RUN_EVENT, target),
        usual=usual_reasons(),
        day_options=day_options(event),
        key=str(uuid.uuid4()),
        words=event_words,
        said=attendance_words,
    )


def _sent(file: Opened) -> ResponseReturnValue:
    """A file of somebody else's: nothing in it may load or run anything."""
    answered = send_file(file.stream, mimetype=file.media_type, download_name=file.name)
    answered.headers["Content-Security-Policy"] = FILE_POLICY
    return answered


def usual_reasons() -> list[str]:
    """Reasons that organisers give most."""
    return [
        _("签到表有签字"),
        _("同桌两人证明"),
        _("现场照片可见"),
        _("手机没电或打不开"),
        _("扫错方向"),
    ]


def _corrected_words(made: corrections.Effect) -> str:
    return _(
        "已更正：%(after)s 分钟，原 %(before)s 分钟。",
        after=made.after.minutes,
        before=made.before.minutes,
    )


def _say(refusal: DomainError) -> str:
    return sentence(refusal.code, refusal.values)


def _back(event_id: int, **query: Any) -> ResponseReturnValue:
    return redirect(url_for("attendance.index", event_id=event_id, **query), 303)
