"""Everything about a member, to take along; staff get what their society credits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.hours import to_number
from cpd_app.domain.trace import in_hours
from cpd_app.models import (
    Activity,
    ActivityChange,
    Credit,
    Evidence,
    File,
    Person,
    Registration,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal, told_words
from cpd_app.usecases.filed_words import filings_on, written_on
from cpd_app.usecases.record_details import RecordDetail, details_of
from cpd_app.usecases.registrations_shown import readable_registration, registrations_of

#: what a record has besides its kind's own fields, as the API names it
FRAME = (
    "organiser",
    "place",
    "started_on",
    "ended_on",
    "starts_at_time",
    "ends_at_time",
    "achievement_key",
    "competences",
    "reflection",
    "source",
    "source_name",
    "version",
)


@dataclass(frozen=True)
class ExportedFile:
    """Bytes of a proof, and where they stand in the ZIP."""

    path: str
    folder: str
    digest: str


@dataclass(frozen=True)
class Exported:
    """What is exported: whom, registrations, and each record as the registrations see it."""

    person: Person
    registrations: list[Registration]
    activities: list[Activity]
    #: record -> what each registration makes of it
    details: dict[int, list[RecordDetail]]
    evidence: dict[int, list[Evidence]]
    history: dict[int, list[ActivityChange]]
    #: False: staff took it; contacts and bytes of proofs are not theirs to take along
    is_own: bool

    @property
    def files(self) -> list[ExportedFile]:
        """Every proof once, under the first record that it belongs to."""
        found: dict[int, ExportedFile] = {}
        if not self.is_own:
            return []
        for activity_id, attached in self.evidence.items():
            for proof in attached:
                file = proof.file
                if file.stored_hash is None or file.state == "purged":
                    continue
                path = f"evidence/{activity_id}-{file.id}-{_plain(file.name)}"
                found.setdefault(file.id, ExportedFile(path, str(file.folder), file.stored_hash))
        return list(found.values())


def export_own(actor: Actor) -> Exported:
    """All records of the actor, in every state, with every registration's view of them."""
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    person = session.get_one(Person, actor.person_id)
    activities = session.scalars(
        select(Activity).where(Activity.person_id == person.id).order_by(Activity.id)
    ).all()
    return _exported(person, registrations_of(person.id), list(activities), is_own=True)


def export_registration(actor: Actor, registration_id: int, *, now: datetime) -> Exported:
    """The records that one registration credits, for staff of its society; journalled."""
    registration = readable_registration(actor, registration_id)
    societies = frozenset({registration.society_id})
    require(actor, Permission.READ_ACTIVITY, Target(registration.person_id, societies))
    activities = session.scalars(
        select(Activity)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(Credit.registration_id == registration.id, Activity.state == "recorded")
        .order_by(Activity.id)
    ).all()
    journal.record(
        actor,
        "registration.exported",
        "registration",
        registration.id,
        now=now,
        society_id=registration.society_id,
        data={"person": registration.person_id, "records": len(activities)},
    )
    return _exported(registration.person, [registration], list(activities), is_own=False)


def _exported(
    person: Person,
    registrations: list[Registration],
    activities: list[Activity],
    *,
    is_own: bool,
) -> Exported:
    ids = [a.id for a in activities]
    details: dict[int, list[RecordDetail]] = {}
    for registration in registrations:
        credited = session.scalars(
            select(Credit.activity_id)
            .join(Activity, Activity.id == Credit.activity_id)
            .where(Credit.registration_id == registration.id, Activity.state == "recorded")
        ).all()
        for detail in details_of(registration, credited):
            details.setdefault(detail.row.id, []).append(detail)
    evidence: dict[int, list[Evidence]] = {}
    of_these = select(Activity.id).where(Activity.person_id == person.id)
    for proof in session.scalars(
        select(Evidence)
        .join(File, File.id == Evidence.file_id)
        .where(Evidence.activity_id.in_(of_these))
        .order_by(Evidence.id)
    ):
        evidence.setdefault(proof.activity_id, []).append(proof)
    history: dict[int, list[ActivityChange]] = {}
    for change in session.scalars(
        select(ActivityChange)
        .where(ActivityChange.activity_id.in_(of_these))
        .order_by(ActivityChange.id)
    ):
        history.setdefault(change.activity_id, []).append(change)
    kept = set(ids)
    return Exported(
        person=person,
        registrations=registrations,
        activities=activities,
        details=details,
        evidence={i: proofs for i, proofs in evidence.items() if i in kept},
        history={i: changes for i, changes in history.items() if i in kept},
        is_own=is_own,
    )


