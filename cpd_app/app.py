"""create_app(): settings, extensions, edges, access check. Nothing else."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from cpd_app import access, api, assets, db, errors, logs, metrics, web
from cpd_app.config import Settings, load
from cpd_app.usecases import passwords, sealing
from cpd_app.web.locale import catalogue

#: ids are 32-bit in the database; a larger number names nothing
LARGEST_ID = 2**31 - 1
#: one upload of up to 20 MB and its form
MAX_BODY = 24 * 1024 * 1024

#: asserted whole by a test; nothing inline, nothing from elsewhere
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"


class SignedCookies(SecureCookieSessionInterface):
    """Flask's cookies, signed by one serializer and not by a new one for every request."""

    def __init__(self) -> None:
        self._made: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The serializer of the app's secret key."""
        self._made = self._made or super().get_signing_serializer(app)
        return self._made


class IdConverter(IntegerConverter):
    """`<int:…>` in addresses, up to what the database can hold."""

    def to_python(self, value: str) -> Any:
        """The number; 0, which names nothing either, for one that is too large.

        Refused here, it would answer 405 where other methods have the same address.
        """
        number = super().to_python(value)
        return number if number <= LARGEST_ID else 0


def create_app(settings: Settings | None = None) -> Flask:
    """The web application, ready to serve."""
    settings = settings or load()
    logs.configure(settings.log_format)
    passwords.configure(cheap=settings.env == "test")
    sealing.configure(settings.secret_key)
    app = Flask("cpd_app", static_url_path=f"/static/{assets.release()}")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="cpd_session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=180),
        WTF_CSRF_CHECK_DEFAULT=False,  # access.check_reach asks, so that bearer tokens need none
        WTF_CSRF_TIME_LIMIT=None,  # a form left open overnight still saves
        CPD=settings,
        **api.CONFIG,
    )
    app.session_interface = SignedCookies()
    app.url_map.converters["int"] = IdConverter
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    logs.init(app)
    metrics.init(app)
    db.init(app, settings.database_url)
    Babel(app, default_locale="zh_Hans_CN", locale_selector=catalogue)
    api.init(app)
    web.init(app)
    assets.init(app, settings.var_dir)
    errors.init(app)
    access.init(app)
    _add_headers(app, https=settings.secure_cookies)
    return app


def _add_headers(app: Flask, *, https: bool) -> None:
    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if "Cache-Control" not in response.headers and request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store, private"
        return response
