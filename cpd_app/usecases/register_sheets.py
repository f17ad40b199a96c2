"""The register as a spreadsheet, made by the worker: every member, with how their year stands."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.domain.progress import YearProgress
from cpd_app.models import Job
from cpd_app.policy import Actor
from cpd_app.usecases import journal, members
from cpd_app.usecases.jobs import job_with_key, order_job
from cpd_app.usecases.members import MemberFilter, MemberRow
from cpd_app.usecases.register_list import EXPLAINED, reasons_of
from cpd_app.usecases.standings import readiness_of_many

#: name of the task
TASK = "register_sheet"
#: members: with how they stand; certificates: with why one is not in force
SUBJECTS = ("members", "certificates")
FORMS = ("csv", "xlsx")
#: registrations read together, and kept as one step
AT_ONCE = 500


@dataclass(frozen=True)
class SheetRow:
    """One registration; hours are those of the member's own pages on the day."""

    row: MemberRow
    #: the CPD year that the day lies in
    year: YearProgress | None = None
    ready: bool | None = None
    #: hundredths of 学时 missing over the years that are short or running
    missing: int = 0
    #: code of the reason why a certificate is not in force
    reason: str = ""


@dataclass(frozen=True)
class SheetOrder:
    """What was ordered, as the job keeps it."""

    society_id: int
    subject: str
    form: str
    wanted: MemberFilter
    #: the day that the sheet speaks of
    on: date
    language: str

    @classmethod
    def of(cls, payload: dict[str, Any]) -> "SheetOrder":
        """From the job's row."""
        wanted, on = MemberFilter(**payload["wanted"]), date.fromisoformat(payload["on"])
        return cls(**{**payload, "wanted": wanted, "on": on})

    def as_payload(self) -> dict[str, Any]:
        """For the job's row."""
        return {**asdict(self), "on": self.on.isoformat()}


def order_sheet(actor: Actor, order: SheetOrder, *, key: str, now: datetime) -> Job:
    """Have the sheet made; the same `key` is the same order. Journalled with the count.

    Raises Rejected `nothing_to_export`.
    """
    count = members.count_members(actor, order.society_id, order.wanted, on=order.on)
    if not count:
        raise Rejected("nothing_to_export")
    key = f"{TASK}:{order.society_id}:{actor.person_id}:{key}"
    known = job_with_key(key)
    job = order_job(
        actor,
        TASK,
        None,
        key=key,
        now=now,
        payload=order.as_payload(),
        total=count,
    )
    if known is None:
        journal.record(
            actor,
            "members.exported",
            "society",
            order.society_id,
            now=now,
            society_id=order.society_id,
            data={"count": count, "subject": order.subject, "form": order.form},
        )
    session.flush()
    return job


def ids_of_sheet(actor: Actor, order: SheetOrder) -> list[int]:
    """The registrations of the sheet in the order of the list; the worker goes by them."""
    return members.ids_found(actor, order.society_id, order.wanted, on=order.on)


def rows_of_sheet(actor: Actor, order: SheetOrder, ids: Sequence[int]) -> list[SheetRow]:
    """Some rows of the sheet, in that order; a registration that is gone meanwhile is left out.

    How a member stands is judged anew by what the member's own page asks, not taken from the kept
    standings of the lists.
    """
    rows = members.members_with(actor, order.society_id, ids, on=order.on)
    if order.subject == "certificates":
        reasons = reasons_of([r.registration_id for r in rows if r.state in EXPLAINED])
        return [SheetRow(row, reason=reasons.get(row.registration_id, "")) for row in rows]
    answers = readiness_of_many([r.registration_id for r in rows], on=order.on)
    made = []
    for row in rows:
        answer = answers.get(row.registration_id)
        years = answer.years if answer else ()
        made.append(
            SheetRow(
                row,
                year=next((y for y in years if y.running), None),
                ready=answer.ready if answer else None,
                missing=sum(y.missing for y in years if y.running or y.verdict == "short"),
            )
        )
    return made
