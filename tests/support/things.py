"""One of everything that has an id, all of one member of the home society."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.nudges import Way
from cpd_app.models import (
    ApiToken,
    Complaint,
    Credit,
    CrossMatch,
    Evidence,
    File,
    Import,
    Job,
    JobFile,
    Person,
    Reader,
    ReasonTemplate,
    Role,
    SignIn,
    SnapshotRecord,
)
from cpd_app.storage import LocalFiles
from cpd_app.usecases import appeals, backfill, merges, nudges, rules
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.nudge_list import Chosen, NudgeFilter
from tests.support import builders, reliefs
from tests.support.builders import LONG_AGO
from tests.support.event_things import event_things
from tests.support.filing_things import filing_things
from tests.support.filings import a_filing, a_record
from tests.support.messages import a_message
from tests.support.people import Someone
from tests.support.register_things import register_things
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2025, 6, 2, 2, 0, tzinfo=UTC)
FAR_OFF = datetime(2099, 1, 1, tzinfo=UTC)
EVERYBODY = Chosen(NudgeFilter(months=12))


@pytest.fixture
def things(app: Flask, store: Store, do: Do, member: Someone, registrar: Someone) -> dict[str, Any]:
    """By the name of the parameter in an address, or by blueprint and parameter."""
    assert member.registration
    assert member.society
    society_id = member.society.id
    new = NewActivity("other", "参与标准宣讲", None, date(2024, 5, 6), fields={"hours_asked": 4})
    activity = do(log_activity, member.actor, new, now=NOW, today=NOW.date()).activity
    draft = builders.an_activity(store, member.person, state="draft", source=backfill.SOURCE)
    version = do(
        rules.draft_version,
        registrar.actor,
        society_id,
        title="草案",
        in_force_on=date(2027, 1, 1),
        now=NOW,
    )
    twin = a_double(store, member)
    merge = do(
        merges.merge_members,
        registrar.actor,
        member.registration.id,
        a_double(store, member).id,
        "同一个人",
        now=NOW,
    )
    file = a_file(app, member)
    ours, theirs = (
        an_import("members", society_id, registrar),
        an_import("activities", None, member),
    )
    sign_in, token, job = a_sign_in(member), a_token(member), a_job(member)
    store.add(file, ours, theirs, sign_in, token, job)
    nudged = do(nudges.order_nudges, registrar.actor, society_id, EVERYBODY, Way.MESSAGE, "",
                key="things", on=date(2028, 1, 10), now=NOW)  # fmt: skip
    store.add(a_made_file(job, file))
    evidence = Evidence(activity_id=activity.id, file_id=file.id, proofs=[], created_at=LONG_AGO)
    store.add(evidence)
    refusal = reliefs.refused(do, store, member, registrar, now=NOW)
    appeal = do(
        appeals.file_appeal, member.actor, "relief", refusal.id, "请再看", now=NOW,
        today=NOW.date(),
    )  # fmt: skip
    own_ground = reliefs.a_ground(do, registrar, society_id, now=NOW)
    return {
        **audit_things(store, member, registrar, file),
        **event_things(store, member, registrar, file),
        **filing_things(store, member, registrar, file),
        **register_things(store, member, file),
        "appeal_id": appeal.id,
        "ground_code": own_ground.code,
        "relief_id": refusal.id,
        "subject_id": refusal.id,
        "activity_id": activity.id,
        "backfill.activity_id": draft.id,
        "complaint_id": a_complaint(store, society_id).id,
        "credit_id": store.one(
            select(Credit.id).where(Credit.registration_id == member.registration.id)
        ),
        "evidence_id": evidence.id,
        "file_id": file.id,
        "filings.form": "pdf",
        "import_id": ours.id,
        "job_id": job.id,
        "message_id": a_message(store, member.person).id,
        "nudges.job_id": nudged.id,
        "match_id": a_match(store, member).id,
        "merge_id": merge.id,
        "number": member.registration.number,
        "own_imports.import_id": theirs.id,
        "person_id": twin.id,
        "registration_id": member.registration.id,
        "role_id": store.one(select(Role.id).where(Role.person_id == registrar.id)),
        "sign_in_id": sign_in.id,
        "token_id": token.id,
        "version_id": version.id,
    }


def audit_things(store: Store, member: Someone, registrar: Someone, file: File) -> dict[str, int]:
    """A filing of the member with one record and its evidence, read by the registrar."""
    assert member.registration
    paper = {
        "file_id": file.id, "name": file.name, "media_type": file.media_type, "pages": file.pages,
        "original_hash": file.original_hash, "stored_hash": file.stored_hash, "proofs": [],
    }  # fmt: skip
    filing = a_filing(store, member.registration, [a_record(content={"evidence": [paper]})])
    reader = Reader(
        filing_id=filing.id, person_id=registrar.id, part="reader", assigned_at=LONG_AGO
    )
    reason = ReasonTemplate(
        society_id=filing.society_id, code="own-1", verdict="rejected", text="重复", text_en="Twice"
    )
    store.add(reader, reason)
    return {
        "audits.filing_id": filing.id,
        "record_id": store.one(
            select(SnapshotRecord.id).where(SnapshotRecord.filing_id == filing.id)
        ),
        "reader_id": reader.id,
        "reason_id": reason.id,
    }


def a_double(store: Store, member: Someone) -> Person:
    """Another account of the same name in the same society."""
    assert member.society
    person = builders.a_person(store, name=member.person.name)
    builders.a_registration(store, person, member.society)
    return person


def a_match(store: Store, member: Someone) -> CrossMatch:
    """A file of the member that is also used in a third society, whose staff nobody here is."""
    assert member.registration
    filing = a_filing(store, member.registration, [])
    away = builders.a_society(store)
    other = builders.a_registration(store, builders.a_person(store), away)
    row = CrossMatch(
        kind="same_file",
        filing_id=filing.id,
        registration_id=member.registration.id,
        society_id=member.registration.society_id,
        other_registration_id=other.id,
        other_society_id=away.id,
        found_at=LONG_AGO,
    )
    store.add(row)
    return row


def a_complaint(store: Store, society_id: int) -> Complaint:
    """A letter to the home society."""
    row = Complaint(
        number="TS2025-THINGS",
        secret_hash="0" * 64,
        key_hash="0" * 64,
        society_id=society_id,
        kind="opinion",
        text="希望多办线上活动。",
        state="received",
        received_at=LONG_AGO,
    )
    store.add(row)
    return row


def a_file(app: Flask, member: Someone) -> File:
    """A file whose bytes lie in the store."""
    digest = LocalFiles(app.config["CPD"].files_dir).put(str(member.id), b"a photo")
    return File(
        person_id=member.id,
        original_hash=digest,
        stored_hash=digest,
        preview_hash=digest,
        name="证明.jpg",
        media_type="image/jpeg",
        size=7,
        state="ready",
        secrecy="none",
        secrecy_text_version=1,
        secrecy_at=LONG_AGO,
        created_at=LONG_AGO,
    )


def an_import(kind: str, society_id: int | None, by: Someone) -> Import:
    """A file of members or records, waiting for its confirmation."""
    return Import(
        kind=kind,
        society_id=society_id,
        by_id=by.id,
        file_name="表.csv",
        file_hash="3" * 64,
        state="previewed",
        counts={"good": 1, "bad": 0, "same": 0, "warnings": 0},
        notes=[],
        created_at=LONG_AGO,
    )


def a_sign_in(someone: Someone) -> SignIn:
    """A browser that stays signed in."""
    return SignIn(
        token_hash="2" * 64,
        person_id=someone.id,
        device="Android",
        created_at=LONG_AGO,
        last_seen_at=LONG_AGO,
        expires_at=LONG_AGO + timedelta(days=9999),
        confirmed_until=LONG_AGO,
    )


def a_token(someone: Someone) -> ApiToken:
    """A token for machines."""
    return ApiToken(
        person_id=someone.id, name="脚本", token_hash="1" * 64, scopes=[], created_at=LONG_AGO
    )


def a_made_file(job: Job, file: File) -> JobFile:
    """What the job made, kept for long."""
    return JobFile(
        job_id=job.id,
        folder=str(file.person_id),
        digest=str(file.stored_hash),
        name="dossiers.zip",
        media_type="application/zip",
        size=7,
        expires_at=FAR_OFF,
    )


def a_job(someone: Someone) -> Job:
    """Work that somebody ordered and that is done."""
    return Job(
        kind="process_file",
        payload={},
        key="a-job",
        state="done",
        due_at=LONG_AGO,
        created_at=LONG_AGO,
        created_by_id=someone.id,
        finished_at=LONG_AGO,
    )
