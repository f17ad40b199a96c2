"""Where a form may send the browser afterwards: only to a page of our own."""

from urllib.parse import urlsplit


def safe_path(value: str | None, default: str = "/") -> str:
    """The path of `value` when it is one of ours, else the default."""
    if not value:
        return default
    try:
        parts = urlsplit(value)
    except ValueError:  # brackets that hold no address
        return default
    path = parts.path
    # "//host", "/\host" and control characters are read as another host by browsers.
    if not path.startswith("/") or path.startswith(("//", "/\\")) or any(c < " " for c in value):
        return default
    return path + (f"?{parts.query}" if parts.query else "")
