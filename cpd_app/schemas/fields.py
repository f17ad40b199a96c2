"""Fields that several features share: hours, days, trimmed text, keys."""

import uuid
from datetime import UTC, date, datetime, time
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


def instant_json(moment: datetime) -> str:
    """A moment as 2026-10-22T01:02:11Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


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


class InstantField(fields.Field[datetime]):
    """A moment with its offset from UTC, as 2026-10-22T09:02:11+08:00."""

    default_error_messages = {  # noqa: RUF012
        "invalid": "Not a valid moment; expected ISO 8601 with an offset."
    }

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else instant_json(value)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        except ValueError as error:
            raise self.make_error("invalid") from error
        if moment.tzinfo is None:
            raise self.make_error("invalid")
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise self.make_error("invalid") from error


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