def as_json(exported: Exported, *, now: datetime, say: told_words.Say) -> dict[str, Any]:
    """All of it as JSON: names and numbers as in the API.

    What the member was told, and what staff noted of them, is theirs alone to take along; `say`
    gives a message's words.
    """
    person = exported.person
    told = (
        {
            "messages": told_words.messages_to(person.id, say),
            "channels": told_words.channels_of(person),
            "nudges": told_words.nudges_about(person.id),
            "call_notes": told_words.calls_about(person.id),
        }
        if exported.is_own
        else {}
    )
    terms = [term for r in exported.registrations for term in r.terms] if exported.is_own else []
    contacts = {"email": person.email, "phone": person.phone} if exported.is_own else {}
    return {
        "exported_at": now.isoformat(),
        "person": {
            "name": person.name,
            "name_en": person.name_en,
            **contacts,
        },
        "registrations": [_registration_json(r) for r in exported.registrations],
        "records": [_record_json(exported, a) for a in exported.activities],
        "summaries": written_on(term.id for term in terms),
        "filings": filings_on(term.id for term in terms),
        **told,
    }


def _registration_json(registration: Registration) -> dict[str, Any]:
    field = registration.field
    return {
        "registration_no": registration.number,
        "society": registration.society.code,
        "field": field.name if field is not None else registration.field_text,
        "terms": [
            {
                "level": term.level,
                "starts_on": term.starts_on.isoformat(),
                "ends_on": term.ends_on.isoformat(),
                "state": term.state,
            }
            for term in registration.terms
        ],
    }


def _record_json(exported: Exported, activity: Activity) -> dict[str, Any]:
    details = exported.details.get(activity.id, [])
    frame = {name: _json(getattr(activity, name)) for name in FRAME}
    return {
        "id": activity.id,
        "state": activity.state,
        "kind": activity.kind,
        "title": activity.title,
        **frame,
        **activity.fields,
        "created_at": activity.created_at.isoformat(),
        "credits": [_credit_json(detail) for detail in details],
        "evidence": list(_evidence_json(exported, activity.id)),
        "history": [
            {"at": c.at.isoformat(), "verb": c.verb, "changed": c.changed}
            for c in exported.history.get(activity.id, [])
        ],
    }


def _credit_json(detail: RecordDetail) -> dict[str, Any]:
    row, rule, registration = detail.row, detail.rule, detail.registration
    return {
        "registration_no": registration.number if registration is not None else None,
        "year": row.year_index,
        "conversion_hours": to_number(row.conversion),
        "claimed_hours": to_number(row.claimed),
        "recognised_hours": to_number(row.recognised),
        "assurance": row.assurance,
        "marks": list(row.all_marks),
        "reasons": in_hours(row.reasons),
        "trace": in_hours(detail.trace),
        "rule_set": {"code": rule.rule_set.code, "version": rule.number} if rule else None,
    }


def _evidence_json(exported: Exported, activity_id: int) -> Iterable[dict[str, Any]]:
    paths = {f.digest: f.path for f in exported.files}
    for proof in exported.evidence.get(activity_id, []):
        file = proof.file
        yield {
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "proofs": proof.proofs,
            "state": file.state,
            "file": paths.get(file.stored_hash or ""),
        }


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _plain(name: str) -> str:
    """A name that every system takes as the name of one file."""
    safe = "".join("_" if c in '\\/:*?"<>|' or c < " " else c for c in name)
    return safe.strip(". ")[-80:] or "file"
