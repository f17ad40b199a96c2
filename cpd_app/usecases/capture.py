"""The link a desktop shows as QR: for ten minutes a phone adds photos to one record with it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.kinds import Evidence as Proof
from cpd_app.models import Activity, CaptureLink, Evidence
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence, journal
from cpd_app.usecases.activities import own_activity
from cpd_app.usecases.evidence import Outcome
from cpd_app.usecases.files import Upload
from cpd_app.usecases.signin import hash_of

OPEN_FOR = timedelta(minutes=10)
#: what a link lets through: this record's photos, nothing else of the person
SCOPES = frozenset({"activities:write"})


@dataclass(frozen=True)
class OpenLink:
    """A link that still works, and as much of the record as the phone needs to show."""

    activity_id: int
    owner_id: int
    title: str
    began_at: datetime
    expires_at: datetime
    #: photos that came by this link
    received: int
    #: what the record's kind lists, so that the phone can say what a photo proves
    proofs: tuple[Proof, ...]


def open_link(actor: Actor, activity_id: int, *, now: datetime) -> str:
    """Make a link for one of the actor's own records; earlier ones of the record end. The token."""
    activity = own_activity(actor, activity_id)
    _end_all(activity.id, now)
    token = secrets.token_urlsafe(16)
    link = CaptureLink(
        token_hash=hash_of(token),
        activity_id=activity.id,
        created_by_id=activity.person_id,
        created_at=now,
        expires_at=now + OPEN_FOR,
    )
    session.add(link)
    session.flush()
    journal.record(
        actor, "capture.opened", "activity", activity.id, now=now, data={"link": link.id}
    )
    return token


def link_of(token: str, *, now: datetime) -> OpenLink:
    """What a phone that holds this token may do; NotFound `capture_over` when it is too late."""
    link, activity = _living(token, now)
    received = session.scalar(
        select(func.count())
        .select_from(Evidence)
        .where(Evidence.activity_id == activity.id, Evidence.created_at >= link.created_at)
    )
    return OpenLink(
        activity_id=activity.id,
        owner_id=link.created_by_id,
        title=activity.title,
        began_at=link.created_at,
        expires_at=link.expires_at,
        received=received or 0,
        proofs=evidence.listed_proofs(activity),
    )


def add_by_link(
    token: str, uploads: list[Upload | Outcome], *, store: LocalFiles, now: datetime
) -> list[Outcome]:
    """Attach photos for whoever opened the link; they count as that member's own upload."""
    link, activity = _living(token, now)
    actor = Actor(person_id=link.created_by_id, origin="capture", scopes=SCOPES)
    return evidence.add_files(actor, activity.id, uploads, store=store, now=now)


def end_links(actor: Actor, activity_id: int, *, now: datetime) -> None:
    """End the links of a record before their time."""
    _end_all(own_activity(actor, activity_id).id, now)


def _living(token: str, now: datetime) -> tuple[CaptureLink, Activity]:
    link = session.scalar(select(CaptureLink).where(CaptureLink.token_hash == hash_of(token)))
    if link is None or link.expires_at <= now:
        raise NotFound("capture_over")
    activity = session.get_one(Activity, link.activity_id)
    if activity.person_id != link.created_by_id:  # the record moved with a merge of accounts
        raise NotFound("capture_over")
    return link, activity


def _end_all(activity_id: int, now: datetime) -> None:
    living = session.scalars(
        select(CaptureLink).where(
            CaptureLink.activity_id == activity_id, CaptureLink.expires_at > now
        )
    )
    for link in living:
        link.expires_at = now
