"""A registration's records as pages, API, staff and export show them: hours, assurance, marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from cpd_app.db import session
from cpd_app.domain.assurance import (
    AuditProofSetting,
    EvidenceFacts,
    Mark,
    Presence,
    assurance_of,
    is_audit_proof,
    missing_evidence,
)
from cpd_app.domain.kinds import Kind
from cpd_app.domain.years import is_late_entry
from cpd_app.models import Activity, Credit, Evidence, File, Registration, Society, Term
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.rules_in_force import compiled

#: a file in one of these states proves something
PROVING = ("arrived", "ready")


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record of one registration; hours in hundredths of 学时."""

    id: int
    state: str
    kind: str
    title: str
    organiser: str | None
    started_on: date
    ended_on: date
    fields: Mapping[str, Any]
    achievement_key: str | None
    competences: tuple[str, ...]
    source: str
    source_name: str | None
    version: int
    #: None for a draft or proposal, which have no credit yet
    credit_id: int | None
    term_id: int | None
    year_index: int | None
    rule_version_id: int | None
    conversion: int
    claimed: int
    recognised: int
    reasons: tuple[Mapping[str, Any], ...]
    left_out: bool
    waiting_ruling: bool
    ruled: int | None
    checked: bool
    assurance: str
    audit_proof: bool
    marks: tuple[Mark, ...]
    evidence_count: int
    #: codes of listed proofs that no file covers
    missing_proofs: tuple[str, ...]
    #: the earlier year that it makes up for (then also `year_index`); None: it counts for its own
    bound_year: int | None = None

    @property
    def all_marks(self) -> tuple[str, ...]:
        """The marks beside the letter, and `outside_term` (domain.md §3), for programs."""
        outside = self.credit_id is not None and self.term_id is None
        return (*(["outside_term"] if outside else []), *(mark.value for mark in self.marks))

    @property
    def counts(self) -> bool:
        """Whether it takes part in the year's hours."""
        return self.state == "recorded" and not self.left_out and self.term_id is not None


@dataclass(frozen=True, slots=True)
class Attached:
    """What is attached to a record: how many files, which proofs they cover."""

    files: int = 0
    covered: frozenset[str] = frozenset()


NOTHING = Attached()

COLUMNS = (
    Activity.id,
    Activity.state,
    Activity.kind,
    Activity.title,
    Activity.organiser,
    Activity.started_on,
    Activity.ended_on,
    Activity.fields,
    Activity.achievement_key,
    Activity.competences,
    Activity.source,
    Activity.source_name,
    Activity.version,
    Activity.entered_on,
    Activity.presence,
    Activity.presence_marks,
    Credit.id.label("credit_id"),
    Credit.term_id,
    Credit.year_index,
    Credit.rule_version_id,
    Credit.conversion,
    Credit.claimed,
    Credit.recognised,
    Credit.reasons,
    Credit.left_out,
    Credit.needs_ruling,
    Credit.ruled,
    Credit.checked_at,
    Credit.bound_year,
)


def records_of(registration: Registration) -> list[RecordRow]:
    """All records of a registration that were recorded, newest finishing day first.

    Whoever calls has checked that the actor may read the registration.
    """
    rows = _read(registration, Activity.state == "recorded")
    return sorted(rows, key=lambda r: (r.ended_on, r.id), reverse=True)


def records_by_id(
    registration: Registration, ids: Iterable[int], *more: Any
) -> list[tuple[RecordRow, Any]]:
    """Some records in whatever state, as this registration sees them, with `more` columns."""
    return _read_with(registration, more, Activity.id.in_(list(ids)))


