"""now() and today(); the only reader of the clock, for edges only."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: Days of members and societies are Beijing days (domain.md §3).
BEIJING = ZoneInfo("Asia/Shanghai")


def _system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present instant, aware, UTC."""
    return _source()


def today(zone: ZoneInfo = BEIJING) -> date:
    """The present day in a zone, Beijing's when none is given."""
    return now().astimezone(zone).date()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Take the time from elsewhere (tests, a simulated year); None: from the system again."""
    global _source  # noqa: PLW0603 - the one place where time can be set
    _source = source or _system_now
