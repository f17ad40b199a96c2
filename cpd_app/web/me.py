"""The "me" page: certificate, appearance, what is kept, and what leads to the account's pages."""

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, public, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound
from cpd_app.domain.numbers import spaced_phone
from cpd_app.texts.register import LEVELS, STATES
from cpd_app.usecases import calendar_feeds, message_choices, people
from cpd_app.web import account
from cpd_app.web.filters import day
from cpd_app.web.locale import short_locale
from cpd_app.web.message_settings import health_word
from cpd_app.web.paths import safe_path
from cpd_app.web.qr import qr_svg
from cpd_app.web.verification import link_of
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Society

bp = Blueprint("me", __name__)
bp.register_blueprint(account.bp)

#: how the certificate card draws a state
CARD_KINDS = {"active": "ok", "waiting": "calm", "suspended": "calm"}
#: linked when the service has them
EXPORTS = "exports.index"
STAFF = "staff.overview"
AUDITS = "audits.index"


@bp.get("/me")
@signed_in
def index() -> ResponseReturnValue:
    """Certificate, switches, rows to everything that belongs to the account."""
    me = people.me_of(current_actor(), now=clock.now(), today=clock.today())
    term = me.shown.term if me.shown else None
    registration = me.shown.registration if me.shown and term else None
    troubled = message_choices.worst_line(current_actor())
    return render_template(
        "me/index.html",
        me=me,
        level=sentence(LEVELS[term.level]) if term else "",
        #: terms are half-open; a certificate names its last day
        last_day=term.ends_on - timedelta(days=1) if term else None,
        state=sentence(STATES[me.state]) if me.state else "",
        kind=CARD_KINDS.get(me.state, "ended"),
        qr=qr_svg(link_of(current_app.config["CPD"].base_url, registration.number), border=1)
        if registration
        else "",
        certificate_href=url_for("certificate_papers.show", registration_id=registration.id)
        if registration
        else "",
        choices=[(r.id, f"{r.number} {_society(r.society)}") for r in me.registrations],
        exports=_address_of(EXPORTS),
        staff_href=_staff_href(),
        calendar=calendar_feeds.own_feed(current_actor()) is not None,
        trouble=health_word(troubled) if troubled else "",
    )


def _staff_href() -> str:
    """Where somebody works: the desk, or for an outside expert the files they were given."""
    actor = current_actor()
    if actor.is_staff:
        return _address_of(STAFF)
    return _address_of(AUDITS) if actor.expert_in else ""


def _address_of(endpoint: str) -> str:
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def _society(society: "Society") -> str:
    return society.name_en if short_locale() == "en" else society.name


@bp.post("/me/registration")
@signed_in
def show_registration() -> ResponseReturnValue:
    """Show the years of another registration."""
    chosen = request.form.get("registration_id", "")
    if not (chosen.isascii() and chosen.isdigit()):
        raise NotFound
    with transaction():
        people.show_registration(current_actor(), int(chosen))
    return redirect(safe_path(request.form.get("next"), url_for("me.index")), 303)


@bp.get("/me/profile")
@signed_in
def profile() -> ResponseReturnValue:
    """Names, employers, contacts, memberships."""
    found = people.profile_of(current_actor())
    former = [(day(n.from_on), n.name) for n in found.person.names[-2::-1]]
    former += [(day(e.from_on), e.employer) for e in found.employments[1:]]
    phone = spaced_phone(found.person.phone or "")
    return render_template("me/profile.html", profile=found, former=former, phone=phone)


@bp.get("/me/evidence-views")
@signed_in
def evidence_views() -> ResponseReturnValue:
    """Who opened my evidence, and when."""
    views = people.views_of(current_actor())
    return render_template("me/evidence_views.html", views=views)


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is held, who sees it, and what a person can ask for."""
    return render_template("me/privacy.html")
