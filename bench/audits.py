"""A reader goes through a file of 50 records; 300 files are shared by two staff and ten experts."""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from statistics import median, quantiles
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from bench.installation import FIRST_OTHER, NOW, STARTS, TODAY, add_members, installation
from bench.pages import get
from bench.timing import measure, say
from cpd_app import access
from cpd_app.db import session, transaction
from cpd_app.domain.review import AuditSettings
from cpd_app.models import (
    Activity,
    Deadline,
    Filing,
    Person,
    PersonName,
    Reader,
    Role,
    RuleVersion,
    Snapshot,
    SnapshotRecord,
)
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases import signin
from cpd_app.usecases.audit_queue import rate_files, unrated
from cpd_app.usecases.audit_readers import assign_balanced
from cpd_app.usecases.filed_records import reading_of

FILES, RECORDS, YEARS, STAFF, EXPERTS = 300, 50, 5, 2, 10
#: of a society whose members use it: letters of the records, in per cent
LETTERS = "A" * 20 + "B" * 15 + "C" * 10 + "D" * 15 + "E" * 30 + "F" * 10
#: of what a reader says; keys: the letter, a figure, a reason from the list, Enter
SAID = ("accepted",) * 88 + ("reduced",) * 6 + ("rejected",) * 3 + ("evidence_wanted",) * 3
KEYS = {"accepted": 1, "reduced": 1 + 3 + 3 + 1, "rejected": 1 + 2 + 1, "evidence_wanted": 4}
GOAL_P95, GOAL_QUEUE = 0.200, 0.200


def run(options: argparse.Namespace) -> None:
    """Fill, assign, read one file to its end, look at the queue."""
    with installation(options.engine, durable=True) as made, made.app.app_context():
        society_id = made.society_id
        staff = _people(society_id)
        add_members(made, FILES, 0)
        with transaction():
            _filings(society_id)
        registrar = Actor(staff[0], "bench", {society_id: frozenset({RoleName.REGISTRAR})})
        began = time.perf_counter()
        while waiting := unrated([society_id]):
            with transaction():
                rate_files(registrar, waiting, now=NOW)
        say(f"flags and risk of {FILES} files", f"{time.perf_counter() - began:.1f} s")
        began = time.perf_counter()
        with transaction():
            done = assign_balanced(registrar, society_id, now=NOW, today=TODAY)
        say(f"{done.files} files assigned in one tap", f"{time.perf_counter() - began:.2f} s")
        _work(society_id)
        secret = _signed_in(staff[1])
        session.remove()
        client = _browser(made.app.test_client(), secret)
        _queue(client)
        _file(client, staff[1])


def _work(society_id: int) -> None:
    """Judgements that the files need, against judging every record."""
    ids = session.scalars(select(Filing.id).where(Filing.society_id == society_id)).all()
    needed = sum(reading_of(i, AuditSettings()).needed for i in ids)
    loads = Counter(session.scalars(select(Reader.person_id)))
    say(f"records of {FILES} files", f"{FILES * RECORDS:,}")
    say("  judgements needed (requirement and 10 %)", f"{needed:,}")
    say("  a file", f"{needed / FILES:.1f}")
    say(f"  a reader of {len(loads)}", f"{needed / max(len(loads), 1):,.0f}")
    say("  files a reader, least and most", f"{min(loads.values())} – {max(loads.values())}")


def _queue(client: FlaskClient) -> None:
    found = measure(lambda: get(client, "/staff/audits"))
    say("queue page", f"{found.middle * 1000:.1f} ms")
    say("  p95", f"{found.p95 * 1000:.1f} ms", "< 200 ms", met=found.p95 < GOAL_QUEUE)


def _file(client: FlaskClient, reader_id: int) -> None:
    """One round trip opens the file, one saves each judgement; going on asks nothing."""
    filing_id = session.scalar(
        select(Reader.filing_id).where(Reader.person_id == reader_id).order_by(Reader.id).limit(1)
    )
    if filing_id is None:
        raise RuntimeError("nobody gave the reader a file")
    chance = Random(2)
    records = list(reading_of(filing_id, AuditSettings()).chosen)
    session.remove()
    began = time.perf_counter()
    size = len(get(client, f"/staff/audits/{filing_id}"))
    opened = time.perf_counter() - began
    took, keys = [], 0
    token = _token(client)
    for record_id in sorted(records):
        verdict = chance.choice(SAID)
        keys += KEYS[verdict]
        began = time.perf_counter()
        _judge(client, f"/staff/audits/{filing_id}/records/{record_id}/judgement", verdict, token)
        took.append(time.perf_counter() - began)
    p95 = quantiles(took, n=20)[-1]
    say(f"file of {RECORDS} records opened ({size // 1024} KB)", f"{opened * 1000:.0f} ms")
    say("judgements, each one round trip", str(len(took)))
    say("  key strokes, reasons from the list", str(keys))
    say("  saved, middle", f"{median(took) * 1000:.1f} ms")
    say("  saved, p95", f"{p95 * 1000:.1f} ms", "< 200 ms", met=p95 < GOAL_P95)


def _judge(client: FlaskClient, path: str, verdict: str, token: str) -> None:
    data = {"verdict": verdict, "reason": "" if verdict == "accepted" else "按佐证计。"}
    if verdict == "reduced":
        data["hours"] = "0.5"
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    answer = client.post(path, data=data, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status} {answer.text[:200]}")


