"""催办: staff remind members of what each of them lacks, never one member twice within 7 days.

Ordered in the page, done by the worker in parts. Who may be reminded is settled by changing the row
`LastNudge` of a registration under a condition, so two colleagues at the same moment remind once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.messages import MessageKind
from cpd_app.domain.nudges import AGAIN_AFTER, LeftOut, Way, gaps_of
from cpd_app.models import Job, LastNudge, Message, Nudge, Person, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.jobs import JobState, Step, job_of, job_with_key, order_job
from cpd_app.usecases.members import latest_names
from cpd_app.usecases.messages import Draft, tell_all
from cpd_app.usecases.nudge_list import Chosen, plan_of
from cpd_app.usecases.standings import readiness_of_many

#: name of the task
TASK = "nudge"
#: registrations reminded in one transaction
AT_ONCE = 250
MOST_WORDS = 200
#: of those left out, so many are named
MOST_NAMED = 200
#: rows of a file read together
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Said:
    """What one person will read, or has been told: the message's data and who reads it."""

    registration_id: int
    name: str
    phone: str | None
    #: zh or en
    locale: str
    data: dict[str, Any]


@dataclass(frozen=True)
class NotTold:
    """Somebody who was chosen and is left out."""

    registration_id: int
    number: str
    name: str
    why: LeftOut


@dataclass(frozen=True)
class Run:
    """A nudge that was ordered: how far it is and what came of it."""

    job: Job
    way: Way
    words: str
    told: int
    left_out: dict[LeftOut, int]
    named: tuple[NotTold, ...]

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.job.state in {JobState.DUE, JobState.RUNNING}


@dataclass(frozen=True)
class _Person:
    registration_id: int
    person_id: int
    number: str
    phone: str | None
    locale: str
    activated: bool
    silent: bool


def said_to(actor: Actor, society_id: int, registration_id: int, words: str, *, on: date) -> Said:
    """What one member would be told today, for a preview; NotFound when it is not the society's."""
    require(actor, Permission.NUDGE, Target(societies=frozenset({society_id})))
    people = _people(society_id, [registration_id])
    if not people:
        raise NotFound
    person = people[0]
    answer = readiness_of_many([person.registration_id], on=on).get(person.registration_id)
    gaps = gaps_of(answer, activated=person.activated) if answer else []
    name = latest_names([person.person_id]).get(person.person_id, ("", None))[0]
    kept = [gap.as_kept() for gap in gaps]
    return Said(registration_id, name, person.phone, person.locale, _data(person, kept, words))


def order_nudges(
    actor: Actor,
    society_id: int,
    chosen: Chosen,
    way: Way,
    words: str,
    *,
    key: str,
    on: date,
    now: datetime,
) -> Job:
    """Remind those chosen; the same `key` is the same order.

    Raises Rejected `nobody_to_nudge`, or `words_too_long` for more than 200 characters.
    """
    key = f"nudge:{society_id}:{actor.person_id}:{key}"
    known = job_with_key(key)
    if known is not None:
        return known
    plan = plan_of(actor, society_id, chosen, way, on=on, now=now)
    words = " ".join(words.split())
    if len(words) > MOST_WORDS:
        raise Rejected("words_too_long", "words")
    if not plan.ids:
        raise Rejected("nobody_to_nudge")
    left_out = {why.value: count for why, count in plan.left_out.items()}
    payload = {
        "society_id": society_id,
        "ids": list(plan.ids),
        "way": way.value,
        "words": words,
        "left_out": left_out,
    }
    job = order_job(
        actor,
        TASK,
        None,
        key=key,
        now=now,
        payload=payload,
        total=len(plan.ids),
    )
    session.flush()
    journal.record(
        actor,
        "nudge.ordered",
        "job",
        job.id,
        now=now,
        society_id=society_id,
        data={"way": way.value, "count": len(plan.ids), "left_out": left_out},
        values={"words": words} if words else None,
    )
    return job


