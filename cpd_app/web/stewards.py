"""The organiser's page of an event's doors: phones, their one-time codes, ending them."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.policy import Permission
from cpd_app.usecases import stewards
from cpd_app.usecases.event_access import event_for
from cpd_app.web import event_words
from cpd_app.web.event_words import clock_time
from cpd_app.web.qr import qr_svg
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Event

bp = Blueprint("stewards", __name__, url_prefix="/events/<int:event_id>/stewards")


@bp.get("")
@signed_in
def index(event_id: int) -> ResponseReturnValue:
    """Which phones stand at the doors, when each was heard of last, and one more."""
    return _page(event_id)


@bp.post("")
@signed_in
def add(event_id: int) -> ResponseReturnValue:
    """The code for one more phone; it is shown once and kept nowhere."""
    try:
        with transaction():
            made = stewards.add_steward(
                current_actor(), event_id, request.form.get("name", ""), now=clock.now()
            )
    except Rejected as refusal:
        return _page(event_id, error=sentence(refusal.code, refusal.values)), 422
    return _code(event_id, made)


@bp.post("/<int:steward_id>/code")
@signed_in
def renew(event_id: int, steward_id: int) -> ResponseReturnValue:
    """Another code for the same door."""
    with transaction():
        made = stewards.new_code(current_actor(), event_id, steward_id, now=clock.now())
    return _code(event_id, made)


@bp.post("/<int:steward_id>/revoke")
@signed_in
def revoke(event_id: int, steward_id: int) -> ResponseReturnValue:
    """End a phone at once."""
    with transaction():
        stewards.revoke_steward(current_actor(), event_id, steward_id, now=clock.now())
    flash(_("已停用，这部手机不能再扫码。"), "success")
    return redirect(url_for("stewards.index", event_id=event_id), 303)


def _page(event_id: int, *, error: str = "") -> str:
    actor, now = current_actor(), clock.now()
    rows = stewards.stewards_of(actor, event_id, now=now)
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    paired = sum(row.state == "paired" for row in rows)
    heading = ngettext("%(num)s 部手机在门口", "%(num)s 部手机在门口", paired)
    return render_template(
        "stewards/index.html",
        event=event,
        rows=rows,
        heading=heading if paired else _("还没有手机配对"),
        error=error,
        over=stewards.is_over(event, now=now),
        name=request.form.get("name", ""),
        time=lambda moment: clock_time(moment, event.zone),
        **_frame(event),
    )


def _code(event_id: int, made: stewards.StewardCode) -> ResponseReturnValue:
    """The page with the code. It travels behind `#`, which browsers do not send to any server."""
    event = event_for(current_actor(), event_id, Permission.RUN_EVENT, now=clock.now())
    address = current_app.config["CPD"].base_url + url_for("door.ask_to_pair")
    return render_template(
        "stewards/code.html",
        event=event,
        made=made,
        **_frame(event),
        address=address,
        qr=qr_svg(f"{address}#{made.code}", _("扫这个码，手机就打开配对页")),
    )


def _frame(event: "Event") -> dict[str, Any]:
    """What every page of an event's organisers needs for its head."""
    return {"tabs": event_words.tabs_of(event, "stewards.index"), "words": event_words}