def _people(society_id: int) -> list[int]:
    """Two staff and ten experts; the first is the registrar, the second an auditor."""
    made = []
    for number in range(STAFF + EXPERTS):
        with transaction():
            person = Person(
                email=f"reader{number}@bench.test",
                created_at=NOW,
                activated_at=NOW,
                names=[PersonName(name=f"审核{number}", from_on=STARTS)],
            )
            session.add(person)
            session.flush()
            roles = [RoleName.EXPERT] if number >= STAFF else [RoleName.AUDITOR]
            if number == 0:
                roles.append(RoleName.REGISTRAR)
            session.add_all(
                Role(person_id=person.id, society_id=society_id, role=str(r), starts_on=STARTS)
                for r in roles
            )
            made.append(person.id)
    return made


def _filings(society_id: int) -> None:
    """Files with their records, straight into the tables: load, not behaviour."""
    chance = Random(1)
    version = session.scalars(select(RuleVersion.id)).first() or 1
    first = FIRST_OTHER + 1
    ids = range(first, first + FILES)
    session.execute(insert(Filing), [_filing(i, society_id) for i in ids])
    session.execute(insert(Snapshot), [_snapshot(i) for i in ids])
    session.execute(insert(Deadline), [_deadline(i, society_id, chance) for i in ids])
    rows = [row for i in ids for row in _records(i, version, chance)]
    session.execute(insert(Activity), [activity for activity, _record in rows])
    session.execute(insert(SnapshotRecord), [record for _activity, record in rows])


def _filing(i: int, society_id: int) -> dict[str, Any]:
    return {
        "id": i, "number": f"F{i}", "society_id": society_id, "registration_id": i, "term_id": i,
        "person_id": i, "employer": f"示范公司{i % 40}", "state": "filed", "filed_at": NOW,
        "declaration_version": 1, "risk": 0, "version": 1,
    }  # fmt: skip


def _snapshot(i: int) -> dict[str, Any]:
    years = [
        {"index": n, "starts_on": STARTS.replace(year=STARTS.year + n - 1).isoformat(),
         "ends_on": STARTS.replace(year=STARTS.year + n).isoformat(), "required": 5000,
         "claimed": 6000, "recognised": 6000, "audit_proof": 5000, "verdict": "met"}
        for n in range(1, YEARS + 1)
    ]  # fmt: skip
    return {
        "id": i, "filing_id": i, "number": 1, "taken_at": NOW, "taken_on": TODAY, "years": years,
        "checks": [], "content": {"name": f"量测{i}", "summary": "总结" * 900}, "salt": "",
        "digest": "",
    }  # fmt: skip


def _deadline(i: int, society_id: int, chance: Random) -> dict[str, Any]:
    return {
        "kind": "completeness", "subject_id": i, "society_id": society_id, "registration_id": i,
        "person_id": i, "delivered_on": TODAY, "work_days": 10, "paused_days": 0,
        "due_on": TODAY + timedelta(days=chance.randrange(31)), "provisional": False,
    }  # fmt: skip


def _records(i: int, version: int, chance: Random) -> Iterator[tuple[dict[str, Any], Any]]:
    for n in range(RECORDS):
        year, hours = n % YEARS + 1, chance.choice((250, 400, 550, 800, 800, 1200))
        ended_on = date(STARTS.year + year - 1, 4, 2) + timedelta(days=chance.randrange(360))
        letter, number = chance.choice(LETTERS), i * 100 + n
        content = {
            "title": f"培训 {n}", "organiser": None, "place": None,
            "started_on": ended_on.isoformat(), "starts_at_time": None, "ends_at_time": None,
            "fields": {"minutes": hours * 45 // 100}, "achievement_key": None, "trace": [],
            "reasons": [], "evidence": [], "missing_proofs": [],
        }  # fmt: skip
        yield (
            {"id": number, "person_id": i, "state": "recorded", "kind": "training",
             "title": content["title"], "started_on": ended_on, "ended_on": ended_on,
             "fields": content["fields"], "competences": [], "source": "self",
             "different_from": {}, "created_at": NOW, "updated_at": NOW, "entered_on": ended_on,
             "version": 1},
            {"id": number, "snapshot_id": i, "filing_id": i, "activity_id": number,
             "credit_id": 0, "year_index": year, "kind": "training", "ended_on": ended_on,
             "rule_version_id": version, "conversion": hours, "claimed": hours,
             "recognised": hours, "assurance": letter, "audit_proof": letter < "F", "marks": [],
             "content": content, "salt": "", "digest": ""},
        )  # fmt: skip


def _signed_in(person_id: int) -> str:
    with transaction():
        return signin.begin_sign_in(person_id, device="bench", now=NOW)


def _browser(client: FlaskClient, secret: str) -> FlaskClient:
    with client.session_transaction() as kept:
        kept.permanent = True
        kept[access.TOKEN_KEY] = secret
    return client


def _token(client: FlaskClient) -> str:
    """What our scripts send: the token of the cookie."""
    cookie = client.get_cookie(access.CSRF_COOKIE)
    if cookie is None:
        raise RuntimeError("no page was opened")
    return cookie.decoded_value
