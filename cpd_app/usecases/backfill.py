"""补录: years of paper at once — one draft for each photo or PDF, filled card by card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Activity, ActivityChange, Credit, Evidence
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import activities, evidence, journal
from cpd_app.usecases.activities import Source
from cpd_app.usecases.activity_input import ActivityState, NewActivity
from cpd_app.usecases.evidence import Attachment, Outcome
from cpd_app.usecases.files import FileState, Upload, let_go, receive_file

SOURCE = "backfill"
#: files picked at once (issue: 30)
MOST_AT_ONCE = 30
#: drafts that may wait; more would only be lost sight of
MOST_WAITING = 120


@dataclass(frozen=True)
class Card:
    """One photo and the record made from it."""

    activity: Activity
    attachment: Attachment | None
    #: 1 … n in the strip
    number: int

    @property
    def is_done(self) -> bool:
        """Whether it is a record now."""
        return self.activity.state == ActivityState.RECORDED

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was filled in yet, so that the day is not the member's."""
        return not self.activity.kind


@dataclass(frozen=True)
class Strip:
    """All cards of the work at hand, in the order in which the photos came."""

    cards: tuple[Card, ...]
    #: hundredths of 学时 of the cards that are done
    hours: int

    @property
    def done(self) -> int:
        """How many are records now."""
        return sum(card.is_done for card in self.cards)

    def card(self, activity_id: int) -> Card:
        """The card of a record; NotFound when it is not in the strip."""
        found = next((c for c in self.cards if c.activity.id == activity_id), None)
        if found is None:
            raise NotFound
        return found

    def after(self, card: Card) -> Card | None:
        """The next card that waits: behind this one, else from the beginning."""
        behind = [c for c in self.cards if not c.is_done and c.number > card.number]
        before = [c for c in self.cards if not c.is_done and c.number < card.number]
        return (behind or before or [None])[0]  # type: ignore[list-item]

    @property
    def first_waiting(self) -> Card | None:
        """Where to go on."""
        return next((c for c in self.cards if not c.is_done), None)


@dataclass(frozen=True)
class CarriedOver:
    """What the next card begins with, from the one saved before it."""

    kind: str = ""
    organiser: str | None = None
    proofs: tuple[str, ...] = ()


def add_drafts(
    actor: Actor,
    uploads: Sequence[Upload | Outcome],
    *,
    store: LocalFiles,
    now: datetime,
    today: date,
) -> list[Outcome]:
    """Make a draft of each file; a file that cannot be taken stops no other.

    A file that already proves a record of the member, or waits as a card, makes no second one.
    """
    waiting = _waiting(actor)
    if waiting + len(uploads) > MOST_WAITING:
        raise Rejected("backfill_full", "file", waiting=waiting)
    return [
        upload
        if isinstance(upload, Outcome)
        else _draft(actor, upload, store=store, now=now, today=today)
        for upload in uploads
    ]


def strip_of(actor: Actor, *, today: date) -> Strip:
    """The cards that wait, and those done today."""
    rows = session.scalars(
        select(Activity)
        .where(
            Activity.person_id == actor.person_id,
            Activity.source == SOURCE,
            or_(
                Activity.state == ActivityState.DRAFT,
                (Activity.state == ActivityState.RECORDED) & (Activity.entered_on == today),
            ),
        )
        .order_by(Activity.id)
    ).all()
    files = evidence.evidence_of(a.id for a in rows)
    cards = [
        Card(a, next(iter(files.get(a.id, [])), None), number)
        for number, a in enumerate(rows, start=1)
    ]
    done = [c.activity.id for c in cards if c.is_done]
    return Strip(tuple(cards), _hours(done))


def save_card(
    actor: Actor,
    activity_id: int,
    new: NewActivity,
    proofs: Sequence[str],
    *,
    version: int | None,
    now: datetime,
    today: date,
) -> Activity:
    """Make the record of a card and say what its photo proves; one act, or nothing of it."""
    activity = activities.correct_activity(
        actor, activity_id, new, version=version, now=now, today=today
    )
    for attached in evidence.evidence_of([activity.id]).get(activity.id, []):
        evidence.tag_evidence(actor, attached.id, proofs, now=now)
    return activity


