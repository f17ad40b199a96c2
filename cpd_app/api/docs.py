"""The description of the API as a page for staff, from the same document that machines read."""

from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from cpd_app.access import staff_area

bp = Blueprint("api_docs", __name__)

METHODS = ("get", "post", "patch", "put", "delete")


@bp.get("/staff/api")
@staff_area
def index() -> ResponseReturnValue:
    """Every operation with its parameters, body and answers."""
    document = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    operations = [
        _operation(path, method, item[method], document)
        for path, item in sorted(document["paths"].items())
        for method in METHODS
        if method in item
    ]
    return render_template("api/docs.html", operations=operations)


def _operation(
    path: str, method: str, described: dict[str, Any], document: dict[str, Any]
) -> dict[str, Any]:
    body = described.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] = next((content.get("schema", {}) for content in body.values()), {})
    return {
        "id": f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", ""),
        "path": path,
        "method": method.upper(),
        "summary": described.get("summary", ""),
        "parameters": described.get("parameters", []),
        "body": _resolved(schema, document).get("properties", {}),
        "answers": sorted(described.get("responses", {}).items()),
    }


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"].get(name, schema)
    return found
