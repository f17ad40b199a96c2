"""A throw-away installation on either engine: migrated, with one member and as many others."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import structlog
from flask import Flask
from sqlalchemy import func, insert, select

from cpd_app import clock, migrate
from cpd_app.app import create_app
from cpd_app.config import load
from cpd_app.db import session, transaction
from cpd_app.models import (
    Activity,
    ApiToken,
    Credit,
    Person,
    PersonName,
    Registration,
    RuleVersion,
    Society,
    Term,
)
from cpd_app.policy import Actor
from cpd_app.usecases import activities, signin
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.reference import load_reference
from tests.support.cluster import Cluster

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
STARTS = date(2023, 4, 1)
TOKEN = "cpd_bench"  # noqa: S105 - of a database that is thrown away


#: ids of other members begin after this, out of the way of the database's own numbering
FIRST_OTHER = 1_000_000


@dataclass
class Installation:
    """An app on its own database."""

    app: Flask
    url: str
    member_id: int
    registration_id: int
    society_id: int
    secret: str


@contextmanager
def database(engine: str, *, durable: bool = False) -> Iterator[tuple[str, Path]]:
    """Address of an empty database and a var folder; `durable` as in service."""
    folder = Path(tempfile.mkdtemp(prefix="cpd-bench-"))
    cluster = Cluster(durable=durable) if engine == "postgresql" else None
    try:
        if cluster is None:
            yield f"sqlite:///{folder / 'cpd.sqlite'}", folder
        else:
            yield cluster.url, folder
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def installation(engine: str, *, durable: bool = False) -> Iterator[Installation]:
    """A migrated installation with one member who has no records yet."""
    with database(engine, durable=durable) as (url, folder):
        os.environ.update(CPD_DATABASE_URL=url, CPD_VAR_DIR=str(folder), CPD_ENV="test")
        clock.set_source(lambda: NOW)
        migrate.upgrade()
        app = create_app(load())
        # A line for every request would measure the terminal.
        quiet = structlog.make_filtering_bound_logger(logging.ERROR)
        structlog.configure(wrapper_class=quiet)
        with app.app_context():
            with transaction():
                load_reference(now=NOW)
            with transaction():
                made = _member(app, url)
        yield made


def _member(app: Flask, url: str) -> Installation:
    society = Society(
        code="bench", name="量测学会", name_en="Bench", began_on=date(2020, 1, 1), settings={}
    )
    session.add(society)
    session.flush()
    person = Person(
        email="member@bench.test",
        created_at=NOW,
        activated_at=NOW,
        names=[PersonName(name="量测", from_on=STARTS)],
    )
    session.add(person)
    session.flush()
    registration = Registration(
        person_id=person.id,
        society_id=society.id,
        number="B1",
        number_key="B1",
        field_text="电气工程",
        created_at=NOW,
        terms=[
            Term(level="professional", starts_on=STARTS, ends_on=STARTS.replace(year=2028)),
        ],
    )
    session.add(registration)
    session.add(
        ApiToken(
            person_id=person.id,
            name="bench",
            token_hash=signin.hash_of(TOKEN),
            scopes=[],
            created_at=NOW,
            last_used_at=NOW,
        )
    )
    session.flush()
    secret = signin.begin_sign_in(person.id, device="bench", now=NOW)
    return Installation(app, url, person.id, registration.id, society.id, secret)


def give_records(made: Installation, count: int) -> None:
    """Records of the member, spread over the term, through the use case."""
    actor = Actor(person_id=made.member_id, origin="bench")
    chance = Random(1)
    days = (TODAY - STARTS).days
    with made.app.app_context():
        for number in range(count):
            ended_on = STARTS + timedelta(days=chance.randrange(days))
            new = NewActivity("training", f"培训 {number}", None, ended_on, {"minutes": 90})
            with transaction():
                activities.log_activity(actor, new, now=NOW, today=TODAY)


def add_members(made: Installation, count: int, records: int) -> None:
    """Other members with some records each, straight into the tables: load, not behaviour."""
    with made.app.app_context():
        version = session.scalar(select(RuleVersion.id).where(RuleVersion.society_id.is_(None)))
        last = session.scalar(select(func.max(Person.id))) or 0
        for first in range(max(last, FIRST_OTHER) + 1, max(last, FIRST_OTHER) + count + 1, 2000):
            part = min(2000, max(last, FIRST_OTHER) + count + 1 - first)
            with transaction():
                _add_part(made, range(first, first + part), records, version or 1)


def _add_part(made: Installation, ids: range, records: int, version: int) -> None:
    session.execute(
        insert(Person),
        [{"id": i, "email": f"p{i}@bench.test", "created_at": NOW, "theme": "auto",
          "text_size": "normal"} for i in ids],
    )  # fmt: skip
    session.execute(
        insert(PersonName), [{"person_id": i, "name": f"量测{i}", "from_on": STARTS} for i in ids]
    )
    session.execute(
        insert(Registration),
        [{"id": i, "person_id": i, "society_id": made.society_id, "number": f"B{i}",
          "number_key": f"B{i}", "field_text": "电气工程", "created_at": NOW, "version": 1}
         for i in ids],
    )  # fmt: skip
    session.execute(
        insert(Term),
        [{"id": i, "registration_id": i, "level": "professional", "starts_on": STARTS,
          "ends_on": STARTS.replace(year=2028), "state": "active"} for i in ids],
    )  # fmt: skip
    pairs = [(i * 10 + n, i) for i in ids for n in range(records)]
    if not pairs:
        return
    session.execute(
        insert(Activity),
        [{"id": a, "person_id": i, "state": "recorded", "kind": "training", "title": "培训",
          "started_on": TODAY, "ended_on": TODAY, "fields": {"minutes": 90}, "competences": [],
          "source": "import", "different_from": {}, "created_at": NOW, "updated_at": NOW,
          "entered_on": TODAY, "version": 1} for a, i in pairs],
    )  # fmt: skip
    session.execute(
        insert(Credit),
        [{"activity_id": a, "registration_id": i, "term_id": i, "year_index": 4,
          "rule_version_id": version, "left_out": False, "conversion": 200, "claimed": 200,
          "recognised": 200, "trace": [], "reasons": [], "needs_ruling": False}
         for a, i in pairs],
    )  # fmt: skip
