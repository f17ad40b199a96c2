"""Which language a page speaks: the person's choice, the browser's cookie, the browser's list."""

from babel import Locale
from flask import g, has_request_context, request
from flask_babel import get_locale
from flask_login import current_user

LOCALE_COOKIE = "cpd_locale"
#: short name (as in the address and the database) -> the catalogue's; "zh-CN" would match none
CATALOGUES = {"zh": Locale.parse("zh_Hans_CN"), "en": Locale.parse("en")}


def short_locale() -> str:
    """Zh or en: chosen once for a request."""
    return "en" if get_locale() == CATALOGUES["en"] else "zh"


def catalogue() -> Locale:
    """What Flask-Babel is told when it asks, once for each request."""
    return CATALOGUES[_chosen()]


def _chosen() -> str:
    if not has_request_context():
        return "zh"
    chosen = request.cookies.get(LOCALE_COOKIE)
    # a bearer token stands for its person, not for what they like to read
    if g.get("token_holder") is None and current_user.is_authenticated and current_user.locale:
        chosen = current_user.locale
    if chosen in CATALOGUES:
        return str(chosen)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "zh-TW", "zh-HK", "en"])
    return "en" if best == "en" else "zh"
