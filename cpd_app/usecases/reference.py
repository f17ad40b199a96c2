"""Reference data in the tables: fields, the baseline rules, grounds of relief, working days."""

from datetime import datetime

from sqlalchemy import select

from cpd_app import rulesets
from cpd_app.db import session
from cpd_app.models import Field, RuleVersion
from cpd_app.reference import Field as KnownField
from cpd_app.reference import load_fields
from cpd_app.usecases.relief_grounds import load_grounds
from cpd_app.usecases.work_calendar import load_calendar


def load_reference(*, now: datetime) -> None:
    """Bring them to what this release carries; nothing happens when they are there already.

    Fields keep their code for ever and take new names and spellings. A version of the rules that
    was published is never edited: another number is another version.
    """
    _load_fields()
    _load_baseline(now)
    load_grounds()
    load_calendar(now=now)


def _load_fields() -> None:
    known = {field.code: field for field in session.scalars(select(Field))}
    for said in load_fields():
        row = _field(known, said.code)
        row.name, row.name_en = said.name, said.name_en
        row.aliases = list(said.aliases)
        row.valid_from, row.source = said.valid_from, said.source[:200]
    session.flush()
    for said in load_fields():
        _load_specialties(known, said, known[said.code].id)


def _load_specialties(known: dict[str, Field], said: KnownField, parent_id: int) -> None:
    for specialty in said.specialties:
        row = _field(known, specialty.code)
        row.parent_id = parent_id
        row.name, row.name_en = specialty.name, specialty.name_en
        row.source = specialty.source[:200]


def _field(known: dict[str, Field], code: str) -> Field:
    row = known.get(code)
    if row is None:
        row = known[code] = Field(code=code, aliases=[])
        session.add(row)
    return row


def _load_baseline(now: datetime) -> None:
    rule_set = rulesets.default_rule_set()
    present = session.scalar(
        select(RuleVersion.id).where(
            RuleVersion.society_id.is_(None), RuleVersion.number == rule_set.version
        )
    )
    if present is None:
        session.add(
            RuleVersion(
                society_id=None,
                number=rule_set.version,
                title=rule_set.names.zh,
                in_force_on=None,
                state="published",
                baseline_id=None,
                body=dict(rule_set.body),
                created_at=now,
                published_at=now,
            )
        )
