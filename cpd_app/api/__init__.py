"""/api/v1: the same use cases for machines; described by /api/v1/openapi.json."""

from typing import Any

from flask import Flask
from flask_smorest import Api

CONFIG: dict[str, Any] = {
    "API_TITLE": "CPD of engineering members",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
}

api = Api()


def init(app: Flask) -> None:
    """Register the API's blueprints."""
    api.init_app(app)
