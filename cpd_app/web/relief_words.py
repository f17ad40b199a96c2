"""Relief in words: grounds and states in the visitor's language, days, effects by year."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.relief import Effect, Span
from cpd_app.schemas.relief import last_of
from cpd_app.texts.relief import (
    APPEAL_STATES,
    APPEAL_SUBJECTS,
    EFFECTS,
    GROUND_SOURCES_EN,
    RELIEF_STATES,
)
from cpd_app.usecases.relief import asked_span, granted_span
from cpd_app.usecases.relief_effect import YearEffect
from cpd_app.web.filters import day, hours
from cpd_app.web.locale import short_locale
from cpd_app.web.progress_page import verdict_kind, verdict_word

if TYPE_CHECKING:
    from cpd_app.models import Deadline, Relief, ReliefGround

#: state -> how components/state.html shows it
KINDS = {
    "submitted": "waiting",
    "granted": "ok",
    "refused": "blocker",
    "withdrawn": "none",
    "annulled": "blocker",
    "open": "waiting",
    "upheld": "ok",
    "dismissed": "none",
}


def ground_name(ground: "ReliefGround") -> str:
    """What the ground is called."""
    return ground.name_en if short_locale() == "en" else ground.name


def ground_proof(ground: "ReliefGround") -> str:
    """What proves it."""
    return ground.proof_en if short_locale() == "en" else ground.proof


def ground_source(ground: "ReliefGround") -> str:
    """Where it comes from: a default's source in both languages, a society's as it wrote it."""
    if ground.society_id is None and short_locale() == "en":
        return GROUND_SOURCES_EN.get(ground.code, ground.source)
    return ground.source


def effect_word(effect: str) -> str:
    """按整月减免, 免一年, 延期补足."""
    return str(_(EFFECTS[effect]))


def state_word(state: str) -> str:
    """Where a request stands."""
    return str(_(RELIEF_STATES[state]))


def appeal_word(state: str) -> str:
    """Where an appeal stands."""
    return str(_(APPEAL_STATES[state]))


def subject_word(subject: str) -> str:
    """What an appeal is against."""
    return str(_(APPEAL_SUBJECTS[subject]))


def state_kind(state: str) -> str:
    """How components/state.html shows a request or an appeal."""
    return KINDS[state]


def span_of(relief: "Relief") -> Span:
    """The days of a request in a list: what was granted, else what was asked for."""
    return granted_span(relief) or asked_span(relief)


def span_words(span: Span | None) -> str:
    """2025年3月1日至2025年8月31日; 第 3 年延到2027年1月31日."""
    if span is None:
        return ""
    if span.effect is Effect.DEFERRAL:
        return _("第 %(n)s 年延到%(last)s", n=span.year, last=day(span.until_on))
    days = _("%(first)s至%(last)s", first=day(span.from_on), last=day(last_of(span.to_on)))
    if span.effect is Effect.WAIVER:
        return _("第 %(n)s 年（%(days)s）", n=span.year, days=days)
    return str(days)


def due_words(deadline: "Deadline | None", today: date) -> str:
    """Until when, how many days are left, and whether the calendar is still to be announced."""
    if deadline is None:
        return ""
    words = day(deadline.due_on)
    if deadline.provisional:
        words = _("%(day)s（暂定）", day=words)
    if deadline.closed_at is not None:
        return words
    left = (deadline.due_on - today).days
    if left < 0:
        return _("%(day)s，已过期", day=words)
    return ngettext("%(day)s，还有 %(num)s 天", "%(day)s，还有 %(num)s 天", left, day=words)


def effect_rows(effect: Iterable[YearEffect]) -> list[dict[str, Any]]:
    """One row a year for the table of the effect."""
    return [
        {
            "n": year.before.index,
            "days": _(
                "%(first)s至%(last)s",
                first=day(year.before.starts_on),
                last=day(year.before.last_on),
            ),
            "recognised": hours(year.before.recognised),
            "before": hours(year.before.required),
            "after": hours(year.after.required),
            "verdict_before": verdict_word(year.before.verdict),
            "verdict_after": verdict_word(year.after.verdict),
            "kind": verdict_kind(year.after.verdict),
            "until": year.after.deferred_until
            if year.after.deferred_until != year.before.deferred_until
            else None,
            "changes": year.changes,
        }
        for year in effect
    ]