def parts_to_nudge(job_id: int, payload: dict[str, Any]) -> Iterator[list[int]]:
    """For the worker: what is left of an order; after an interruption it goes on where it was."""
    done = (session.get_one(Job, job_id).result or {}).get("seen", 0)
    ids: list[int] = payload["ids"]
    for first in range(done, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]


def nudge_part(
    actor: Actor, job_id: int, ids: Sequence[int], payload: dict[str, Any], *, now: datetime,
    on: date,
) -> Step:  # fmt: skip
    """For the worker: remind some of an order's members, in one transaction with its result."""
    society_id, way = payload["society_id"], Way(payload["way"])
    require(actor, Permission.NUDGE, Target(societies=frozenset({society_id})))
    people = {p.registration_id: p for p in _people(society_id, ids)}
    why: dict[int, LeftOut] = {i: LeftOut.GONE for i in ids if i not in people}
    gaps = _gaps_of(people, on)
    for person in people.values():
        reason = _why_not(person, actor, way, gaps[person.registration_id])
        if reason is not None:
            why[person.registration_id] = reason
    asked = sorted(i for i in ids if i not in why)
    taken = _take(asked, way, now)
    why |= {i: LeftOut.RECENTLY for i in asked if i not in taken}
    told = [people[i] for i in asked if i in taken]
    _remind(actor, job_id, told, gaps, payload, now=now)
    return _keep_result(job_id, len(ids), len(told), why, len(payload["ids"]))


def run_of(actor: Actor, job_id: int) -> Run:
    """How far an order is and what came of it; for colleagues who may remind."""
    job = job_of(actor, job_id)
    if job.kind != TASK or job.society_id is None:
        raise NotFound
    require(actor, Permission.NUDGE, Target(societies=frozenset({job.society_id})))
    result = job.result or {}
    counts = {LeftOut(k): n for k, n in job.payload["left_out"].items()}
    for code, count in result.get("left_out", {}).items():
        counts[LeftOut(code)] = counts.get(LeftOut(code), 0) + count
    return Run(
        job=job,
        way=Way(job.payload["way"]),
        words=job.payload["words"],
        told=result.get("told", 0),
        left_out=counts,
        named=_named(result.get("who", [])),
    )


