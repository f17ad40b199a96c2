"""The ways in which the service says no, each with a stable code."""

from typing import Any


class DomainError(Exception):
    """What was asked cannot be done; `code` is stable, `values` fill the sentence in `texts`."""

    def __init__(self, code: str, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.values = values

    def __str__(self) -> str:
        where = f" ({self.field})" if self.field else ""
        return f"{self.code}{where} {self.values or ''}".strip()


class Rejected(DomainError):
    """The input breaks a rule; the person can mend it (422)."""


class NotFound(DomainError):
    """There is no such thing, or not for this person (404)."""

    def __init__(self, code: str = "not_found", field: str | None = None, **values: Any) -> None:
        super().__init__(code, field, **values)


class NotAllowed(DomainError):
    """A colleague without the right to do this (403)."""

    def __init__(self, code: str = "not_allowed", field: str | None = None, **values: Any) -> None:
        super().__init__(code, field, **values)


class Conflict(DomainError):
    """Somebody else changed it meanwhile, or it is done already (409)."""


class ChangedSince(Conflict):
    """The version that was seen is not the present one any more (412)."""


class TooMany(DomainError):
    """Asked too often; `minutes` in its values says how long to wait (429)."""
