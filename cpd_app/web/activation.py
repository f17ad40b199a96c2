"""A one-time code: typed or scanned, shown to its owner, used to choose a password."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import access, clock
from cpd_app.access import public
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.schemas.signin import CodeSchema
from cpd_app.usecases import activation, passwords
from cpd_app.usecases.activation import OpenedCode
from cpd_app.web.forms import read
from cpd_app.web.signin import address, device, filled
from cpd_app.wording import sentence

bp = Blueprint("activation", __name__)

#: the code between the two steps, in the signed cookie of whoever typed it
CODE_KEY = "one_time_code"


@bp.get("/activate")
@public
def enter() -> ResponseReturnValue:
    """The code's form; a slip's QR fills it in, and it is still the person who sends it."""
    return render_template("activation/enter.html", code=request.args.get("code", "")[:40])


@bp.post("/activate")
@public
def check() -> ResponseReturnValue:
    """Look at the code and go on to the password."""
    given = read(CodeSchema(), filled())
    if not given.ok:
        return render_template("activation/enter.html", code="", error=sentence("missing")), 422
    opened = _open(given.value["code"])
    if opened.refusal:
        return _refused(opened, given.value["code"])
    session[CODE_KEY] = given.value["code"]
    return redirect(url_for("activation.choose"), 303)


@bp.get("/activate/password")
@public
def choose() -> ResponseReturnValue:
    """Whose account it is (masked), and the form for the password."""
    code = session.get(CODE_KEY)
    if not code:
        return redirect(url_for("activation.enter"), 303)
    opened = _open(code)
    if opened.refusal:
        return _refused(opened, code)
    return render_template("activation/choose.html", opened=opened, errors={})


@bp.post("/activate/password")
@public
def activate() -> ResponseReturnValue:
    """Keep the password, use the code up, sign this browser in."""
    code = session.get(CODE_KEY)
    if not code:
        return redirect(url_for("activation.enter"), 303)
    opened = _open(code)
    if opened.refusal:
        return _refused(opened, code)
    agreed = request.form.get("consent") == "yes"
    errors: dict[str, str] = {}
    if opened.first and not agreed:
        errors["consent"] = sentence("consent_missing")
    try:
        chosen = passwords.choose(request.form.get("password", ""), known=opened.known)
    except Rejected as error:
        errors["password"] = sentence(error.code, error.values)
    if errors:
        page = render_template(
            "activation/choose.html", opened=opened, errors=errors, agreed=agreed
        )
        return page, 422
    try:
        with transaction():
            secret = activation.use_code(code, chosen, device=device(), now=clock.now())
    except Rejected as error:
        return _refused(OpenedCode(refusal=error.code), code)
    access.begin(secret)
    flash(_("账号已激活。") if opened.first else _("新密码已生效，其他设备已退出登录。"))
    return redirect("/", 303)


def _open(code: str) -> OpenedCode:
    with transaction():
        return activation.open_code(code, address=address(), now=clock.now())


def _refused(opened: OpenedCode, code: str) -> ResponseReturnValue:
    session.pop(CODE_KEY, None)
    said = sentence(opened.refusal, {"minutes": opened.minutes})
    page = render_template("activation/enter.html", code=code, error=said)
    return page, 429 if opened.minutes else 422
