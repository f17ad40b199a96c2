"""Sign in, sign out, the password again, the forgotten password."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from cpd_app import access, clock
from cpd_app.access import current_actor, current_person, public, signed_in, somebody_is_signed_in
from cpd_app.db import transaction
from cpd_app.schemas.signin import SignInSchema
from cpd_app.usecases import letters, signin
from cpd_app.usecases.signin import Outcome
from cpd_app.web.devices import device_name
from cpd_app.web.forms import read
from cpd_app.web.paths import safe_path
from cpd_app.wording import sentence

bp = Blueprint("signin", __name__)


def filled() -> dict[str, str]:
    """The posted fields that are not empty, as they were typed: a password keeps its spaces."""
    return {name: value for name, value in request.form.items() if value.strip()}


def device() -> str:
    """What this browser calls itself."""
    return device_name(request.user_agent.string)


def address() -> str:
    """Where the request comes from, as far as the trusted proxies say."""
    return request.remote_addr or "-"


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form; whoever is signed in goes on."""
    back = safe_path(request.args.get("next"))
    if somebody_is_signed_in():
        return redirect(back, 303)
    return render_template("signin/sign_in.html", next=back, name="")


@bp.post("/sign-in")
@public
def begin() -> ResponseReturnValue:
    """Compare, begin, go on to the page that was asked for."""
    back = safe_path(request.form.get("next"))
    given = read(SignInSchema(), filled())
    outcome = Outcome(refusal="sign_in_failed")
    if given.ok:
        name, password = given.value["name"], given.value["password"]
        proof = signin.prove(name, password, address=address(), now=clock.now())
        with transaction():
            outcome = signin.sign_in(proof, device=device(), now=clock.now())
    if outcome.refusal:
        return _refused("signin/sign_in.html", outcome, next=back, name=request.form.get("name"))
    access.begin(outcome.secret)
    return redirect(back, 303)


@bp.get("/sign-out")
@signed_in
def ask_to_sign_out() -> ResponseReturnValue:
    """Ask once more; the script adds what has not been sent yet."""
    return render_template("signin/sign_out.html", back=safe_path(request.args.get("next"), "/me"))


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in on the server too."""
    with transaction():
        signin.end_sign_in(current_actor(), current_user.sign_in.id, now=clock.now())
    access.forget()
    return redirect(url_for("signin.sign_in"), 303)


@bp.get("/confirm")
@signed_in
def confirm() -> ResponseReturnValue:
    """The password again, before a sensitive act."""
    return render_template("signin/confirm.html", next=safe_path(request.args.get("next")))


@bp.post("/confirm")
@signed_in
def confirm_password() -> ResponseReturnValue:
    """Let this browser do sensitive acts for a quarter of an hour."""
    back = safe_path(request.form.get("next"))
    proof = signin.prove_again(
        current_actor(), request.form.get("password", ""), address=address(), now=clock.now()
    )
    with transaction():
        outcome = signin.confirm(current_actor(), current_user.sign_in.id, proof, now=clock.now())
    if outcome.refusal:
        return _refused("signin/confirm.html", outcome, next=back)
    return redirect(back, 303)


@bp.get("/forgot")
@public
def forgot() -> ResponseReturnValue:
    """Where to send the code."""
    name = current_person().email if somebody_is_signed_in() else ""
    return render_template("signin/forgot.html", name=name or "", sent=False)


@bp.post("/forgot")
@public
def order_code() -> ResponseReturnValue:
    """Order the letter; the answer is the same whether or not there is such an account."""
    given = read(SignInSchema(only=("name",)), filled())
    if not given.ok:
        return render_template("signin/forgot.html", name="", error=sentence("missing")), 422
    with transaction():
        minutes = letters.order_reset(given.value["name"], address=address(), now=clock.now())
    if minutes:
        outcome = Outcome(refusal="too_many_letters", minutes=minutes)
        return _refused("signin/forgot.html", outcome, name=given.value["name"])
    return render_template("signin/forgot.html", name=given.value["name"], sent=True)


def _refused(template: str, outcome: Outcome, **values: object) -> ResponseReturnValue:
    """The form again with the sentence; 429 when the answer is to wait."""
    said = sentence(outcome.refusal, {"minutes": outcome.minutes})
    status = 429 if outcome.minutes else 422
    return render_template(template, error=said, **values), status
