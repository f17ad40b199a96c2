"""Pages of the account: sign-ins, password, changed contacts, access tokens."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from cpd_app import access, clock
from cpd_app.access import asks_again, current_actor, current_person, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.numbers import masked_contact
from cpd_app.schemas.signin import CodeSchema, EmailSchema, TokenSchema
from cpd_app.usecases import contacts, passwords, signin, tokens
from cpd_app.usecases.contacts import ContactOutcome
from cpd_app.web.forms import Read, read
from cpd_app.web.signin import address, filled
from cpd_app.wording import sentence

bp = Blueprint("account", __name__, url_prefix="/me")

#: scope -> what it lets a program do, as the page says it
SCOPE_WORDS = {
    "activities:read": "scope_activities_read",
    "activities:write": "scope_activities_write",
    "readiness:read": "scope_readiness_read",
    "registrations:write": "scope_registrations_write",
    "reports:read": "scope_reports_read",
    "reports:write": "scope_reports_write",
    "checkins:write": "scope_checkins_write",
    "filings:write": "scope_filings_write",
    "events:write": "scope_events_write",
    "messages:read": "scope_messages_read",
    "messages:write": "scope_messages_write",
}


@bp.get("/sign-ins")
@signed_in
def sign_ins() -> ResponseReturnValue:
    """Where one is signed in."""
    found = signin.open_sign_ins(current_actor(), now=clock.now())
    return render_template("me/sign_ins.html", sign_ins=found, here=current_user.sign_in.id)


@bp.post("/sign-ins/<int:sign_in_id>/end")
@signed_in
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """End one; ending this one is signing out."""
    with transaction():
        signin.end_sign_in(current_actor(), sign_in_id, now=clock.now())
    if sign_in_id == current_user.sign_in.id:
        access.forget()
        return redirect(url_for("signin.sign_in"), 303)
    flash(_("那台设备已退出登录。"))
    return redirect(url_for("me.account.sign_ins"), 303)


@bp.post("/sign-ins/end-others")
@signed_in
def end_other_sign_ins() -> ResponseReturnValue:
    """End all but this one."""
    with transaction():
        signin.end_other_sign_ins(current_actor(), current_user.sign_in.id, now=clock.now())
    flash(_("其他设备都已退出登录。"))
    return redirect(url_for("me.account.sign_ins"), 303)


@bp.get("/password")
@signed_in
@asks_again
def password() -> ResponseReturnValue:
    """The form for a new password."""
    return render_template("me/password.html", errors={})


@bp.post("/password")
@signed_in
@asks_again
def change_password() -> ResponseReturnValue:
    """Keep it; the other devices are signed out."""
    names = signin.own_names(current_person())
    try:
        chosen = passwords.choose(request.form.get("password", ""), known=names)
    except Rejected as error:
        errors = {"password": sentence(error.code, error.values)}
        return render_template("me/password.html", errors=errors), 422
    with transaction():
        signin.change_password(
            current_actor(), chosen, keep_id=current_user.sign_in.id, now=clock.now()
        )
    flash(_("密码已更改，其他设备已退出登录。"))
    return redirect(url_for("me.index"), 303)


@bp.get("/email")
@signed_in
@asks_again
def email() -> ResponseReturnValue:
    """The form for a new address."""
    return render_template("me/email.html", value="", errors={})


@bp.post("/email")
@signed_in
@asks_again
def order_email_code() -> ResponseReturnValue:
    """Send the code there and ask for it."""
    given = read(EmailSchema(), filled())
    minutes = 0
    if given.ok:
        try:
            with transaction():
                minutes = contacts.order_email_change(
                    current_actor(), given.value["email"], now=clock.now()
                )
        except Rejected as error:
            given.refuse(error)
    if minutes:
        given.errors["email"] = sentence("too_many_letters", {"minutes": minutes})
    if not given.ok:
        typed = request.form.get("email", "")
        page = render_template("me/email.html", value=typed, errors=given.errors)
        return page, 429 if minutes else 422
    to = masked_contact(given.value["email"])
    flash(_("代码已发往 %(contact)s，一天内有效。", contact=to))
    return redirect(url_for("me.account.contact_code"), 303)


@bp.get("/contact-code")
@signed_in
def contact_code() -> ResponseReturnValue:
    """The form for the code that came to the new address, or that the counter gave."""
    code = request.args.get("code", "")[:40]
    return render_template("me/contact_code.html", code=code, errors={})


@bp.post("/contact-code")
@signed_in
def confirm_contact() -> ResponseReturnValue:
    """Take over the new address or phone."""
    given = read(CodeSchema(), filled())
    outcome = ContactOutcome()
    if given.ok:
        try:
            with transaction():
                outcome = contacts.confirm_contact(
                    current_actor(), given.value["code"], address=address(), now=clock.now()
                )
        except (Rejected, Conflict) as error:
            given.errors["code"] = sentence(error.code, error.values)
    if outcome.refusal:
        given.errors["code"] = sentence(outcome.refusal, {"minutes": outcome.minutes})
    if not given.ok:
        typed = request.form.get("code", "")
        page = render_template("me/contact_code.html", code=typed, errors=given.errors)
        return page, 429 if outcome.minutes else 422
    flash(_("已改为 %(contact)s。", contact=outcome.contact))
    return redirect(url_for("me.profile"), 303)


@bp.get("/tokens")
@signed_in
def access_tokens() -> ResponseReturnValue:
    """The tokens that work, with their last use."""
    actor = current_actor()
    return render_template(
        "me/tokens.html", tokens=tokens.tokens_of(actor), words=_scope_words(list(SCOPE_WORDS))
    )


@bp.get("/tokens/new")
@signed_in
@asks_again
def new_token() -> ResponseReturnValue:
    """The form for a token."""
    return _token_form(Read({"name": "", "scopes": []}))


@bp.post("/tokens/new")
@signed_in
@asks_again
def make_token() -> ResponseReturnValue:
    """Make it and show it, this once."""
    actor = current_actor()
    given = read(TokenSchema())
    if given.ok:
        try:
            with transaction():
                token = tokens.make_token(
                    actor,
                    current_person().id,
                    name=given.value["name"],
                    scopes=given.value["scopes"],
                    now=clock.now(),
                )
            return render_template("me/token_made.html", token=token, name=given.value["name"]), 201
        except Rejected as error:
            given.refuse(error, known={"name": "", "scopes": ""})
    return _token_form(given), 422


@bp.post("/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Stop a token at once."""
    with transaction():
        tokens.revoke_token(current_actor(), token_id, now=clock.now())
    flash(_("令牌已停用。"))
    return redirect(url_for("me.account.access_tokens"), 303)


def _token_form(given: Read) -> str:
    return render_template(
        "me/token_new.html",
        name=request.form.get("name", ""),
        chosen=request.form.getlist("scopes"),
        errors=given.errors,
        options=list(_scope_words(tokens.scopes_for(current_actor())).items()),
    )


def _scope_words(scopes: list[str]) -> dict[str, str]:
    return {scope: sentence(SCOPE_WORDS[scope]) for scope in scopes}
