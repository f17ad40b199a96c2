"""Which language a page speaks: the person's choice, the browser's cookie, the browser's list."""

from flask import g, has_request_context, request
from flask_login import current_user

LOCALE_COOKIE = "cpd_locale"
#: short name (as in the address and the database) -> name of the catalogue
CATALOGUES = {"zh": "zh_Hans_CN", "en": "en"}


def short_locale() -> str:
    """Zh or en."""
    if not has_request_context():
        return "zh"
    chosen = request.cookies.get(LOCALE_COOKIE)
    if g.get("token_holder") is None and current_user.is_authenticated and current_user.locale:
        chosen = current_user.locale
    if chosen in CATALOGUES:
        return str(chosen)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "zh-TW", "zh-HK", "en"])
    return "en" if best == "en" else "zh"


def catalogue() -> str:
    """What Flask-Babel is told; "zh-CN" itself would match no catalogue."""
    return CATALOGUES[short_locale()]
