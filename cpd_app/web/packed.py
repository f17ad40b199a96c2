"""JSON that is large enough to be worth compressing on its way to our own scripts."""

import gzip
import json
from typing import Any

from flask import Response, make_response, request


def packed_json(data: Any) -> Response:
    """The data as JSON, compressed when the browser takes it."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    response = make_response()
    response.mimetype = "application/json"
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        body = gzip.compress(body, 6)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(body)
    return response
