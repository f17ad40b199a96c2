"""A record as it comes in, before any rule set has seen it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, time
from enum import StrEnum
from math import isfinite
from typing import Any

from cpd_app.domain.competences import check_competences
from cpd_app.domain.errors import Rejected
from cpd_app.domain.keys import normal_key
from cpd_app.models import Activity

MOST_TITLE = 200
MOST_KIND = 40
MOST_REFLECTION = 4000
LONGEST = {
    "title": MOST_TITLE,
    "organiser": 160,
    "place": 160,
    "achievement_key": 160,
    "reflection": MOST_REFLECTION,
}

#: columns that a correction may change, besides `fields`
PLAIN = (
    "kind",
    "title",
    "started_on",
    "ended_on",
    "organiser",
    "place",
    "starts_at_time",
    "ends_at_time",
    "achievement_key",
    "reflection",
)


class ActivityState(StrEnum):
    """Where a record stands; only `recorded` counts."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class NewActivity:
    """A record as it comes in; `fields` are the kind's own, JSON numbers, not strings."""

    kind: str
    title: str
    started_on: date | None
    ended_on: date
    fields: Mapping[str, Any] = field(default_factory=dict)
    organiser: str | None = None
    place: str | None = None
    starts_at_time: time | None = None
    ends_at_time: time | None = None
    achievement_key: str | None = None
    competences: tuple[str, ...] = ()
    reflection: str | None = None
    #: UUID made by the client once per record
    key: str | None = None

    @property
    def flat(self) -> dict[str, Any]:
        """What the conversion reads."""
        return {
            "kind": self.kind,
            "started_on": self.started_on,
            "ended_on": self.ended_on,
            **self.fields,
        }

    def body_hash(self) -> str:
        """A hash of everything but the key, to tell a repeat from another record."""
        body = {k: v for k, v in asdict(self).items() if k != "key"}
        text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def patched(activity: Activity, patch: Mapping[str, Any]) -> NewActivity:
    """The record with some parts replaced; null takes a part away, another kind its old fields."""
    present = {name: getattr(activity, name) for name in PLAIN}
    frame = {name: patch.get(name, value) for name, value in present.items()}
    kept = activity.fields if frame["kind"] == activity.kind else {}
    own = {**kept, **{k: v for k, v in patch.items() if k not in {*PLAIN, "competences"}}}
    return NewActivity(
        **{**frame, "title": frame["title"] or ""},
        fields={name: value for name, value in own.items() if value is not None},
        competences=tuple(patch.get("competences", activity.competences) or ()),
    )


def check_text(new: NewActivity, state: ActivityState) -> None:
    """Refuse what no rule set looks at: title, lengths, times of day, competences."""
    if state is not ActivityState.DRAFT and not new.title.strip():
        raise Rejected("missing_field", "title")
    for name, most in LONGEST.items():
        if len(getattr(new, name) or "") > most:
            raise Rejected("too_long", name, most=most)
    # What no table has and no database keeps: said here, before the rules see the record.
    if len(new.kind) > MOST_KIND:
        raise Rejected("unknown_kind", "kind", found=new.kind[:MOST_KIND])
    if len(normal_key(new.achievement_key) or "") > LONGEST["achievement_key"]:
        raise Rejected("too_long", "achievement_key", most=LONGEST["achievement_key"])
    for name, value in new.fields.items():
        if isinstance(value, float) and not isfinite(value):
            raise Rejected("bad_value", name)
    if (new.starts_at_time is None) != (new.ends_at_time is None):
        raise Rejected("both_times", "starts_at_time")
    one_day = (new.started_on or new.ended_on) == new.ended_on
    if (
        one_day
        and new.starts_at_time
        and new.ends_at_time
        and (new.ends_at_time <= new.starts_at_time)
    ):
        raise Rejected("ends_before_start", "ends_at_time")
    check_competences(new.competences)
