"""催办: staff remind members of what each of them lacks, never one member twice within 7 days.

Ordered in the page, done by the worker in parts. A person counts once in a society, however many
registrations they have there: who may be reminded is settled with their row locked, so two
colleagues at the same moment remind once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.messages import MessageKind
from cpd_app.domain.nudges import AGAIN_AFTER, LeftOut, Way, gaps_of, last_days
from cpd_app.domain.renewal import Readiness
from cpd_app.models import Job, LastNudge, Message, Nudge, Person, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.jobs import Step, job_with_key, order_job
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
    lacks = _lacks(person, answer) if answer else _Lacks()
    name = latest_names([person.person_id]).get(person.person_id, ("", None))[0]
    return Said(registration_id, name, person.phone, person.locale, _data(person, lacks, words))


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
    lacks = _lacks_of(people, on)
    for person in people.values():
        reason = _why_not(person, actor, way, lacks[person.registration_id])
        if reason is not None:
            why[person.registration_id] = reason
    asked = [people[i] for i in ids if i not in why]
    why |= _take(asked, society_id, way, now)
    told = [person for person in asked if person.registration_id not in why]
    _remind(actor, job_id, told, lacks, payload, now=now)
    return _keep_result(job_id, len(ids), len(told), why, len(payload["ids"]))


@dataclass(frozen=True)
class _Lacks:
    """What one lacks and until when there is time, both as the data of a message holds them."""

    gaps: tuple[dict[str, Any], ...] = ()
    until: dict[str, str] = field(default_factory=dict)


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


def _lacks_of(people: dict[int, _Person], on: date) -> dict[int, _Lacks]:
    """What each lacks now: the kept standings may be of this morning."""
    answers = readiness_of_many(list(people), on=on)
    return {
        i: _lacks(person, answers[i]) if i in answers else _Lacks() for i, person in people.items()
    }


def _lacks(person: _Person, answer: Readiness) -> _Lacks:
    gaps = gaps_of(answer, activated=person.activated)
    return _Lacks(tuple(gap.as_kept() for gap in gaps), last_days(answer))


def _why_not(person: _Person, actor: Actor, way: Way, lacks: _Lacks) -> LeftOut | None:
    if person.person_id == actor.person_id:
        return LeftOut.ONESELF
    if person.silent:
        return LeftOut.SILENT
    if not lacks.gaps:
        return LeftOut.NOTHING
    if way is Way.CSV and person.phone is None:
        return LeftOut.NO_PHONE
    return None


def _take(
    people: Sequence[_Person], society_id: int, way: Way, now: datetime
) -> dict[int, LeftOut]:
    """Why some are left out; of the others this is the last nudge from now on."""
    if not people:
        return {}
    first: dict[int, int] = {}
    for person in people:
        first.setdefault(person.person_id, person.registration_id)
    lately = _reminded(society_id, list(first), now)
    why = {
        p.registration_id: LeftOut.RECENTLY if p.person_id in lately else LeftOut.SAME_PERSON
        for p in people
        if p.person_id in lately or first[p.person_id] != p.registration_id
    }
    taken = [i for i in first.values() if i not in why]
    if taken:
        into = (
            postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        )
        made = into(LastNudge).values(
            [{"registration_id": i, "way": way.value, "at": now} for i in taken]
        )
        session.execute(
            made.on_conflict_do_update(
                index_elements=["registration_id"],
                set_={"way": made.excluded.way, "at": made.excluded.at},
            )
        )
    return why


def _reminded(society_id: int, person_ids: Sequence[int], now: datetime) -> set[int]:
    """Who was reminded lately for any of their registrations; a colleague's order waits."""
    session.execute(
        select(Person.id)
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )
    rows = session.scalars(
        select(Registration.person_id)
        .join(LastNudge, LastNudge.registration_id == Registration.id)
        .where(
            Registration.person_id.in_(person_ids),
            Registration.society_id == society_id,
            LastNudge.at > now - AGAIN_AFTER,
        )
    )
    return set(rows)


def _remind(
    actor: Actor,
    job_id: int,
    people: Sequence[_Person],
    lacks: dict[int, _Lacks],
    payload: dict[str, Any],
    *,
    now: datetime,
) -> None:
    if not people:
        return
    society_id, way = payload["society_id"], Way(payload["way"])
    data = {p.registration_id: _data(p, lacks[p.registration_id], payload["words"]) for p in people}
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


def _data(person: _Person, lacks: _Lacks, words: str) -> dict[str, Any]:
    return {
        **lacks.until,
        "number": person.number,
        "gaps": list(lacks.gaps),
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
