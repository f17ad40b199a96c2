"""Who runs an event: asked in by a link, sent away again; and the page behind the link."""

from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import access, clock
from cpd_app.access import current_actor, public, signed_in, somebody_is_signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError, NotFound, Rejected
from cpd_app.policy import Permission, may
from cpd_app.usecases import organisers, passwords
from cpd_app.usecases.event_access import event_for, event_target
from cpd_app.web import event_words
from cpd_app.web.signin import device
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.usecases.organisers import Invitation

bp = Blueprint("organisers", __name__)

#: the link's secret between its opening and the answer; signing in does not lose it
SECRET_COOKIE = "cpd_invitation"  # noqa: S105 - a name, not a secret
SECONDS = 3600


@bp.get("/<int:event_id>/organisers")
@signed_in
def index(event_id: int) -> ResponseReturnValue:
    """Everybody who may run it, and the form that asks one more in."""
    return _page(event_id)


@bp.post("/<int:event_id>/organisers")
@signed_in
def invite(event_id: int) -> ResponseReturnValue:
    """Make a link for one person; it is shown once."""
    errors: dict[str, str] = {}
    link = ""
    try:
        with transaction():
            made = organisers.invite_organiser(
                current_actor(),
                event_id,
                name=request.form.get("name", ""),
                unit=request.form.get("unit"),
                now=clock.now(),
            )
            secret = made.secret
        link = url_for("events.organisers.open_link", secret=secret, _external=True)
    except Rejected as error:
        errors[error.field or ""] = sentence(error.code, error.values)
    page = _page(event_id, errors=errors, link=link)
    return page, 422 if errors else 200


@bp.post("/<int:event_id>/organisers/<int:organiser_id>/revoke")
@signed_in
def revoke(event_id: int, organiser_id: int) -> ResponseReturnValue:
    """End somebody's access at once."""
    with transaction():
        organisers.revoke_organiser(current_actor(), event_id, organiser_id, now=clock.now())
    flash(_("已停止，立刻生效。"), "success")
    return redirect(url_for("events.organisers.index", event_id=event_id), 303)


@bp.get("/invitations/<string:secret>")
@public
def open_link(secret: str) -> ResponseReturnValue:
    """Take the secret out of the address at once; the next page asks what to do with it."""
    organisers.invitation_of(secret, now=clock.now())
    response = make_response(redirect(url_for("events.organisers.invitation"), 303))
    response.set_cookie(
        SECRET_COOKIE,
        secret,
        max_age=SECONDS,
        path="/events",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/invitation")
@public
def invitation() -> ResponseReturnValue:
    """What one is asked in to, and how: with one's account, or with a new one."""
    return _invitation_page(organisers.invitation_of(_secret(), now=clock.now()), {})


@bp.post("/invitation")
@public
def accept() -> ResponseReturnValue:
    """Become an organiser: as who is signed in, or with an account made here."""
    if somebody_is_signed_in():
        with transaction():
            event_id = organisers.accept_invitation(current_actor(), _secret(), now=clock.now()).id
        flash(_("您现在是这个活动的组织者。"), "success")
        return redirect(url_for("events.studio", event_id=event_id), 303)
    return _accept_as_new()


def _accept_as_new() -> ResponseReturnValue:
    secret = _secret()
    found = organisers.invitation_of(secret, now=clock.now())
    email, errors = request.form.get("email", ""), {}
    if request.form.get("consent") != "yes":
        errors["consent"] = sentence("consent_missing")
    try:
        chosen = passwords.choose(request.form.get("password", ""), known=(email, found.name))
    except Rejected as error:
        errors["password"] = sentence(error.code, error.values)
    if errors:
        return _invitation_page(found, errors, email=email), 422
    try:
        with transaction():
            event, token = organisers.accept_as_new(
                secret, email=email, password=chosen, device=device(), now=clock.now()
            )
            event_id = event.id
    except NotFound:
        raise
    except DomainError as error:
        errors["email"] = sentence(error.code, error.values)
        return _invitation_page(found, errors, email=email), 422
    access.begin(token)
    flash(_("账号已建好。您现在是这个活动的组织者。"), "success")
    return redirect(url_for("events.studio", event_id=event_id), 303)


def _invitation_page(found: "Invitation", errors: dict[str, str], *, email: str = "") -> str:
    return render_template(
        "events/invitation.html",
        found=found,
        words=event_words,
        errors=errors,
        email=email,
        here=url_for("events.organisers.invitation"),
    )


def _page(event_id: int, *, errors: dict[str, str] | None = None, link: str = "") -> str:
    actor, now = current_actor(), clock.now()
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    return render_template(
        "events/organisers.html",
        event=event,
        people=organisers.organisers_of(actor, event_id, now=now),
        invites=may(actor, Permission.INVITE_ORGANISER, event_target(event, now=now)),
        creator=organisers.creator_of(event),
        ends_at=organisers.access_ends_at(event),
        errors=errors or {},
        values={} if link else request.form,
        link=link,
        now=now,
        tabs=event_words.tabs_of(event, "events.organisers.index"),
        words=event_words,
    )


def _secret() -> str:
    secret = request.cookies.get(SECRET_COOKIE)
    if not secret:
        raise NotFound("invitation_over")
    return secret
