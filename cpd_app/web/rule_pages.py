"""What the pages of rules show: versions, tables in words, differences, trials."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor
from cpd_app.domain.differences import Direction
from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.domain.kinds import RuleSet
from cpd_app.policy import Permission, may
from cpd_app.texts.rule_changes import Change, changes_in_words
from cpd_app.texts.rule_words import KindInWords, kind_in_words
from cpd_app.usecases import rules, rules_trial
from cpd_app.usecases.rules_compared import Comparison, compare_versions, members_by_kind
from cpd_app.usecases.rules_in_force import Rules, compiled
from cpd_app.usecases.rules_trial import Trial
from cpd_app.web import desk
from cpd_app.wording import language

if TYPE_CHECKING:
    from cpd_app.models import RuleAdoption, RuleVersion

#: bars of the histogram: first and last whole 学时, and what stands under it
BARS = (
    (-10, -5, "≤ −5"),
    (-4, -3, "−4–3"),
    (-2, -2, "−2"),
    (-1, -1, "−1"),
    (1, 1, "+1"),
    (2, 2, "+2"),
    (3, 4, "+3–4"),
    (5, 10, "≥ +5"),
)


def version_title(version: "RuleVersion") -> str:
    """A version's title; in English the rules' own name, when the title is their Chinese one."""
    if language() != "en" or version.state != "published":
        return version.title
    names = compiled(version.id).names
    return names.en if names.zh == version.title else version.title


@dataclass(frozen=True)
class VersionRow:
    """A version in a list, or at the head of its page."""

    version: "RuleVersion"
    label: str
    adoption: "RuleAdoption | None"
    #: draft, now, later, old
    standing: str

    @property
    def title(self) -> str:
        """Its title in the visitor's language, as far as it has one."""
        return version_title(self.version)

    @property
    def is_baseline(self) -> bool:
        """Whether it is the federation's."""
        return self.version.society_id is None


@dataclass(frozen=True)
class DiffRow:
    """One changed value with the people it concerns, as `rule_diff` draws it."""

    change: Change
    people: int | None
    href: str
    selected: bool

    @property
    def for_macro(self) -> dict[str, Any]:
        """The macro's own names."""
        evidence = self.change.only_evidence
        return {
            "kind": self.change.kind_name,
            "item": self.change.item,
            "old": self.change.old,
            "new": self.change.new,
            "direction": self.change.direction.value,
            "direction_text": _("仅佐证") if evidence else _("其他"),
            "people": self.people,
            "href": self.href,
            "selected": self.selected,
        }


def society_here() -> int | None:
    """The society at whose desk the visitor sits; None for the federation."""
    here = desk.open_desk()
    return here.society_id if here else None


def label_of(version: "RuleVersion") -> str:
    """第 3 版, 第 4 版草案, 联合体第 1 版."""
    number, draft = version.number, version.state == "draft"
    if version.society_id is None and desk.open_desk() is not None:
        text = _("联合体第 %(n)s 版草案", n=number) if draft else _("联合体第 %(n)s 版", n=number)
    else:
        text = _("第 %(n)s 版草案", n=number) if draft else _("第 %(n)s 版", n=number)
    return str(text)


def rows_of(versions: Iterable["RuleVersion"]) -> list[VersionRow]:
    """Versions with their standing today."""
    society_id = society_here()
    adoptions = rules.adoptions_of(society_id) if society_id is not None else {}
    now = in_force_id(society_id)
    return [VersionRow(v, label_of(v), adoptions.get(v.id), _standing(v, now)) for v in versions]


def in_force_id(society_id: int | None) -> int | None:
    """The version that applies to what finishes today."""
    try:
        return Rules(society_id).on(clock.today()).version_id
    except Rejected:
        return None


def _standing(version: "RuleVersion", now: int | None) -> str:
    if version.state == "draft":
        return "draft"
    if version.id == now:
        return "now"
    starts = version.in_force_on or date.min
    return "later" if starts > clock.today() else "old"


def groups_in_words(rule_set: RuleSet) -> list[tuple[str, str, list[KindInWords]]]:
    """The table: groups in the order of the file, each with its least a year and its kinds."""
    spoken = language()
    groups = []
    for group in rule_set.groups.values():
        kinds = [
            kind_in_words(kind, rule_set, spoken)
            for kind in rule_set.kinds.values()
            if kind.group == group.code
        ]
        least = format_hours(group.year_min) if group.year_min else ""
        if kinds:
            groups.append((group.names.in_language(spoken), least, kinds))
    return groups


def diff_rows(compared: Comparison, *, chosen: str = "", link: str = "") -> list[DiffRow]:
    """The difference with people; with `link` (an endpoint) each kind leads to its example."""
    society_id = society_here()
    actor, today = current_actor(), clock.today()
    changes = changes_in_words(
        compared.differences, compared.old_rules, compared.new_rules, language()
    )
    people = members_by_kind(actor, society_id, today=today) if changes else {}
    rows = []
    marked = False
    for change in changes:
        selected = bool(chosen) and change.kind == chosen and not marked
        marked = marked or selected
        href = ""
        if link and change.kind and not change.only_evidence:
            href = url_for(link, version_id=compared.new.id, kind=change.kind, _anchor="example")
        counted = change.kind is not None and not change.only_evidence
        rows.append(
            DiffRow(change, people.get(change.kind or "", 0) if counted else None, href, selected)
        )
    return rows


def compared_with_predecessor(version: "RuleVersion") -> Comparison | None:
    """A version beside what it takes the place of; None for the first of all."""
    older = rules.predecessor_of(version)
    return compare_versions(current_actor(), older.id, version.id) if older else None


def trial_of(version: "RuleVersion") -> Trial | None:
    """The newest trial on this society's members, for those who may see their names."""
    society_id = society_here()
    if society_id is None:
        return None
    return rules_trial.trial_of(current_actor(), society_id, version.id)


def bars_of(trial: Trial) -> list[dict[str, Any]]:
    """The histogram as `bar_chart` draws it."""
    found: Mapping[str, int] = (trial.result or {}).get("histogram", {})
    return [
        {
            "text": text,
            "count": sum(n for hours, n in found.items() if first <= int(hours) <= last),
            "kind": "warning" if last < 0 else "",
        }
        for first, last, text in BARS
    ]


def kind_names(*rule_sets: RuleSet) -> dict[str, str]:
    """Names of kinds by code, the last rule set's first."""
    names: dict[str, str] = {}
    for rule_set in rule_sets:
        names |= {code: k.names.in_language(language()) for code, k in rule_set.kinds.items()}
    return names


def may_draft(version: "RuleVersion") -> bool:
    """Whether the visitor may change or begin versions where this one lies."""
    return may(current_actor(), Permission.DRAFT_RULES, rules.target_of(version.society_id))


def counts_of(rows: Iterable[DiffRow]) -> dict[str, int]:
    """How many changes are looser, tighter, other."""
    found = dict.fromkeys((d.value for d in Direction), 0)
    for row in rows:
        found[row.change.direction.value] += 1
    return found
