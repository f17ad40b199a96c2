"""What proves a record: files attached to it, and which of the listed proofs each one covers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import DomainError, NotFound, Rejected
from cpd_app.domain.kinds import Evidence as Proof
from cpd_app.domain.kinds import Kind
from cpd_app.models import (
    Activity,
    AnswerFile,
    AppealFile,
    CertificateAct,
    Correction,
    Credit,
    Evidence,
    File,
    Filing,
    ReliefFile,
    Statement,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases.activities import held_activity, own_activity
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.files import (
    FileState,
    Upload,
    let_go,
    purge_file,
    readable_file,
    receive_file,
)
from cpd_app.usecases.places import places_of
from cpd_app.usecases.rules_in_force import Rules, compiled
from cpd_app.usecases.under_filing import check_not_filed

#: files of one record
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a record, as pages and the API show it."""

    id: int
    activity_id: int
    file_id: int
    name: str
    media_type: str
    size: int
    pages: int | None
    #: arrived, ready, broken, purged
    state: str
    secrecy: str
    #: codes of the listed proofs that it covers
    proofs: tuple[str, ...]
    has_preview: bool
    key: str | None
    created_at: datetime

    @property
    def is_photo(self) -> bool:
        """Whether it is shown as a picture."""
        return self.media_type != "application/pdf"

    @property
    def proves(self) -> bool:
        """Whether it counts as attached."""
        return self.state in {FileState.ARRIVED, FileState.READY}


@dataclass(frozen=True)
class Outcome:
    """What became of one of several files that came together: one refusal stops no other."""

    name: str
    attachment: Attachment | None = None
    refusal: DomainError | None = None
    #: it was there before
    repeated: bool = False


def add_file(
    actor: Actor, activity_id: int, upload: Upload, *, store: LocalFiles, now: datetime
) -> Attachment:
    """Take a file in and attach it to a record of its owner; a repeat changes nothing.

    Raises Rejected `bad_secrecy`, `too_many_files`, `unknown_proof`, `withdrawn`.
    """
    activity = held_activity(actor, activity_id)  # so that two at once are counted
    _check_open(activity)
    _check_proofs(activity, upload.proofs)
    file = receive_file(actor, activity.person_id, upload, store=store, now=now)
    return _attach(actor, activity, file, upload.proofs, now=now)


def add_files(
    actor: Actor,
    activity_id: int,
    uploads: Sequence[Upload | Outcome],
    *,
    store: LocalFiles,
    now: datetime,
) -> list[Outcome]:
    """Attach what can be attached of several files and say of each what became of it.

    A file that could not even be read comes as an Outcome and stays one.
    """
    outcomes = []
    for upload in uploads:
        if isinstance(upload, Outcome):
            outcomes.append(upload)
            continue
        try:
            made = add_file(actor, activity_id, upload, store=store, now=now)
        except Rejected as refusal:
            outcomes.append(Outcome(upload.name, refusal=refusal))
        else:
            outcomes.append(Outcome(upload.name, made))
    return outcomes


def attach_file(
    actor: Actor, activity_id: int, file_id: int, proofs: Collection[str], *, now: datetime
) -> Attachment:
    """Let a file that is kept already prove another record of the same person too."""
    activity = own_activity(actor, activity_id)
    file = readable_file(actor, file_id)
    if file.person_id != activity.person_id:
        raise NotFound
    if file.state == FileState.PURGED:
        raise NotFound("file_gone")
    _check_open(activity)
    _check_proofs(activity, proofs)
    return _attach(actor, activity, file, proofs, now=now)


def tag_evidence(
    actor: Actor, evidence_id: int, proofs: Collection[str], *, now: datetime
) -> Attachment:
    """Say which of the listed proofs an attached file covers."""
    evidence, activity = _own_evidence(actor, evidence_id)
    _check_proofs(activity, proofs)
    chosen = _in_order(activity, proofs)
    if chosen != evidence.proofs:
        changed = {
            "file": [evidence.file_id, evidence.file_id],
            "proofs": [evidence.proofs, chosen],
        }
        evidence.proofs = chosen
        note_change(actor, activity, "evidence_tagged", changed, now=now)
    return attachment(evidence)


