"""/api/v1: the same use cases for machines; described by /api/v1/openapi.json."""

from typing import Any

from flask import Flask
from flask_smorest import Api

from cpd_app.api import (
    activities,
    attendance,
    certificates,
    checkins,
    conversions,
    docs,
    door,
    events,
    evidence,
    exports,
    federation,
    filings,
    messages,
    readiness,
    registrations,
    rosters,
)

CONFIG: dict[str, Any] = {
    "API_TITLE": "CPD of engineering members",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Hours are JSON numbers of 学时. Errors are `{code, message, errors}`."
        },
        "security": [{"bearer": []}],
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    },
}

PREFIX = "/api/v1"


def init(app: Flask) -> None:
    """Register the API's blueprints."""
    api = Api()
    api.DEFAULT_ERROR_RESPONSE_NAME = ""  # operations name their refusals one by one
    api.init_app(app)
    for module in (
        activities,
        attendance,
        certificates,
        checkins,
        conversions,
        events,
        evidence,
        exports,
        filings,
        messages,
        readiness,
        registrations,
        rosters,
        door,
        federation,
    ):
        api.register_blueprint(module.blp, url_prefix=PREFIX)
    app.register_blueprint(docs.bp)
