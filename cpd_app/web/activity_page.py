"""One record's page: its arithmetic in sentences, its facts, its history, and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from cpd_app.domain.competences import COMPETENCES
from cpd_app.domain.kinds import Field, FieldType, Kind
from cpd_app.policy import Actor
from cpd_app.sheets.attendance_words import presence_lines
from cpd_app.texts.trace import trace_lines
from cpd_app.usecases.activity_changes import history_of
from cpd_app.usecases.credits_shown import CreditShown, credits_of, names_of, titles_of
from cpd_app.usecases.preview import named_by
from cpd_app.usecases.record_details import RecordDetail
from cpd_app.usecases.under_filing import filings_over
from cpd_app.web.activity_forms import field_words, named
from cpd_app.web.activity_list import assurance_words, state_word
from cpd_app.web.filters import day, moment
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import Filing


@dataclass(frozen=True)
class RecordPage:
    """Everything the page of a record prints."""

    detail: RecordDetail
    own: bool
    kind_name: str
    lines: list[str]
    words: str
    state: str
    facts: list[list[str]]
    history: list[dict[str, Any]]
    credits: list[CreditShown]
    #: the record that it overlaps with and is held for; None when there is no question
    same_as: tuple[int, str] | None
    #: the record that counts in its place
    counted_in: tuple[int, str] | None
    #: the open filing in which it stands: it is not edited then
    filing: "Filing | None"

    @property
    def event_id(self) -> int | None:
        """The event whose attendance or agenda made it; such a record is not edited."""
        return self.detail.activity.event_id

    @property
    def proved(self) -> bool:
        """Whether scans or the agenda prove it, and nothing is attached besides."""
        return self.event_id is not None and not self.detail.row.evidence_count

    @property
    def marks(self) -> list[str]:
        """Words beside the letter."""
        return [mark_words(mark) for mark in self.detail.row.marks]


def record_page(actor: Actor, detail: RecordDetail) -> RecordPage:
    """Shape a record for its page."""
    titles = titles_of(named_by(detail.row.reasons))
    kind = detail.kind
    return RecordPage(
        detail=detail,
        own=detail.activity.person_id == actor.person_id,
        kind_name=named(kind.names) if kind else detail.row.kind or _("未选种类"),
        lines=[
            *presence_lines(detail.activity),
            *trace_lines([*detail.trace, *detail.row.reasons], short_locale(), titles.get),
        ],
        words=assurance_words(detail.row),
        state=state_word(detail.row.state),
        facts=_facts(detail),
        history=_history(detail),
        credits=credits_of(detail.activity, actor),
        same_as=_named_by_reason(detail, "same_activity", "other", titles),
        counted_in=_named_by_reason(detail, "counts_once", "winner", titles),
        filing=filings_over([detail.row.id]).get(detail.row.id),
    )


def differences(
    kind: Kind | None, kept: Mapping[str, str], typed: Mapping[str, str], labels: Mapping[str, str]
) -> list[list[str]]:
    """Where what was typed and what another device saved differ: label, theirs, mine."""
    rows = []
    for name, label in labels.items():
        mine, theirs = typed.get(name, "").strip(), kept.get(name, "").strip()
        if mine != theirs:
            rows.append([label, value_words(kind, name, theirs), value_words(kind, name, mine)])
    return rows


def value_words(kind: Kind | None, name: str, value: Any) -> str:
    """A field's value as people read it: names of choices, yes and no, days."""
    if value in (None, "", []):
        return "–"
    if name == "competences":
        short = 2 if short_locale() == "en" else 1
        return _("、").join(COMPETENCES[c][short] for c in value if c in COMPETENCES)
    if name in {"started_on", "ended_on"} and isinstance(value, str):
        return _day_words(value)
    known = kind.fields.get(name) if kind else None
    return str(value) if known is None else _field_words(known, value)


