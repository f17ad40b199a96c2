"""Language, theme and text size: kept with the person when signed in, else in the browser."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from cpd_app.access import current_actor, public
from cpd_app.db import transaction
from cpd_app.usecases import people
from cpd_app.web.context import TEXT_COOKIE, THEME_COOKIE
from cpd_app.web.locale import LOCALE_COOKIE
from cpd_app.web.paths import safe_path

bp = Blueprint("switches", __name__)

YEAR = 365 * 86400
#: name of the switch -> allowed values, cookie
SWITCHES = {
    "locale": (("zh", "en"), LOCALE_COOKIE),
    "theme": (("auto", "light", "dark"), THEME_COOKIE),
    "text_size": (("normal", "large"), TEXT_COOKIE),
}


@bp.post("/switch")
@public
def switch() -> ResponseReturnValue:
    """Change one of them and go back to the page."""
    response = redirect(safe_path(request.form.get("next")), 303)
    for name, (allowed, cookie) in SWITCHES.items():
        value = request.form.get(name)
        if value not in allowed:
            continue
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", httponly=False)
        if current_user.is_authenticated:
            with transaction():
                people.change_appearance(current_actor(), **{name: value})
    return response