def records_of_terms(pairs: Sequence[tuple[Registration, Term]]) -> dict[int, list[RecordRow]]:
    """Recorded records of one term of each of many registrations, by registration; two statements.

    For lists and counts of staff, who were asked for permission; societies are loaded with them.
    """
    in_terms = Credit.term_id.in_([term.id for _registration, term in pairs])
    of_registration = {term.id: registration for registration, term in pairs}
    recorded = Activity.state == "recorded"
    rows = session.execute(
        select(*COLUMNS).join(Credit, Credit.activity_id == Activity.id).where(in_terms, recorded)
    ).all()
    found = attached_to(Activity.id.in_(select(Credit.activity_id).where(in_terms)), recorded)
    readers = {r.id: _Reader(r.society, _year_ends(r)) for r, _term in pairs}
    records: dict[int, list[RecordRow]] = {r.id: [] for r, _term in pairs}
    for row in rows:
        registration_id = of_registration[row.term_id].id
        read = readers[registration_id].row(row, found.get(row.id, NOTHING))
        records[registration_id].append(read)
    return records


def unfinished_of(person_id: int, society: Society) -> list[RecordRow]:
    """A member's drafts and what others proposed to them; these count nowhere yet."""
    return _uncredited(
        society, Activity.person_id == person_id, Activity.state.in_(("draft", "proposed"))
    )


def uncredited_record(activity_id: int, society: Society) -> RecordRow:
    """A record that no registration credits: draft, proposal, or withdrawn before it counted."""
    return _uncredited(society, Activity.id == activity_id)[0]


def _uncredited(society: Society, *conditions: ColumnElement[bool]) -> list[RecordRow]:
    rows = session.execute(
        select(*COLUMNS)
        .outerjoin(Credit, (Credit.activity_id == Activity.id) & (Credit.id < 0))
        .where(*conditions)
        .order_by(Activity.id.desc())
    ).all()
    found = attached_to(*conditions)
    reader = _Reader(society, {})
    return [reader.row(r, found.get(r.id, NOTHING)) for r in rows]


def attached_to(*conditions: ColumnElement[bool]) -> dict[int, Attached]:
    """What is attached to the records that fit, in one statement."""
    files: dict[int, int] = {}
    covered: dict[int, set[str]] = {}
    rows = session.execute(
        select(Evidence.activity_id, Evidence.proofs)
        .join(File, File.id == Evidence.file_id)
        .join(Activity, Activity.id == Evidence.activity_id)
        .where(File.state.in_(PROVING), *conditions)
    )
    for activity_id, proofs in rows:
        files[activity_id] = files.get(activity_id, 0) + 1
        covered.setdefault(activity_id, set()).update(proofs)
    return {i: Attached(n, frozenset(covered[i])) for i, n in files.items()}


def kind_of(row: RecordRow) -> Kind | None:
    """The kind as the rule version of the record has it."""
    if row.rule_version_id is None:
        return None
    return compiled(row.rule_version_id).kinds.get(row.kind)


def audit_proof_setting(society: Society) -> AuditProofSetting:
    """What the society calls audit-proof (domain.md §5)."""
    chosen = society.settings.get("audit_proof", {})
    default = AuditProofSetting()
    return AuditProofSetting(
        letters=frozenset(chosen["letters"]) if "letters" in chosen else default.letters,
        complete_e=chosen.get("complete_e", default.complete_e),
        marked_needs_document=chosen.get("marked_needs_document", default.marked_needs_document),
    )


def _read(registration: Registration, *conditions: ColumnElement[bool]) -> list[RecordRow]:
    return [row for row, _rest in _read_with(registration, (), *conditions)]


def _read_with(
    registration: Registration, more: Sequence[Any], *conditions: ColumnElement[bool]
) -> list[tuple[RecordRow, Any]]:
    """Records, each with the row that it was read from; `more` columns come after COLUMNS."""
    credited = Credit.registration_id == registration.id
    rows = session.execute(
        select(*COLUMNS, *more)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(credited, *conditions)
    ).all()
    found = attached_to(Activity.id.in_(select(Credit.activity_id).where(credited)), *conditions)
    reader = _Reader(registration.society, _year_ends(registration))
    return [(reader.row(r, found.get(r.id, NOTHING)), r) for r in rows]


def _year_ends(registration: Registration) -> dict[tuple[int, int], date]:
    """Last day (exclusive) of every CPD year of a registration, by term and index."""
    return {
        (term.id, year.index): year.ends_on
        for term in registration.terms
        for year in cpd_years(term.starts_on, term.ends_on, registration.society.year_kind)
    }


