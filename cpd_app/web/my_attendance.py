"""A member's own attendance of an event with its arithmetic, and 我在场: stating it."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.schemas.evidence import key_of, upload_of
from cpd_app.sheets import attendance_words
from cpd_app.storage import local_files
from cpd_app.usecases import statements
from cpd_app.usecases.attendance_table import Person, own_attendance
from cpd_app.usecases.files import Secrecy, Upload
from cpd_app.usecases.statements import NewStatement, StatementKind
from cpd_app.web import event_words, uploads
from cpd_app.web.attendance_page import panel_of
from cpd_app.web.attendance_times import day_options, moment_of, session_options
from cpd_app.wording import sentence

#: how far the earlier form may go: the page of an expired code fills in what it knows
FROM_CODE = ("code", "code_at", "session")


def add_to(bp: Blueprint) -> None:
    """Register these pages beside the organiser's."""
    bp.add_url_rule("/my-attendance", view_func=mine)
    bp.add_url_rule("/statement", view_func=state, methods=["GET", "POST"])


@signed_in
def mine(event_id: int) -> ResponseReturnValue:
    """When one was there, what it came to and how, what was said and answered."""
    found = own_attendance(current_actor(), event_id, now=clock.now())
    event = found.event
    return render_template(
        "attendance/mine.html",
        panel=panel_of(found),
        event=event,
        answer=_answer(found),
        words=event_words,
        said=attendance_words,
        running=event.state == "open" and clock.now() < event.ends_at,
    )


@signed_in
def state(event_id: int) -> ResponseReturnValue:
    """Say that one was there (我在场), when one left, or that the record is wrong."""
    event = statements.event_to_state(
        current_actor(),
        event_id,
        code=request.values.get("code"),
        noted_at=_instant(request.values.get("code_at", "")),
        now=clock.now(),
    )
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            new, upload = _typed(event), _upload()
            with transaction():
                statements.make_statement(
                    current_actor(), event_id, new,
                    upload=upload, store=local_files(), now=clock.now(),
                )  # fmt: skip
        except Rejected as refusal:
            names = {"in_at": "came", "out_at": "left", "code_at": "code_time"}
            name = names.get(refusal.field or "", refusal.field or "")
            errors[name] = sentence(refusal.code, refusal.values)
        else:
            flash(_("已交给组织者。答复后这里能看到，记录随之更新。"), "success")
            return redirect(url_for("attendance.mine", event_id=event_id), 303)
    kind = _kind()
    return render_template(
        "attendance/statement.html",
        event=event,
        kind=kind,
        heading=_heading(kind),
        errors=errors,
        values=_values(event, kind),
        session_options=session_options(event),
        day_options=day_options(event),
        secrecy=uploads.secrecy_options(),
        key=request.form.get("key") or str(uuid.uuid4()),
        words=event_words,
    ), 422 if errors else 200


def _kind() -> StatementKind:
    asked = request.values.get("kind", "")
    return StatementKind(asked) if asked in set(StatementKind) else StatementKind.PRESENCE


def _heading(kind: StatementKind) -> str:
    return {
        StatementKind.PRESENCE: _("我在场"),
        StatementKind.LEAVING: _("您几点离开？"),
        StatementKind.DISPUTE: _("记录有出入"),
    }[kind]


def _typed(event: Any) -> NewStatement:
    posted = request.form
    day, key = posted.get("day"), posted.get("key", "")
    return NewStatement(
        kind=_kind(),
        words=posted.get("words", ""),
        session_id=posted.get("session", type=int),
        in_at=moment_of(event, day, posted.get("came"), "in_at"),
        out_at=moment_of(event, day, posted.get("left"), "out_at"),
        code=posted.get("code", "").strip() or None,
        code_at=moment_of(event, day, posted.get("code_time"), "code_at"),
        key=key_of(key, 0),
    )


def _upload() -> Upload | None:
    """The photo that came along, read before the transaction; refused when it is none."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    secrecy = request.form.get("secrecy", "")
    if secrecy not in set(Secrecy):
        raise Rejected("bad_secrecy", "secrecy")
    read = upload_of(file, secrecy, (), key_of(request.form.get("key", ""), 1))
    if isinstance(read, Upload):
        return read
    raise read.refusal or Rejected("no_file", "file")


def _values(event: Any, kind: StatementKind) -> dict[str, Any]:
    """What the form begins with: what was typed, what the page of an expired code knew, or ends."""
    if request.method == "POST":
        return dict(request.form.items())
    begun = {name: request.args.get(name, "") for name in FROM_CODE}
    if kind is not StatementKind.PRESENCE:
        try:
            panel = panel_of(own_attendance(current_actor(), event.id, now=clock.now()))
        except NotFound:
            return begun
        if panel.sessions and not begun["session"]:
            been = [s for s in panel.sessions if s.came] or panel.sessions
            begun |= {"session": str(been[-1].id), "came": been[-1].came}
    noted_at = _instant(begun["code_at"])
    shown = attendance_words.clock_words(noted_at, event) if noted_at else ""
    return {**begun, "code_time": shown}


def _instant(text: str) -> datetime | None:
    """An instant as addresses carry it; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _answer(found: Person) -> str:
    """The one thing somebody comes for: the hours, or where they stand."""
    one = found.line.light
    if one.inside:
        return _("您在场")
    if one.hours or (one.minutes and one.held is None):
        return ""
    return attendance_words.held_words(one.held) if one.here else _("没有您的签到记录")
