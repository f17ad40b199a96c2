"""扫码: the member's camera, a photo of a code, the six characters; and scans from the outbox."""

from dataclasses import replace

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.domain.room_codes import Direction
from cpd_app.schemas.checkin import CheckinSchema
from cpd_app.usecases import checkin
from cpd_app.web.checkin import remember, remember_device, statement_link, this_device
from cpd_app.web.forms import read
from cpd_app.wording import sentence

bp = Blueprint("scan", __name__)


@bp.get("/scan")
@signed_in
def index() -> ResponseReturnValue:
    """The camera; without script the six characters."""
    return render_template("scan/index.html")


@bp.post("/outbox/scans")
@signed_in
def keep() -> ResponseReturnValue:
    """Keep one scan of the outbox; the same key gives the first one back (200).

    `result` is the page that shows this browser's last scan; a scan that became a statement has
    none, and `message` says so. A code that is too old brings where to state it (`statement`).
    """
    given = read(CheckinSchema(), request.get_json(silent=True) or {})
    if not given.ok:
        said = " ".join(given.errors.values())
        return jsonify(code="invalid", message=said, errors=given.errors), 422
    device = this_device()
    try:
        with transaction():
            new = replace(given.value, device=device)
            done = checkin.check_in(current_actor(), new, now=clock.now())
    except Rejected as refused:
        said, link = sentence(refused.code, refused.values), statement_link(refused.values)
        return jsonify(code=refused.code, message=said, statement=link), 422
    word = _("签退") if done.direction is Direction.OUT else _("签到")
    answer = jsonify(
        outcome=done.outcome.value,
        title=f"{word} {done.room.event_title}",
        message=sentence(done.outcome.value),
        result=url_for("checkin.done") if done.receipt else None,
    )
    remember(answer, done)
    remember_device(answer, device)
    return answer, 201 if done.created else 200