def _day_words(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:  # typed, and not a day
        return text


def _field_words(known: Field, value: Any) -> str:
    if known.type is FieldType.BOOLEAN:
        return _("是") if value in (True, "true") else _("否")
    if value in known.choices:
        return named(known.choices[value])
    if known.ranges is not None:
        return named(known.ranges).replace("{}", str(value))
    return f"{value} {named(known.unit)}" if known.unit else str(value)


def _facts(detail: RecordDetail) -> list[list[str]]:
    activity, kind = detail.activity, detail.kind
    facts = [[_("主办单位"), activity.organiser or ""], [_("地点"), activity.place or ""]]
    if activity.started_on != activity.ended_on:
        facts.append([_("开始日期"), day(activity.started_on)])
    facts.append([named(kind.date_label) if kind else _("结束日期"), day(activity.ended_on)])
    if activity.starts_at_time and activity.ends_at_time:
        facts.append(
            [_("时刻"), f"{_clock(activity.starts_at_time)}–{_clock(activity.ends_at_time)}"]
        )
    order = list(kind.fields) if kind else []
    for code in sorted(activity.fields, key=lambda c: order.index(c) if c in order else len(order)):
        known = kind.fields.get(code) if kind else None
        words = value_words(kind, code, activity.fields[code])
        facts.append([named(known.names) if known else code, words])
    if activity.achievement_key:
        label = named(kind.key_label) if kind else ""
        facts.append([label or _("成果编号"), activity.achievement_key])
    if activity.competences:
        facts.append([_("体现的能力"), value_words(kind, "competences", activity.competences)])
    facts.append([_("体会"), activity.reflection or ""])
    if activity.source_name:
        facts.append([_("来源"), activity.source_name])
    return facts


def _history(detail: RecordDetail) -> list[dict[str, Any]]:
    changes = history_of(detail.activity.id)
    names = names_of(c.by_id for c in changes)
    items = []
    for change in changes:
        own = change.by_id == detail.activity.person_id
        who = _("本人") if own else names.get(change.by_id or 0, _("系统"))
        items.append(
            {
                "title": verb_words(change.verb),
                "when": moment(change.at),
                "text": _changes(detail, change.changed),
                "meta": [who],
            }
        )
    return items


def mark_words(mark: str) -> str:
    """What stands beside a letter and never changes it."""
    return {
        "late": _("补传"),
        "static_code": _("印刷码"),
        "flagged": _("签到待核"),
        "late_entry": _("迟录"),
    }[mark]


def verb_words(verb: str) -> str:
    """What was done to the record; an unknown verb is a change all the same."""
    return {
        "logged": _("记入"),
        "attended": _("由活动签到记入"),
        "attendance_changed": _("出席有更新"),
        "corrected": _("改正"),
        "withdrawn": _("撤回"),
        "restored": _("恢复"),
        "accepted": _("确认"),
        "told_apart": _("说明为不同的活动"),
        "merged": _("合并"),
        "left_out": _("调整计入的注册"),
        "ruled": _("学会认定"),
        "carried": _("随转会带来认定与核对"),
        "confirmed": _("再注册审核认定"),
        "unconfirmed": _("再注册审核认定已撤销"),
        "bound": _("用来补较早的年度"),
        "unbound": _("改回本年"),
        "recalculated": _("按新规则重算"),
        "checked": _("学会核对佐证"),
        "evidence_added": _("添加佐证"),
        "evidence_tagged": _("标注佐证用途"),
        "evidence_removed": _("移除佐证"),
        "evidence_purged": _("紧急清除"),
    }.get(verb, _("改动"))


def _changes(detail: RecordDetail, changed: Mapping[str, Any]) -> str:
    """名称：甲 → 乙；净时长：90 分钟 → 120 分钟."""
    kind = detail.kind
    labels = {**field_words(kind), "assurance": _("等级")}
    parts = []
    if isinstance(changed.get("reason"), list):
        parts.append(_("理由：%(reason)s", reason=changed["reason"][1]))
    for name, pair in changed.items():
        if name not in labels or not isinstance(pair, list) or len(pair) != 2:
            continue
        before, after = (value_words(kind, name, value) for value in pair)
        parts.append(
            _("%(label)s：%(before)s → %(after)s", label=labels[name], before=before, after=after)
        )
    return _("；").join(parts)


def _named_by_reason(
    detail: RecordDetail, code: str, name: str, titles: Mapping[int, str]
) -> tuple[int, str] | None:
    for reason in detail.row.reasons:
        if reason.get("code") == code:
            return reason[name], titles.get(reason[name], "")
    return None


def _clock(value: time) -> str:
    return value.strftime("%H:%M")
