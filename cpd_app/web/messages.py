"""The inbox of whoever is signed in, and how they want to be told."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock, message_words
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected, TooMany
from cpd_app.domain.messages import MessageKind
from cpd_app.schemas.messages import MessageChoicesSchema
from cpd_app.usecases import inbox, message_choices
from cpd_app.web.filters import moment
from cpd_app.web.forms import Read, read
from cpd_app.web.message_rows import row_of
from cpd_app.web.message_settings import page_of
from cpd_app.wording import sentence

bp = Blueprint("messages", __name__, url_prefix="/me/messages")

UNREAD = "unread"
#: marks taken from a device at once
MOST_SENT = 200


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """What one was told, the newest first; nothing is read by looking at the list."""
    show = UNREAD if request.args.get("show") == UNREAD else ""
    found = inbox.inbox_of(
        current_actor(), unread_only=show == UNREAD, page=_number(request.args.get("page", ""))
    )
    now = clock.now()
    return render_template(
        "messages/index.html",
        inbox=found,
        rows=[row_of(message, now=now) for message in found.messages],
        show=show,
    )


@bp.post("/<int:message_id>/open")
@signed_in
def open_message(message_id: int) -> ResponseReturnValue:
    """It is read from now on; go where it can be done."""
    with transaction():
        message = inbox.read_message(current_actor(), message_id, now=clock.now())
    return redirect(message_words.path(MessageKind(message.kind), message.data), 303)


@bp.post("/read-all")
@signed_in
def read_all() -> ResponseReturnValue:
    """Everything that the list has shown is read."""
    with transaction():
        inbox.read_all(
            current_actor(), up_to_id=_number(request.form.get("up_to", ""), 0), now=clock.now()
        )
    flash(_("全部消息已标为已读。"))
    return redirect(url_for("messages.index"), 303)


@bp.post("/read")
@signed_in
def read_some() -> ResponseReturnValue:
    """What was opened on this device; its script sends it, at once or when the network is back."""
    ids = [_number(text, 0) for text in request.form.getlist("id")[:MOST_SENT]]
    with transaction():
        read = inbox.read_some(current_actor(), ids, now=clock.now())
    return jsonify(read=read)


@bp.get("/settings")
@signed_in
def settings() -> ResponseReturnValue:
    """Ways with their health, what goes by which, and when."""
    return _settings()


@bp.post("/settings")
@signed_in
def choose() -> ResponseReturnValue:
    """Keep the choices; refused ones stay in the form."""
    given = read(MessageChoicesSchema())
    if given.ok:
        try:
            with transaction():
                message_choices.choose(
                    current_actor(),
                    given.value.wanted,
                    given.value.habits,
                    shown=given.value.channels,
                    now=clock.now(),
                )
        except Rejected as error:
            given.refuse(error, known=request.form)
    if not given.ok:
        return _settings(given), 422
    flash(_("通知设置已保存。"))
    return redirect(url_for("messages.settings"), 303)


@bp.post("/settings/trial")
@signed_in
def send_trial() -> ResponseReturnValue:
    """Write a test message to oneself."""
    now = clock.now()
    try:
        with transaction():
            trial = message_choices.send_trial(current_actor(), now=now)
    except TooMany as error:
        said = Read(errors={"trial": sentence(error.code, error.values)})
        return _settings(said, typed=False), 429
    if not trial.channels:
        flash(_("没有能用的渠道，测试消息只在消息列表里。"))
    elif trial.due_at > now:
        zone = ZoneInfo(message_choices.lines_of(current_actor()).habits.zone)
        when = moment(trial.due_at, zone)
        flash(_("现在是免打扰时段，测试消息将在%(when)s发出。", when=when))
    else:
        flash(_("测试消息已发出，一两分钟内应当收到。"))
    return redirect(url_for("messages.settings"), 303)


def _settings(given: Read | None = None, *, typed: bool = True) -> str:
    lines = message_choices.lines_of(current_actor())
    form: Mapping[str, Any] | None = None
    if given is not None and typed:
        form = {**request.form, "wanted": request.form.getlist("wanted")}
    return render_template(
        "messages/settings.html",
        page=page_of(lines, form, now=clock.now()),
        errors=given.errors if given else {},
    )


def _number(text: str, default: int = 1) -> int:
    """A number of the address or of a form; nonsense is the default."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
