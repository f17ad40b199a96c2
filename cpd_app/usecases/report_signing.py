"""The signature under a report to the federation: the one place that knows how it is made."""

from datetime import datetime


def sign_report(
    society_id: int,  # noqa: ARG001 - whose key
    payload: bytes,  # noqa: ARG001 - what is signed
    *,
    now: datetime,  # noqa: ARG001 - a key is made when there is none
) -> tuple[str | None, str | None]:
    """Signature (base64) and the key's id; both None while the society has no signing key.

    The report's digest stands beside it in any case.
    """
    return None, None