def carried_over(actor: Actor, activity: Activity) -> CarriedOver:
    """Kind, organiser and tags of the card that was saved last; a card of one's own keeps its."""
    if activity.kind:
        attached = evidence.evidence_of([activity.id]).get(activity.id, [])
        tags = attached[0].proofs if attached else ()
        return CarriedOver(activity.kind, activity.organiser, tags)
    last = session.scalar(
        select(Activity)
        .where(
            Activity.person_id == actor.person_id,
            Activity.source == SOURCE,
            Activity.state == ActivityState.RECORDED,
        )
        .order_by(Activity.updated_at.desc(), Activity.id.desc())
        .limit(1)
    )
    if last is None:
        return CarriedOver()
    attached = evidence.evidence_of([last.id]).get(last.id, [])
    return CarriedOver(last.kind, last.organiser, attached[0].proofs if attached else ())


def discard_card(actor: Actor, activity_id: int, *, store: LocalFiles, now: datetime) -> None:
    """Throw a card away: it was never a record; its file goes too unless it proves another."""
    activity = activities.own_activity(actor, activity_id)
    if activity.state != ActivityState.DRAFT:
        raise Rejected("not_a_draft")
    attached = session.scalars(select(Evidence).where(Evidence.activity_id == activity.id)).all()
    files = [e.file for e in attached]
    for row in attached:
        session.delete(row)
    session.execute(delete(ActivityChange).where(ActivityChange.activity_id == activity.id))
    session.flush()
    session.delete(activity)
    for file in files:
        if not _is_used(file.id) and file.state != FileState.PURGED:
            let_go(file, store=store, now=now)
    journal.record(
        actor, "activity.discarded", "activity", activity.id, now=now,
        data={"person": activity.person_id, "files": [f.id for f in files]},
    )  # fmt: skip


def _draft(
    actor: Actor, upload: Upload, *, store: LocalFiles, now: datetime, today: date
) -> Outcome:
    owner_id = actor.person_id
    if owner_id is None:
        raise NotFound
    try:
        file = receive_file(actor, owner_id, upload, store=store, now=now)
    except Rejected as refusal:
        return Outcome(upload.name, refusal=refusal)
    used = session.scalar(select(Evidence).where(Evidence.file_id == file.id).limit(1))
    if used is not None:
        return Outcome(upload.name, evidence.attachment(used), repeated=True)
    made = activities.log_activity(
        actor,
        NewActivity(kind="", title="", started_on=None, ended_on=today),
        now=now,
        today=today,
        state=ActivityState.DRAFT,
        source=Source(name=SOURCE),
    )
    attached = evidence.attach_file(actor, made.activity.id, file.id, (), now=now)
    return Outcome(upload.name, attached)


def _waiting(actor: Actor) -> int:
    require(actor, Permission.WRITE_ACTIVITY, Target(owner_id=actor.person_id))
    found = session.scalar(
        select(func.count())
        .select_from(Activity)
        .where(
            Activity.person_id == actor.person_id,
            Activity.source == SOURCE,
            Activity.state == ActivityState.DRAFT,
        )
    )
    return found or 0


def _is_used(file_id: int) -> bool:
    return (
        session.scalar(select(Evidence.id).where(Evidence.file_id == file_id).limit(1)) is not None
    )


def _hours(activity_ids: list[int]) -> int:
    """What the records are worth, each once: as their first registration has it."""
    best: dict[int, int] = {}
    for activity_id, recognised in session.execute(
        select(Credit.activity_id, Credit.recognised)
        .where(Credit.activity_id.in_(activity_ids))
        .order_by(Credit.id)
    ):
        best.setdefault(activity_id, recognised)
    return sum(best.values())
