"""Fields that several features share: hours, days, trimmed text, keys."""

import uuid
from datetime import date, time
from typing import Any

from marshmallow import ValidationError, fields

from cpd_app.domain.hours import to_number


def is_storable(text: str) -> bool:
    """Whether databases take the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def day_of(value: object) -> date | None:
    """A day as 2026-10-15 and nothing else ("20261015" is refused); None when it is none."""
    try:
        is_day = isinstance(value, str) and len(value) == len("2026-10-15")
        return date.fromisoformat(str(value)) if is_day else None
    except ValueError:
        return None


def time_of(value: object) -> time | None:
    """A time of day as 09:30; None when it is none."""
    try:
        is_time = isinstance(value, str) and len(value) == len("09:30")
        return time.fromisoformat(str(value)) if is_time else None
    except ValueError:
        return None


class HoursField(fields.Field[int]):
    """Hundredths of 学时 inside, a JSON number outside."""

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> float | int | None:
        return None if value is None else to_number(value)


class DayField(fields.Field[date]):
    """A day as 2026-10-15, and nothing else ("20261015" is refused)."""

    default_error_messages = {"invalid": "Not a valid day; expected YYYY-MM-DD."}  # noqa: RUF012

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        return value.isoformat() if value is not None else None

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> date:
        read = day_of(value)
        if read is None:
            raise self.make_error("invalid")
        return read


class TimeField(fields.Field[time]):
    """A time of day as 09:30."""

    default_error_messages = {"invalid": "Not a valid time; expected HH:MM."}  # noqa: RUF012

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        return value.strftime("%H:%M") if value is not None else None

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> time:
        read = time_of(value)
        if read is None:
            raise self.make_error("invalid")
        return read


class TextField(fields.String):
    """Text without white space around it; empty is absent."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not is_storable(text):
            raise ValidationError("Contains a character that cannot be kept.")
        return text or None

    def _validate(self, value: Any) -> None:
        if value is not None:  # absent is neither long nor short
            super()._validate(value)


class KeyField(fields.String):
    """A UUID that the client makes once, in its usual form."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return str(uuid.UUID(text))
        except ValueError as error:
            raise ValidationError("Not a valid UUID.") from error
