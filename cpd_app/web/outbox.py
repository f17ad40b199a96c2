"""The outbox: records written without network, sent by the page when it is back (待发送)."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, get_template_attribute, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from cpd_app import clock
from cpd_app.access import current_actor, current_person, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.kinds import Kind
from cpd_app.usecases import activities, preview
from cpd_app.usecases.files import Secrecy
from cpd_app.usecases.record_details import record_detail
from cpd_app.web import activity_forms as forms
from cpd_app.web.activity_live import refuse, saved_words
from cpd_app.web.forms import Read
from cpd_app.wording import sentence

bp = Blueprint("outbox", __name__)


@dataclass
class Refusal:
    """Why a record was not kept: the code and status of the first reason, all by field."""

    code: str = "invalid"
    status: int = 422
    errors: dict[str, str] = field(default_factory=dict)


@bp.get("/outbox")
@signed_in
def index() -> ResponseReturnValue:
    """What waits on this device; the list is filled from the device itself."""
    return render_template("pwa/outbox.html")


@bp.get("/outbox/who")
@signed_in
def who() -> ResponseReturnValue:
    """Whose session this browser has, a token, and the time: asked before anything is sent."""
    now = round(clock.now().timestamp() * 1000)
    return jsonify(member=current_person().id, csrf=generate_csrf(), now=now)


@bp.post("/outbox/records")
@signed_in
def keep() -> ResponseReturnValue:
    """Keep one record of the outbox; the same key gives the first one back (200).

    The body is the log form without its files; they follow one by one, each with its own key.
    `then=open` says that the page goes on to the record, which then shows what was saved.
    """
    kind = _kind(request.form.get("kind", ""))
    read = forms.read_record(kind, request.form)
    if request.form.get("files") and request.form.get("secrecy") not in set(Secrecy):
        read.errors["secrecy"] = sentence("bad_secrecy")
    refusal = Refusal(errors=read.errors)
    if read.ok:
        try:
            with transaction():
                kept = activities.log_activity(
                    current_actor(), read.value, now=clock.now(), today=clock.today()
                )
        except (Rejected, Conflict) as error:
            refusal.code, refusal.status = error.code, 409 if isinstance(error, Conflict) else 422
            refuse(current_actor(), kind, read, error, clock.today())
        else:
            return _kept(kept)
    return _refused(kind, read, refusal)


def _kept(kept: activities.Logged) -> ResponseReturnValue:
    today = clock.today()
    detail = record_detail(current_actor(), kept.activity.id, on=today)
    words = saved_words(current_actor(), detail, today)
    if request.form.get("then") == "open":
        flash(words, "success")
    answer = jsonify(id=kept.activity.id, message=words, repeated=not kept.created)
    return answer, 201 if kept.created else 200


def _refused(kind: Kind, read: Read, refusal: Refusal) -> ResponseReturnValue:
    """The reasons as data for the outbox, and as the summary that the form shows."""
    form = forms.LogForm(kind, {}, errors=read.errors)
    summary: Any = get_template_attribute("components/error_summary.html", "error_summary")
    said = [
        f"{form.labels[name]}{_('：')}{text}" if name in form.labels else text
        for name, text in read.errors.items()
    ]
    answer = jsonify(
        code=refusal.code,
        message=" ".join(said),
        errors={name: [text] for name, text in read.errors.items()},
        summary=summary(form.faults, labels=form.labels, general=form.general),
    )
    return answer, refusal.status


def _kind(code: str) -> Kind:
    kind = preview.rules_on(current_actor(), clock.today()).rule_set.kinds.get(code)
    if kind is None or not kind.enabled:
        raise NotFound
    return kind
