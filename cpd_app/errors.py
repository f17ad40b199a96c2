"""Turns an error into a page or into JSON, in one place; chosen by the /api/ prefix."""

import errno
from typing import Any

import structlog
from flask import Flask, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from cpd_app.access import NotSignedIn
from cpd_app.db import session
from cpd_app.domain.errors import ChangedSince, Conflict, DomainError, NotAllowed, NotFound, TooMany
from cpd_app.wording import sentence

log = structlog.get_logger()

#: SQLite's and PostgreSQL's words for writers that waited for each other
BUSY_WORDS = ("locked", "lock timeout", "deadlock detected")
#: PostgreSQL's and SQLite's words for a number beyond their columns
TOO_LARGE_WORDS = ("out of range", "too large to convert to SQLite INTEGER")
#: words of a database, and numbers of the system, for a disk that takes nothing more
FULL_WORDS = ("disk is full", "disk I/O error", "No space left", "Disk quota", "could not extend")
FULL_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT})
#: of a body that is too large so much is read and thrown away, so that the answer can be read
MOST_DRAINED = 256 * 1024 * 1024
DRAINED_AT_ONCE = 1024 * 1024

#: kind of refusal -> status; a special kind stands before the general one. Others are 422
STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (ChangedSince, 412),
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooMany, 429),
)
#: what the framework's own refusals are called here
HTTP_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 422)


def wants_json() -> bool:
    """Whether the asker is a machine or one of our scripts."""
    ours = request.accept_mimetypes.best == "application/json"
    return ours or request.path.startswith("/api/")


def answer(
    status: int, code: str, message: str, errors: dict[str, Any] | None = None
) -> ResponseReturnValue:
    """The refusal as JSON or as a page."""
    if wants_json():
        body = {"code": code, "message": message, "errors": errors or {}}
        return jsonify(body), status
    name = (
        f"errors/{status}.html" if status in {400, 403, 404, 409, 422, 500} else "errors/400.html"
    )
    return render_template(name, code=code, message=message), status


def on_domain_error(error: DomainError) -> ResponseReturnValue:
    """A rule, or the policy, said no."""
    if isinstance(error, NotSignedIn) and not wants_json():
        if error.code == "not_paired":
            return redirect(url_for("door.ask_to_pair"), 303)
        if request.method == "GET":
            return redirect(url_for("signin.sign_in", next=request.full_path.rstrip("?")), 303)
        return redirect(url_for("signin.sign_in"), 303)
    message = sentence(error.code, error.values)
    errors = {error.field: [message]} if error.field else {}
    return answer(status_of(error), error.code, message, errors)


def on_csrf_error(_error: CSRFError) -> ResponseReturnValue:
    """The form is too old or forged."""
    return answer(400, "csrf", sentence("csrf"))


def on_http_error(error: HTTPException) -> ResponseReturnValue:
    """The framework said no; smorest's findings about the body come with it."""
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    found = data.get("messages")
    if status == 422:
        flat = _flat(found or {})
        return answer(422, "invalid", sentence("invalid"), flat)
    if status == 400 and found:
        return answer(400, "not_json", sentence("not_json"))
    if status in {412, 428}:
        return answer(status, "changed_meanwhile", sentence("changed_meanwhile"))
    if status >= 500:
        return on_unexpected(error)
    if status == 413:
        _drain()
    code = HTTP_CODES.get(status, "bad_request")
    response = make_response(answer(status, code, sentence(code)))
    allowed = error.get_response().headers.get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def on_database_busy(error: OperationalError) -> ResponseReturnValue:
    """A writer waited too long for others, or the disk is full; nothing was kept."""
    session.rollback()
    if any(words in str(error) for words in FULL_WORDS):
        return _on_disk_full()
    if not any(words in str(error) for words in BUSY_WORDS):
        return on_unexpected(error)
    log.warning("database busy")
    return answer(503, "busy", sentence("busy"))


def on_number_too_large(error: DataError | OverflowError) -> ResponseReturnValue:
    """A number in a query or a form that no row can have names nothing, as in an address."""
    session.rollback()
    if not any(words in str(error) for words in TOO_LARGE_WORDS):
        return on_unexpected(error)
    return answer(404, "not_found", sentence("not_found"))


def on_system_error(error: OSError) -> ResponseReturnValue:
    """The disk takes nothing more, or something that nobody thought of."""
    if error.errno not in FULL_NUMBERS:
        return on_unexpected(error)
    session.rollback()
    return _on_disk_full()


def on_unexpected(error: Exception) -> ResponseReturnValue:
    """Our fault: a log line and a page with the same id."""
    session.rollback()
    log.error("unexpected", exc_info=error)
    values = {"request_id": g.get("request_id", "-")}
    return answer(500, "unexpected", sentence("unexpected", values))


def _on_disk_full() -> ResponseReturnValue:
    log.error("disk full")
    return answer(503, "disk_full", sentence("disk_full"))


def _drain() -> None:
    """Read what is still coming: a browser that is cut off while it sends never sees why."""
    coming = request.environ["wsgi.input"]
    left = min(request.content_length or 0, MOST_DRAINED)
    while left > 0 and (piece := coming.read(min(left, DRAINED_AT_ONCE))):
        left -= len(piece)


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """Findings without the place they came from (json, query, form)."""
    flat: dict[str, Any] = {}
    for place, fields in found.items():
        if place in {"json", "query", "form", "files", "json_or_form"} and isinstance(fields, dict):
            flat.update(fields)
        else:
            flat[place] = fields
    return flat


def init(app: Flask) -> None:
    """After smorest, or it would answer JSON for missing pages."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(OperationalError, on_database_busy)
    app.register_error_handler(DataError, on_number_too_large)
    app.register_error_handler(OverflowError, on_number_too_large)
    app.register_error_handler(OSError, on_system_error)
    app.register_error_handler(Exception, on_unexpected)