def detach_evidence(actor: Actor, evidence_id: int, *, store: LocalFiles, now: datetime) -> int:
    """Take a file off a record; used nowhere else, its bytes are removed. Returns the record's id.

    Not after staff checked the record's documents: `evidence_checked`, nor while the record is
    under a filing: `under_filing`. 紧急清除 works even then.
    """
    evidence, activity = _own_evidence(actor, evidence_id)
    check_not_filed(activity)
    if _was_checked(activity.id):
        raise Rejected("evidence_checked")
    file = evidence.file
    session.delete(evidence)
    session.flush()
    if not _is_used(file.id) and file.state != FileState.PURGED:
        let_go(file, store=store, now=now)
    changed = {"file": [file.id, None]}
    note_change(actor, activity, "evidence_removed", changed, now=now)
    return activity.id


def _is_used(file_id: int) -> bool:
    """Whether a file proves a record still, what somebody said of an event, or was filed."""
    places = (
        Evidence.file_id,
        Statement.file_id,
        Correction.file_id,
        Filing.signed_file_id,
        Filing.stamped_file_id,
        AnswerFile.file_id,
        ReliefFile.file_id,
        AppealFile.file_id,
        CertificateAct.document_file_id,
    )
    return any(
        session.scalar(select(place).where(place == file_id).limit(1)) is not None
        for place in places
    )


def purge_evidence(actor: Actor, file_id: int, *, store: LocalFiles, now: datetime) -> list[int]:
    """紧急清除, and a line in the history of each record it was attached to; returns their ids."""
    file = readable_file(actor, file_id)
    was_gone = file.state == FileState.PURGED
    purge_file(actor, file_id, store=store, now=now)
    activities = session.scalars(
        select(Activity)
        .join(Evidence, Evidence.activity_id == Activity.id)
        .where(Evidence.file_id == file_id)
        .order_by(Activity.id)
    ).all()
    if not was_gone:
        for activity in activities:
            note_change(actor, activity, "evidence_purged", {"file": [file_id, None]}, now=now)
    return [a.id for a in activities]


