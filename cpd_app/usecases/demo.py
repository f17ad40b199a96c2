"""What only demo data needs: is anything here, and papers for many records in one act."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select, update

from cpd_app.db import session
from cpd_app.domain.bounces import NO_SUCH_ADDRESS
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Activity, Delivery, Message, Person, Reach, Registration, Society
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence
from cpd_app.usecases.files import Upload
from cpd_app.usecases.messages import Draft, tell_all

#: what is newer stands unread in the demo's inboxes
NEWS = timedelta(days=10)


def has_data() -> bool:
    """Whether there is any person or society; demo data never mixes with real data."""
    return (
        session.scalar(select(Person.id).limit(1)) is not None
        or session.scalar(select(Society.id).limit(1)) is not None
    )


def leave_unsent(*, now: datetime) -> int:
    """No letter leaves for what happened before the demo began; older messages count as read.

    Returns how many letters stay here.
    """
    session.execute(
        update(Message)
        .where(
            Message.created_at < now - NEWS,
            Message.read_at.is_(None),
            Message.kind != MessageKind.EXPIRY,  # those of `break_addresses` reach nobody
        )
        .values(read_at=Message.created_at)
    )
    kept = session.scalars(
        update(Delivery)
        .where(Delivery.state == "due")
        .values(state="dropped", finished_at=now, problem={"code": "demo"})
        .returning(Delivery.id)
    )
    return len(kept.all())


def attach_papers(
    actor: Actor, upload: Upload, share: float, *, store: LocalFiles, now: datetime
) -> int:
    """Attach one file, as all the listed proofs, to a share of a member's records; how many."""
    chance = Random(actor.person_id)  # noqa: S311 - demo data
    activities = session.scalars(
        select(Activity).where(Activity.person_id == actor.person_id, Activity.state == "recorded")
    ).all()
    file_id: int | None = None
    chosen = [a for a in activities if chance.random() < share]
    for activity in chosen:
        activity_id = activity.id
        proofs = [p.code for p in evidence.listed_proofs(activity)]
        if file_id is None:
            file_id = evidence.add_file(actor, activity_id, upload, store=store, now=now).file_id
            made = evidence.evidence_of([activity_id])[activity_id][0]
            evidence.tag_evidence(actor, made.id, proofs, now=now)
        else:
            evidence.attach_file(actor, activity_id, file_id, proofs, now=now)
    return len(chosen)


def break_addresses(registration_ids: Sequence[int], society_id: int, *, now: datetime) -> None:
    """Let e-mail to these members bounce, and notices of expiry be told to them in vain."""
    people = session.execute(
        select(Registration.id, Registration.person_id, Registration.number).where(
            Registration.id.in_(registration_ids)
        )
    ).all()
    since = now - timedelta(days=20)
    problem = {"code": NO_SUCH_ADDRESS, "said": "550 5.1.1 User unknown (示范)"}
    session.add_all(
        Reach(person_id=p.person_id, channel="email", state="bounced", since=since, problem=problem)
        for p in people
    )
    session.flush()
    tell_all(
        [
            Draft(
                p.person_id,
                MessageKind.EXPIRY,
                f"demo-expiry:{p.id}",
                {
                    "number": p.number,
                    "ends_on": (now + timedelta(days=80)).date().isoformat(),
                    "months": 3,
                    "registration_id": p.id,
                },
                society_id,
            )
            for p in people
        ],
        now=since,
    )
