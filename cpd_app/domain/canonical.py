"""The one way in which a document is written before it is signed."""

import json
from typing import Any


def canonical_json(document: Any) -> bytes:
    """UTF-8, keys in order, no white space, no fractions: the same document is the same bytes.

    Raises TypeError for a float, which two programs may write differently.
    """
    _refuse_floats(document)
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a signed document holds no fractions")
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)