class _Reader:
    """Turns rows into records by the settings of one society."""

    def __init__(self, society: Society, ends: Mapping[tuple[int, int], date]) -> None:
        self.began_on = society.began_on
        self.setting = audit_proof_setting(society)
        self.ends = ends
        self.judged: dict[Any, tuple[str, bool, tuple[str, ...]]] = {}

    def row(self, row: Any, attached: Attached) -> RecordRow:
        """One record with its assurance and marks; `row` has the columns of COLUMNS first."""
        (
            activity_id, state, kind, title, organiser, started_on, ended_on, fields, key,
            competences, source, source_name, version, entered_on, presence, presence_marks,
            credit_id, term_id, year_index, rule_version_id, conversion, claimed, recognised,
            reasons, left_out, needs_ruling, ruled, checked_at,
            bound_year,
        ) = row[: len(COLUMNS)]  # fmt: skip
        checked = checked_at is not None
        marks = (
            *_from_scans(presence_marks),
            *self._marks(term_id, year_index, entered_on, bound_year),
        )
        letter, proof, missing = self._judged(
            rule_version_id, kind, attached, marks, checked, presence
        )
        return RecordRow(
            id=activity_id,
            state=state,
            kind=kind,
            title=title,
            organiser=organiser,
            started_on=started_on,
            ended_on=ended_on,
            fields=fields,
            achievement_key=key,
            competences=tuple(competences),
            source=source,
            source_name=source_name,
            version=version,
            credit_id=credit_id,
            term_id=term_id,
            year_index=year_index,
            rule_version_id=rule_version_id,
            conversion=conversion or 0,
            claimed=claimed or 0,
            recognised=recognised or 0,
            reasons=tuple(reasons or ()),
            left_out=bool(left_out),
            waiting_ruling=bool(needs_ruling) and ruled is None,
            ruled=ruled,
            checked=checked,
            assurance=letter,
            audit_proof=proof,
            marks=marks,
            evidence_count=attached.files,
            missing_proofs=missing,
            bound_year=bound_year,
        )

    def _marks(
        self,
        term_id: int | None,
        year_index: int | None,
        entered_on: date,
        bound_year: int | None,
    ) -> tuple[Mark, ...]:
        if bound_year is not None:
            return ()  # done after its year because it was allowed to be
        ends_on = self.ends.get((term_id, year_index)) if term_id and year_index else None
        if ends_on is not None and is_late_entry(entered_on, ends_on, self.began_on):
            return (Mark.LATE_ENTRY,)
        return ()

    def _judged(
        self,
        rule_version_id: int | None,
        kind: str,
        attached: Attached,
        marks: tuple[Mark, ...],
        checked: bool,  # noqa: FBT001 - one of the facts
        presence: int | None,
    ) -> tuple[str, bool, tuple[str, ...]]:
        """Letter, audit-proof, missing proofs: the same for all records with the same facts."""
        facts_key = (rule_version_id, kind, attached, marks, checked, presence)
        known = self.judged.get(facts_key)
        if known is None:
            facts = EvidenceFacts(
                presence=None if presence is None else Presence(presence),
                checked=checked,
                files=attached.files,
                listed=_listed(rule_version_id, kind),
                covered=attached.covered,
                marks=marks,
            )
            known = self.judged[facts_key] = (
                assurance_of(facts).value,
                is_audit_proof(facts, self.setting),
                missing_evidence(facts),
            )
        return known


def _from_scans(marks: Sequence[str] | None) -> tuple[Mark, ...]:
    """What stands beside the letter of an event's record because of its scans."""
    return tuple(mark for mark in Mark if mark in marks) if marks else ()


def _listed(rule_version_id: int | None, kind_code: str) -> tuple[str, ...]:
    """Codes of the proofs that the record's own rule version lists for its kind."""
    if rule_version_id is None:
        return ()
    kind = compiled(rule_version_id).kinds.get(kind_code)
    return tuple(e.code for e in kind.evidence) if kind else ()
