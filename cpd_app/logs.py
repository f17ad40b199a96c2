"""Logs: one line per request, key=value or JSON, with a request id and no personal data."""

import logging
import secrets
import time

import structlog
from flask import Flask, Response, g, request


def configure(log_format: str) -> None:
    """Set up the log lines of this process."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_rows,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def without_rows(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Leave out of an exception what a database quotes from the rows it refuses."""
    if "exception" in event:
        lines = str(event["exception"]).split("\n")
        event["exception"] = "\n".join(x for x in lines if not x.lstrip().startswith("DETAIL:"))
    return event


def init(app: Flask) -> None:
    """Give every request an id and its line; the route's pattern is logged, never the path."""
    log = structlog.get_logger()

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.request_began = time.monotonic()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "-")
        actor = g.get("actor")
        log.info(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else "-",
            status=response.status_code,
            ms=round((time.monotonic() - g.get("request_began", 0)) * 1000, 1),
            actor=actor.person_id if actor else None,
        )
        structlog.contextvars.clear_contextvars()
        return response
