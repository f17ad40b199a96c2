"""Staff look at a record's documents: a statement with papers (E) becomes a checked one (D)."""

from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Activity, Credit, Evidence, File
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.records import PROVING
from cpd_app.usecases.registrations_shown import readable_registration


def check_documents(
    actor: Actor, registration_id: int, activity_id: int, *, checked: bool, now: datetime
) -> None:
    """Say that a record's documents were looked at and fit, or take that back (domain.md §5, D).

    It is said for the registrations of one society; nobody says it of their own record. This is
    no annual review: it only makes an audit shorter (handbook Q26). Rejected `nothing_to_check`.
    """
    registration = readable_registration(actor, registration_id)
    credit = session.scalar(
        select(Credit).where(
            Credit.activity_id == activity_id, Credit.registration_id == registration.id
        )
    )
    activity = session.get(Activity, activity_id)
    if credit is None or activity is None:
        raise NotFound
    require(
        actor,
        Permission.CHECK_EVIDENCE,
        Target(owner_id=registration.person_id, societies=frozenset({registration.society_id})),
    )
    if activity.state != "recorded":
        raise Rejected("not_recorded")
    if (credit.checked_at is not None) is checked:
        return
    if checked and not _has_documents(activity_id):
        raise Rejected("nothing_to_check")
    credit.checked_at = now if checked else None
    credit.checked_by_id = actor.person_id if checked else None
    note_change(
        actor, activity, "checked" if checked else "unchecked", {"checked": [not checked, checked]},
        now=now,
    )  # fmt: skip


def unchecked_documents(actor: Actor, registration_id: int) -> list[tuple[int, int | None]]:
    """Records with documents that nobody looked at (E), by year: their ids and years.

    At leisure, before anybody files: what is D then needs no second look in an audit.
    """
    registration = readable_registration(actor, registration_id)
    require(
        actor,
        Permission.CHECK_EVIDENCE,
        Target(owner_id=registration.person_id, societies=frozenset({registration.society_id})),
    )
    rows = session.execute(
        select(Credit.activity_id, Credit.year_index)
        .join(Activity, Activity.id == Credit.activity_id)
        .where(
            Credit.registration_id == registration.id,
            Credit.checked_at.is_(None),
            Credit.left_out.is_(False),
            Credit.term_id.is_not(None),
            Activity.state == "recorded",
            Activity.presence.is_(None),
            select(Evidence.id)
            .join(File, File.id == Evidence.file_id)
            .where(Evidence.activity_id == Activity.id, File.state.in_(PROVING))
            .exists(),
        )
        .order_by(Credit.year_index, Activity.ended_on, Activity.id)
    )
    return [(row.activity_id, row.year_index) for row in rows]


def _has_documents(activity_id: int) -> bool:
    return (
        session.scalar(
            select(Evidence.id)
            .join(File, File.id == Evidence.file_id)
            .where(Evidence.activity_id == activity_id, File.state.in_(PROVING))
            .limit(1)
        )
        is not None
    )
