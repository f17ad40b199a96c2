"""What a member asks of the register: to suspend, resume or give up their certificate."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.certificates import ASKABLE
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.schemas.certificates import WishSchema
from cpd_app.usecases import acts, appeals, register_list
from cpd_app.web import relief_words
from cpd_app.web.certificate_words import history_of, kind_word, state_look
from cpd_app.web.forms import Read, read

bp = Blueprint("wishes", __name__, url_prefix="/me/certificates")


@bp.route("/<int:registration_id>", methods=["GET", "POST"])
@signed_in
def certificate(registration_id: int) -> ResponseReturnValue:
    """One's certificate: what was done to it, and what one may ask for."""
    actor, today = current_actor(), clock.today()
    given, values = Read(), {}
    if request.method == "POST":
        values = request.form.to_dict()
        given = read(WishSchema())
        if given.ok and _asked(registration_id, given):
            return redirect(url_for("wishes.certificate", registration_id=registration_id), 303)
    found = register_list.certificate_of(actor, registration_id, today=today)
    wanted = [kind for kind in register_list.possible_on(found) if kind in ASKABLE]
    page = render_template(
        "me/certificate.html",
        found=found,
        state=state_look(found.state, under_review=found.under_review),
        history=history_of(found),
        appealed=appeals.appealable_acts(registration_id, today=today),
        words=relief_words,
        options=[(kind.value, _words(kind.value)) for kind in wanted],
        proposal_word=kind_word(found.proposal.kind) if found.proposal else "",
        values=values,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


@bp.post("/wishes/<int:wish_id>/take-back")
@signed_in
def take_back(wish_id: int) -> ResponseReturnValue:
    """No longer wanted."""
    with transaction():
        registration_id = acts.take_back_wish(current_actor(), wish_id, now=clock.now())
    flash(_("申请已收回。"), "success")
    return redirect(url_for("wishes.certificate", registration_id=registration_id), 303)


def _asked(registration_id: int, given: Read) -> bool:
    asked: dict[str, Any] = given.value
    try:
        with transaction():
            acts.ask_act(
                current_actor(),
                registration_id,
                asked["kind"],
                asked["reason"] or "",
                now=clock.now(),
                today=clock.today(),
            )
    except (Rejected, Conflict) as error:
        given.refuse(error, known=WishSchema().fields)
        return False
    flash(_("申请已交给学会。办好之前证书不变。"), "success")
    return True


def _words(kind: str) -> str:
    return {
        "suspended": _("申请暂停证书"),
        "resumed": _("申请恢复证书"),
        "cancelled": _("放弃注册（注销证书）"),
    }[kind]
