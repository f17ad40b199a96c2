"""用手机拍: a desktop shows a QR, and a phone adds photos to that one record without signing in."""

import io
import uuid

import qrcode
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from qrcode.image.svg import SvgPathImage

from cpd_app import clock
from cpd_app.access import current_actor, public, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound
from cpd_app.schemas.evidence import uploads_of
from cpd_app.storage import local_files
from cpd_app.usecases import capture
from cpd_app.usecases.activities import own_activity
from cpd_app.web import uploads
from cpd_app.web.activity_forms import named
from cpd_app.web.evidence_panel import panel_of

bp = Blueprint("capture", __name__)

#: the browser that made a link keeps its token in the signed cookie; the database has its hash
KEPT = "capture"
#: htmx stops asking when it gets this status
ENOUGH = 286


@bp.post("/activities/<int:activity_id>/capture")
@signed_in
def begin(activity_id: int) -> ResponseReturnValue:
    """Make a link for one record."""
    with transaction():
        token = capture.open_link(current_actor(), activity_id, now=clock.now())
    session[KEPT] = [activity_id, token]
    return redirect(url_for("capture.desk", activity_id=activity_id), 303)


@bp.get("/activities/<int:activity_id>/capture")
@signed_in
def desk(activity_id: int) -> ResponseReturnValue:
    """The QR, until when it works, and what has arrived."""
    actor = current_actor()
    activity = own_activity(actor, activity_id)
    return render_template(
        "capture/desk.html",
        panel=panel_of(actor, activity),
        link=_link(activity_id),
        address=_address(activity_id),
    )


@bp.get("/activities/<int:activity_id>/capture/qr.svg")
@signed_in
def code(activity_id: int) -> ResponseReturnValue:
    """The link as a QR code: black paths on white, so that it can be read in the dark theme too."""
    own_activity(current_actor(), activity_id)
    address = _address(activity_id)
    if address is None:
        raise NotFound("capture_over")
    image = qrcode.make(
        address,
        image_factory=SvgPathImage,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        border=4,
    )
    out = io.BytesIO()
    image.save(out)
    return Response(out.getvalue(), mimetype="image/svg+xml")


@bp.get("/activities/<int:activity_id>/capture/arrived")
@signed_in
def arrived(activity_id: int) -> ResponseReturnValue:
    """What has arrived so far, for a page that asks again and again."""
    actor = current_actor()
    panel = panel_of(actor, own_activity(actor, activity_id))
    link = _link(activity_id)
    page = render_template("capture/_arrived.html", panel=panel, link=link)
    return page, 200 if link else ENOUGH


@bp.post("/activities/<int:activity_id>/capture/end")
@signed_in
def end(activity_id: int) -> ResponseReturnValue:
    """The phone is done; the link works no more."""
    with transaction():
        capture.end_links(current_actor(), activity_id, now=clock.now())
    session.pop(KEPT, None)
    return redirect(url_for("evidence.index", activity_id=activity_id), 303)


@bp.get("/c/<string(maxlength=64):token>")
@public
def phone(token: str) -> ResponseReturnValue:
    """The phone's page: take photos for this one record, nothing else can be seen or done."""
    link = capture.link_of(token, now=clock.now())
    return render_template(
        "capture/phone.html",
        token=token,
        link=link,
        slots=[(p.code, named(p.names)) for p in link.proofs],
        secrecy=uploads.secrecy_options(),
        key=str(uuid.uuid4()),
    )


@bp.post("/c/<string(maxlength=64):token>")
@public
def receive(token: str) -> ResponseReturnValue:
    """Photos from the phone."""
    try:
        # A link that ended is refused before any file is read.
        capture.link_of(token, now=clock.now())
        picked = uploads_of(
            request.files.getlist("file"),
            request.form.get("secrecy", ""),
            request.form.getlist("proofs"),
            key=request.form.get("key", ""),
        )
        with transaction():
            outcomes = capture.add_by_link(token, picked, store=local_files(), now=clock.now())
    except (NotFound, Conflict) as refused:
        if uploads.wants_json():
            return uploads.refusal(refused, 404 if isinstance(refused, NotFound) else 409)
        if isinstance(refused, NotFound):
            raise
        flash(uploads.why(refused), "error")
        return redirect(url_for("capture.phone", token=token), 303)
    if uploads.wants_json():
        return uploads.answer(outcomes)
    uploads.tell(outcomes, _("已收到，电脑上马上能看到。"))
    return redirect(url_for("capture.phone", token=token), 303)


def _link(activity_id: int) -> capture.OpenLink | None:
    kept = session.get(KEPT)
    if not kept or kept[0] != activity_id:
        return None
    try:
        return capture.link_of(kept[1], now=clock.now())
    except NotFound:
        return None


def _address(activity_id: int) -> str | None:
    """The public address that the phone opens; None when the link is over."""
    if _link(activity_id) is None:
        return None
    base: str = current_app.config["CPD"].base_url
    return base + url_for("capture.phone", token=session[KEPT][1])
