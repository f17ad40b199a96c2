"""A member's pass on their phone, and an event's badges to print."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.usecases import passes
from cpd_app.web.qr import qr_svg

bp = Blueprint("passes", __name__, url_prefix="/events/<int:event_id>")


@bp.get("/pass")
@signed_in
def show(event_id: int) -> ResponseReturnValue:
    """The QR code that the door scans; the phone keeps the page for places without network."""
    event, mine = passes.own_pass(current_actor(), event_id)
    return render_template("passes/show.html", event=event, mine=mine, qr=qr_svg(mine.code))


@bp.get("/badges")
@signed_in
def badges(event_id: int) -> ResponseReturnValue:
    """Badges with name, unit and code, ten to a sheet."""
    page = request.args.get("page", default=1, type=int)
    found = passes.badges_of(current_actor(), event_id, page=page, now=clock.now())
    return render_template("passes/badges.html", found=found, qr=qr_svg)
