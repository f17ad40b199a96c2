"""A filing with its frozen snapshot, made straight in the tables: for tests of the audit."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.models import Filing, Person, Registration, RuleVersion, Snapshot, SnapshotRecord, Term
from tests.support.builders import an_activity
from tests.support.store import Store

FILED_AT = datetime(2027, 10, 11, 1, 0, tzinfo=UTC)
#: of the five years of a builder's term: required, claimed, recognised, audit-proof
YEAR = {"required": 5000, "claimed": 5600, "recognised": 5600, "audit_proof": 5600}

_numbers = itertools.count(1)


def a_record(**over: Any) -> dict[str, Any]:
    """What `a_filing` makes a record from: eight hours of training in year 1, with its papers."""
    return {"year_index": 1, "recognised": 800, "assurance": "E", "audit_proof": True, **over}


def a_filing(
    store: Store,
    registration: Registration,
    records: Sequence[dict[str, Any]] = (),
    *,
    years: dict[int, int] | None = None,
    **over: Any,
) -> Filing:
    """A filing that arrived; `years` are the required hours (hundredths) by year.

    A record may name an `activity`; otherwise one is made. `content` is laid over its content.
    """
    number = next(_numbers)
    term: Term = registration.terms[-1]
    version = store.all(select(RuleVersion.id).order_by(RuleVersion.id))[0]
    filing = Filing(
        **{
            "number": f"FS-{number:06d}",
            "society_id": registration.society_id,
            "registration_id": registration.id,
            "term_id": term.id,
            "person_id": registration.person_id,
            "employer": None,
            "state": "filed",
            "filed_at": FILED_AT,
            "declaration_version": 1,
            **over,
        }
    )
    store.add(filing)
    required = years or dict.fromkeys(range(1, 6), 5000)
    snapshot = Snapshot(
        filing_id=filing.id,
        number=1,
        taken_at=FILED_AT,
        taken_on=FILED_AT.date(),
        years=[
            {
                "index": index,
                "starts_on": term.starts_on.replace(
                    year=term.starts_on.year + index - 1
                ).isoformat(),
                "ends_on": term.starts_on.replace(year=term.starts_on.year + index).isoformat(),
                **YEAR,
                "required": hours,
                "verdict": "met",
            }
            for index, hours in required.items()
        ],
        checks=[],
        content={
            "name": "张会员",
            "name_en": None,
            "number": registration.number,
            "level": term.level,
            "field": registration.field_text,
            "society": "本地学会",
            "employer": filing.employer,
            "term": [term.starts_on.isoformat(), term.ends_on.isoformat()],
            "society_membership": {"number": None, "until_on": None},
            "summary": "五年来参加变电运行方面的学习。",
            "declaration": "",
        },
        salt="0" * 32,
        digest="0" * 64,
    )
    store.add(snapshot)
    for made in records:
        _record(store, registration, snapshot, version, made)
    return filing


def _record(
    store: Store, registration: Registration, snapshot: Snapshot, version: int, made: dict[str, Any]
) -> None:
    over = dict(made)
    activity, content = over.pop("activity", None), over.pop("content", {})
    year = over["year_index"]
    ended_on = over.pop("ended_on", date(registration.terms[-1].starts_on.year + year - 1, 6, 1))
    if activity is None:
        activity = an_activity(
            store,
            store.get(Person, registration.person_id),
            started_on=ended_on,
            ended_on=ended_on,
            entered_on=ended_on,
        )
    store.add(
        SnapshotRecord(
            **{
                "snapshot_id": snapshot.id,
                "filing_id": snapshot.filing_id,
                "activity_id": activity.id,
                "credit_id": 0,
                "kind": activity.kind,
                "ended_on": activity.ended_on,
                "rule_version_id": version,
                "conversion": over["recognised"],
                "claimed": over["recognised"],
                "marks": [],
                "content": {
                    "title": activity.title,
                    "organiser": activity.organiser,
                    "place": None,
                    "started_on": activity.started_on.isoformat(),
                    "starts_at_time": None,
                    "ends_at_time": None,
                    "fields": activity.fields,
                    "achievement_key": activity.achievement_key,
                    "competences": [],
                    "reflection": None,
                    "trace": [],
                    "reasons": [],
                    "source": activity.source,
                    "source_name": None,
                    "event_id": None,
                    "ruled": None,
                    "rule_set": {"number": 1, "title": "默认折算表"},
                    "evidence": [],
                    "missing_proofs": [],
                    **content,
                },
                "salt": "0" * 32,
                "digest": "0" * 64,
                **over,
            }
        )
    )
