"""What the rules found, in the reader's language: checks of readiness, steps of the arithmetic."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale, gettext, ngettext

from cpd_app.domain.hours import format_hours
from cpd_app.domain.renewal import Check, State
from cpd_app.texts import COUNTED, SENTENCES
from cpd_app.texts.trace import trace_lines

#: values of a check that are hours
HOURS = frozenset({"missing"})


def language() -> str:
    """Zh or en, for texts that carry both."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def day(value: date) -> str:
    """2027年3月14日 / 14 Mar 2027."""
    if language() == "en":
        return str(format_date(value, "d MMM y", locale="en"))
    return f"{value.year}年{value.month}月{value.day}日"


def sentence(code: str, values: dict[str, Any] | None = None) -> str:
    """What a code says, with its values as people write them."""
    shown = {name: _shown(name, value) for name, value in (values or {}).items()}
    text = SENTENCES[code]
    if code in COUNTED:
        # a message of an older release may lack its number
        return str(ngettext(text, text, (values or {}).get(COUNTED[code]) or 0, **shown))
    return str(gettext(text, **shown))


def check_sentence(check: Check) -> str:
    """What a check found and what to do."""
    code = f"{check.code}_ok" if check.state is State.OK else check.says
    return sentence(code, check.values)


def arithmetic(trace: Iterable[Any], reasons: Iterable[Any] = ()) -> list[str]:
    """The arithmetic of a record, a line for each step."""
    return trace_lines([*trace, *reasons], language())


def duration(minutes: int) -> str:
    """2 小时 30 分."""
    whole, rest = divmod(minutes, 60)
    if whole and rest:
        return str(gettext("%(h)s 小时 %(m)s 分", h=whole, m=rest))
    if whole:
        return str(gettext("%(h)s 小时", h=whole))
    return str(gettext("%(m)s 分", m=rest))


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return day(value)
    if name in HOURS and isinstance(value, int):
        return format_hours(value)
    if isinstance(value, list | tuple):
        return ("、" if language() == "zh" else ", ").join(str(v) for v in value)
    return value
