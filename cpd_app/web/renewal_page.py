"""The guided way to a filing in words: its steps, what stands in the way, the outline as text."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.competences import COMPETENCES
from cpd_app.domain.renewal import SUMMARY_CHARACTERS, State
from cpd_app.domain.summary import HEADING, ITEM, Outline
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.summaries import SummaryText
from cpd_app.web.filters import day, hours
from cpd_app.web.locale import short_locale
from cpd_app.web.progress_page import title_of
from cpd_app.wording import check_sentence, sentence

ICONS = {
    "ok": "check-lg",
    "warning": "exclamation-triangle",
    "blocker": "x-octagon",
    "open": "circle",
}


@dataclass(frozen=True)
class Step:
    """One step: its name, how it stands in words, and where it is done."""

    title: str
    text: str
    #: ok, warning, blocker, open
    state: str
    href: str

    @property
    def icon(self) -> str:
        """Beside the words, never alone."""
        return ICONS[self.state]


@dataclass(frozen=True)
class RenewalPage:
    """What the guided page prints."""

    standing: Standing
    answer: str
    sub: str
    steps: list[Step]
    #: why it cannot be filed today, a sentence each
    obstacles: list[str]

    @property
    def can_file(self) -> bool:
        """Whether the last step is open."""
        return self.standing.readiness.can_file


def renewal_page(standing: Standing, summary: SummaryText) -> RenewalPage:
    """Shape the way to a filing."""
    found = standing.readiness
    obstacles = [code for code in found.filing_obstacles if code != "window_not_open"]
    opens, last = day(found.window_opens_on), day(_last(standing))
    if found.can_file:
        answer = _("都准备好了，可以提交再注册")
    elif not found.window_open and found.on < found.window_opens_on:
        answer = _("%(day)s起可以提交再注册", day=opens)
    elif "window_closed" in obstacles:
        answer = _("提交再注册的时间已过")
    else:
        number = len(obstacles)
        answer = ngettext(
            "还有 %(num)s 件事，办好就能提交", "还有 %(num)s 件事，办好就能提交", number
        )
    sub = _("证书到%(last)s。提交前，下面几步可以随时做。", last=last)
    return RenewalPage(
        standing=standing,
        answer=answer,
        sub=sub,
        steps=_steps(standing, summary),
        obstacles=[sentence(f"cannot_file_{code}") for code in obstacles],
    )


def _last(standing: Standing) -> Any:
    return standing.term.ends_on.fromordinal(standing.term.ends_on.toordinal() - 1)


def _steps(standing: Standing, summary: SummaryText) -> list[Step]:
    checks = {check.code: check for check in standing.readiness.checks}
    others = [
        c for c in standing.readiness.to_do
        if c.code not in {"summary", "society_membership", "expiry"}
    ]  # fmt: skip
    worst = others[0].state if others else State.OK
    counted = [r for r in standing.in_term if not r.left_out]
    member, written = checks["society_membership"], checks["summary"]
    least, most = SUMMARY_CHARACTERS
    return [
        Step(
            _("续期体检"),
            title_of(others[0]) if others else _("学时、佐证、证书都没有要做的事"),
            worst.value,
            url_for("progress.readiness"),
        ),
        Step(
            _("活动记录表"),
            _("%(n)s 条记录，计 %(hours)s 学时",
              n=len(counted), hours=hours(sum(r.recognised for r in counted))),
            "ok" if counted else "open",
            url_for("renewal.record_form"),
        ),
        Step(
            _("职业发展总结"),
            _("%(n)s 字，要求 %(least)s 至 %(most)s 字",
              n=f"{summary.characters:,}", least=f"{least:,}", most=f"{most:,}"),
            "ok" if written.state is State.OK else "open",
            url_for("renewal.summary"),
        ),
        Step(_("学会会籍"), check_sentence(member), member.state.value, ""),
        Step(
            _("真实性声明与提交"),
            _("读过声明，提交后拿到受理编号"),
            "open",
            url_for("renewal.submit") if standing.readiness.can_file else "",
        ),
    ]  # fmt: skip


def outline_text(outline: Outline) -> str:
    """The outline as lines of the summary: headings and records, no sentence about them."""
    english = short_locale() == "en"
    lines: list[str] = []
    for part in outline.parts:
        names = COMPETENCES[part.competence]
        counted = ngettext("%(num)s 条记录", "%(num)s 条记录", part.records)
        total = _("%(hours)s 学时", hours=hours(part.hours))
        name = names[2] if english else names[0]
        lines.append(f"{HEADING}{name}" + _("（%(a)s，%(b)s）", a=counted, b=total))
        lines += [
            f"{ITEM}{title}" + _("（%(b)s）", b=_("%(hours)s 学时", hours=hours(given)))
            for title, given in part.strongest
        ]
        lines.append("")
    return "\n".join(lines)


def summary_count(summary: SummaryText) -> str:
    """1,203 / 1,000–3,000 字."""
    least, most = SUMMARY_CHARACTERS
    return _(
        "%(n)s 字，要求 %(least)s 至 %(most)s 字",
        n=f"{summary.characters:,}", least=f"{least:,}", most=f"{most:,}",
    )  # fmt: skip