def rows_for_sms(actor: Actor, job_id: int, *, now: datetime) -> Iterator[Said]:
    """What a file for an SMS platform holds; that it was taken out is journalled."""
    run = run_of(actor, job_id)
    if run.way is not Way.CSV:
        raise NotFound
    journal.record(
        actor,
        "nudge.exported",
        "job",
        job_id,
        now=now,
        society_id=run.job.society_id,
        data={"count": run.told},
    )
    found = session.execute(
        select(Nudge.registration_id, Nudge.data, Person.id, Person.phone, Person.locale)
        .join(Registration, Registration.id == Nudge.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Nudge.job_id == job_id)
        .order_by(Nudge.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for part in found.partitions():
        names = latest_names([row.id for row in part])
        for row in part:
            name = names.get(row.id, ("", None))[0]
            yield Said(row.registration_id, name, row.phone, row.locale or "zh", row.data)


def _people(society_id: int, ids: Sequence[int]) -> list[_Person]:
    rows = session.execute(
        select(
            Registration.id,
            Registration.person_id,
            Registration.number,
            Person.phone,
            Person.locale,
            Person.password_hash.is_not(None).label("activated"),
            Person.messages_stopped_at.is_not(None).label("silent"),
        )
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.id.in_(ids), Registration.society_id == society_id)
    )
    return [
        _Person(r.id, r.person_id, r.number, r.phone, r.locale or "zh", r.activated, r.silent)
        for r in rows
    ]


def _gaps_of(people: dict[int, _Person], on: date) -> dict[int, list[dict[str, Any]]]:
    """What each lacks now: the kept standings may be of this morning."""
    answers = readiness_of_many(list(people), on=on)
    return {
        i: [gap.as_kept() for gap in gaps_of(answers[i], activated=person.activated)]
        if i in answers
        else []
        for i, person in people.items()
    }


def _why_not(person: _Person, actor: Actor, way: Way, gaps: list[dict[str, Any]]) -> LeftOut | None:
    if person.person_id == actor.person_id:
        return LeftOut.ONESELF
    if person.silent:
        return LeftOut.SILENT
    if not gaps:
        return LeftOut.NOTHING
    if way is Way.CSV and person.phone is None:
        return LeftOut.NO_PHONE
    return None


def _take(ids: list[int], way: Way, now: datetime) -> set[int]:
    """Those whose last nudge is long enough ago; from now on it is this one."""
    if not ids:
        return set()
    into = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = into(LastNudge).values(
        [{"registration_id": i, "way": way.value, "at": now} for i in ids]
    )
    taken = session.execute(
        made.on_conflict_do_update(
            index_elements=["registration_id"],
            set_={"way": made.excluded.way, "at": made.excluded.at},
            where=LastNudge.at <= now - AGAIN_AFTER,
        ).returning(LastNudge.registration_id)
    )
    return set(taken.scalars())


def _remind(
    actor: Actor,
    job_id: int,
    people: Sequence[_Person],
    gaps: dict[int, list[dict[str, Any]]],
    payload: dict[str, Any],
    *,
    now: datetime,
) -> None:
    if not people:
        return
    society_id, way = payload["society_id"], Way(payload["way"])
    data = {p.registration_id: _data(p, gaps[p.registration_id], payload["words"]) for p in people}
    messages: dict[str, int] = {}
    if way is Way.MESSAGE:
        drafts = [
            Draft(
                p.person_id,
                MessageKind.NUDGE,
                _key(job_id, p.registration_id),
                data[p.registration_id],
                society_id,
            )
            for p in people
        ]
        tell_all(drafts, now=now)
        keys = [draft.key for draft in drafts]
        rows = session.execute(select(Message.key, Message.id).where(Message.key.in_(keys)))
        messages = {row.key: row.id for row in rows}
    session.execute(
        insert(Nudge),
        [
            {
                "society_id": society_id,
                "registration_id": p.registration_id,
                "way": way.value,
                "message_id": messages.get(_key(job_id, p.registration_id)),
                "job_id": job_id,
                "data": data[p.registration_id],
                "at": now,
                "by_id": actor.person_id,
            }
            for p in people
        ],
    )
    journal.record_many(
        actor,
        "member.nudged",
        "registration",
        ((p.registration_id, society_id, {"job": job_id, "way": way.value}) for p in people),
        now=now,
    )


def _key(job_id: int, registration_id: int) -> str:
    return f"nudge:{job_id}:{registration_id}"


def _data(person: _Person, gaps: list[dict[str, Any]], words: str) -> dict[str, Any]:
    return {
        "number": person.number,
        "gaps": gaps,
        "words": words,
        "registration_id": person.registration_id,
    }


def _keep_result(job_id: int, seen: int, told: int, why: dict[int, LeftOut], total: int) -> Step:
    job = session.get_one(Job, job_id)
    before = job.result or {"seen": 0, "told": 0, "left_out": {}, "who": []}
    left_out = dict(before["left_out"])
    for reason in why.values():
        left_out[reason.value] = left_out.get(reason.value, 0) + 1
    who = [*before["who"], *([i, reason.value] for i, reason in sorted(why.items()))]
    job.result = {
        "seen": before["seen"] + seen,
        "told": before["told"] + told,
        "left_out": left_out,
        "who": who[:MOST_NAMED],
    }
    return Step(before["seen"] + seen, total)


def _named(who: Sequence[Sequence[Any]]) -> tuple[NotTold, ...]:
    ids = [row[0] for row in who]
    found = {
        r.id: r
        for r in session.execute(
            select(Registration.id, Registration.person_id, Registration.number).where(
                Registration.id.in_(ids)
            )
        )
    }
    names = latest_names([r.person_id for r in found.values()])
    return tuple(
        NotTold(i, found[i].number, names.get(found[i].person_id, ("", None))[0], LeftOut(why))
        for i, why in who
        if i in found
    )
