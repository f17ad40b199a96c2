"""The grounds of the contingency plan: read by staff, changed by the registrar."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.relief import Effect
from cpd_app.schemas.relief import GroundSchema
from cpd_app.usecases import relief_grounds
from cpd_app.usecases.relief_grounds import LENGTHS, NewGround
from cpd_app.web import desk, relief_words
from cpd_app.web.forms import Read, read

bp = Blueprint("relief_grounds", __name__, url_prefix="/staff/relief-grounds")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Every ground, its effect, and whether it is offered."""
    grounds = relief_grounds.society_grounds(current_actor(), desk.society_id())
    return render_template(
        "relief/grounds.html", grounds=grounds, sets=desk.is_registrar(), words=relief_words
    )


@bp.route("/new", methods=["GET", "POST"])
@staff_area
def new() -> ResponseReturnValue:
    """A further ground of the society."""
    return _form("", {"effect": Effect.REDUCTION.value, "least_months": 1})


@bp.route("/<string:ground_code>", methods=["GET", "POST"])
@staff_area
def edit(ground_code: str) -> ResponseReturnValue:
    """Change a ground for the own society; a default becomes its own by that."""
    row = relief_grounds.society_ground(current_actor(), desk.society_id(), ground_code)
    names = (*LENGTHS, "effect", "least_months", "society_wide")
    return _form(ground_code, {name: getattr(row, name) for name in names})


@bp.post("/<string:ground_code>/offer")
@staff_area
def offer(ground_code: str) -> ResponseReturnValue:
    """Let it be chosen, or no longer."""
    offered = request.form.get("offered") == "true"
    with transaction():
        relief_grounds.offer_ground(
            current_actor(), desk.society_id(), ground_code, offered=offered, now=clock.now()
        )
    flash(_("已启用。") if offered else _("已停用，以前的申请不受影响。"), "success")
    return redirect(url_for("relief_grounds.index"), 303)


def _form(code: str, values: dict[str, Any]) -> ResponseReturnValue:
    given = Read()
    if request.method == "POST":
        given, values = read(GroundSchema()), request.form.to_dict()
        if given.ok and _save(code, given):
            flash(_("已保存。"), "success")
            return redirect(url_for("relief_grounds.index"), 303)
    page = render_template(
        "relief/ground.html",
        code=code,
        values=values,
        errors=given.errors,
        effects=[(effect.value, relief_words.effect_word(effect)) for effect in Effect],
    )
    return page, 200 if given.ok else 422


def _save(code: str, given: Read) -> bool:
    said = dict(given.value)
    typed = said.pop("code")
    actor, society_id, now = current_actor(), desk.society_id(), clock.now()
    try:
        with transaction():
            if code:
                relief_grounds.set_ground(actor, society_id, code, NewGround(**said), now=now)
            else:
                relief_grounds.add_ground(actor, society_id, typed, NewGround(**said), now=now)
    except (Rejected, Conflict) as refusal:
        given.refuse(refusal)
        return False
    return True
