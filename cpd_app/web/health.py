"""For the machines that watch us: is the process alive, can it work."""

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from cpd_app import metrics
from cpd_app.access import public
from cpd_app.db import db
from cpd_app.domain.errors import NotFound
from cpd_app.migrate import is_at_head

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The database answers and every migration has run."""
    try:
        with db.engine.connect() as connection:
            at_head = is_at_head(connection)
    except SQLAlchemyError:
        return jsonify(status="database unreachable"), 503
    if not at_head:
        return jsonify(status="migrations missing"), 503
    return jsonify(status="ok")


@bp.get("/metrics")
@public
def read_metrics() -> ResponseReturnValue:
    """Counts for Prometheus; as good as not there for whoever may not read them."""
    app = current_app
    settings = app.config["CPD"]
    allowed = metrics.may_read(
        settings.metrics_token,
        request.remote_addr,
        request.headers.keys(),
        request.headers.get("Authorization"),
    )
    if not allowed:
        raise NotFound
    shown = app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way
    return Response(metrics.text_of(shown), mimetype=metrics.MEDIA_TYPE)