def evidence_of(activity_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """Everything that is attached to these records, in order of arrival; one statement.

    Whoever calls has checked that the actor may read the records.
    """
    found: dict[int, list[Attachment]] = {}
    rows = session.scalars(
        select(Evidence).where(Evidence.activity_id.in_(list(activity_ids))).order_by(Evidence.id)
    )
    for row in rows:
        found.setdefault(row.activity_id, []).append(attachment(row))
    return found


def attached_by_id(actor: Actor, evidence_id: int) -> Attachment:
    """One attachment of a record of the actor's own."""
    evidence, _activity = _own_evidence(actor, evidence_id)
    return attachment(evidence)


def files_to_reuse(actor: Actor, activity_id: int, *, limit: int = 60) -> list[Attachment]:
    """The member's other files, newest first: one certificate may prove several records."""
    activity = own_activity(actor, activity_id)
    here = select(Evidence.file_id).where(Evidence.activity_id == activity.id)
    newest = (
        select(func.max(Evidence.id))
        .join(File, File.id == Evidence.file_id)
        .where(
            File.person_id == activity.person_id,
            File.state == FileState.READY,
            File.id.not_in(here),
        )
        .group_by(Evidence.file_id)
    )
    rows = session.scalars(
        select(Evidence).where(Evidence.id.in_(newest)).order_by(Evidence.id.desc()).limit(limit)
    )
    return [attachment(row) for row in rows]


def listed_proofs(activity: Activity) -> tuple[Proof, ...]:
    """The proofs that are listed for a record's kind, by every rule set it is credited under."""
    versions = session.scalars(
        select(Credit.rule_version_id).where(Credit.activity_id == activity.id)
    ).all()
    if versions:
        kinds = [compiled(v).kinds.get(activity.kind) for v in versions]
    else:
        kinds = [_kind_on(activity, s) for s in _societies(activity)]
    listed: dict[str, Proof] = {}
    for kind in kinds:
        for proof in kind.evidence if kind else ():
            listed.setdefault(proof.code, proof)
    return tuple(listed.values())


def attachment(row: Evidence) -> Attachment:
    """A row as others see it."""
    file = row.file
    return Attachment(
        id=row.id,
        activity_id=row.activity_id,
        file_id=file.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        pages=file.pages,
        state=file.state,
        secrecy=file.secrecy,
        proofs=tuple(row.proofs),
        has_preview=file.preview_hash is not None,
        key=file.key,
        created_at=row.created_at,
    )


def _attach(
    actor: Actor, activity: Activity, file: File, proofs: Collection[str], *, now: datetime
) -> Attachment:
    known = session.scalar(
        select(Evidence).where(Evidence.activity_id == activity.id, Evidence.file_id == file.id)
    )
    chosen = _in_order(activity, proofs)
    if known is not None:
        # The same photo in a second slot covers both proofs.
        both = _in_order(activity, {*known.proofs, *chosen})
        if both != known.proofs:
            known.proofs = both
            changed = {"file": [file.id, file.id], "proofs": [None, both]}
            note_change(actor, activity, "evidence_tagged", changed, now=now)
        return attachment(known)
    if _count(activity.id) >= MOST_FILES:
        raise Rejected("too_many_files", "file", most=MOST_FILES)
    evidence = Evidence(
        activity_id=activity.id,
        proofs=chosen,
        created_at=now,
        created_by_id=actor.person_id,
        file=file,
    )
    session.add(evidence)
    session.flush()
    changed = {"file": [None, file.id], "proofs": [None, chosen]}
    note_change(actor, activity, "evidence_added", changed, now=now)
    return attachment(evidence)


def _own_evidence(actor: Actor, evidence_id: int) -> tuple[Evidence, Activity]:
    evidence = session.get(Evidence, evidence_id)
    if evidence is None:
        raise NotFound
    activity = own_activity(actor, evidence.activity_id)
    require(actor, Permission.WRITE_EVIDENCE, Target(owner_id=activity.person_id))
    return evidence, activity


def _check_open(activity: Activity) -> None:
    if activity.state == "withdrawn":
        raise Rejected("withdrawn")


def _check_proofs(activity: Activity, proofs: Collection[str]) -> None:
    if not proofs:
        return
    listed = {p.code for p in listed_proofs(activity)}
    if not listed.issuperset(proofs):
        raise Rejected("unknown_proof", "proofs")


def _in_order(activity: Activity, proofs: Collection[str]) -> list[str]:
    return [p.code for p in listed_proofs(activity) if p.code in proofs]


def _count(activity_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Evidence)
            .join(File, File.id == Evidence.file_id)
            .where(Evidence.activity_id == activity_id, File.state != FileState.PURGED)
        )
        or 0
    )


def _was_checked(activity_id: int) -> bool:
    return (
        session.scalar(
            select(Credit.id)
            .where(Credit.activity_id == activity_id, Credit.checked_at.is_not(None))
            .limit(1)
        )
        is not None
    )


def _societies(activity: Activity) -> list[int]:
    return list(dict.fromkeys(
        p.society_id for p in places_of(activity.person_id, activity.ended_on, activity.entered_on)
    ))  # fmt: skip


def _kind_on(activity: Activity, society_id: int) -> Kind | None:
    try:
        return Rules(society_id).on(activity.ended_on).rule_set.kinds.get(activity.kind)
    except Rejected:  # no rule set on that day: nothing is listed
        return None
