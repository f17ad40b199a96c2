"""Logging a record through the API against one bare insert and against our bare statements."""

import argparse
import itertools
import uuid
from collections.abc import Callable

from flask.testing import FlaskClient

from bench import floors
from bench.installation import TOKEN, Installation, give_records, installation
from bench.timing import alternate, say
from cpd_app.db import db

GOAL_BARE, GOAL_STATEMENTS = 0.2, 0.6
#: records of a member in the third year; each one is read when hours are given out
USUAL = 60
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def run(options: argparse.Namespace) -> None:
    """A member logs records one after another."""
    with installation(options.engine) as made:
        give_records(made, USUAL)
        client = made.app.test_client()
        numbers = itertools.count()
        with made.app.app_context():
            engine = db.engine
        bare = floors.bare_insert(engine)
        log = _logging(client, numbers)
        log()
        statements = floors.recorded(engine, log)
        replayed = floors.replay(engine, _repeatable(statements))
        found = alternate(
            {"api": log, "bare": lambda: bare.post("/", json=_body(numbers)), "sql": replayed},
            rounds=3,
            seconds=0.2,
        )
        api, first, second = (found[n].middle for n in ("api", "bare", "sql"))
        say("log a record through the API", f"{api * 1000:.2f} ms", f"{len(statements)} statements")
        say(
            "  as a share of floor 1 (bare view, one insert)",
            f"{first / api:.2f}",
            f"{GOAL_BARE}",
            met=first / api >= GOAL_BARE,
        )
        say(
            "  as a share of floor 2 (same statements, no layers)",
            f"{second / api:.2f}",
            f"{GOAL_STATEMENTS}",
            met=second / api >= GOAL_STATEMENTS,
        )
        say_records(made)


def say_records(made: Installation) -> None:
    """How many records there were at the end: each one is read when the next is given out."""
    answer = made.app.test_client().get("/api/v1/activities", headers=HEADERS)
    say("  records of the member at the end", str(answer.json["total"]))


def _body(numbers: "itertools.count[int]") -> dict[str, object]:
    number = next(numbers)
    return {
        "kind": "training",
        "title": f"培训 {number}",
        "ended_on": f"2026-{number % 10 + 1:02d}-{number % 28 + 1:02d}",
        "minutes": 90,
        "key": str(uuid.uuid4()),
    }


def _logging(client: FlaskClient, numbers: "itertools.count[int]") -> Callable[[], None]:
    def log() -> None:
        answer = client.post("/api/v1/activities", json=_body(numbers), headers=HEADERS)
        if answer.status_code != 201:
            raise RuntimeError(answer.text)

    return log


def _repeatable(statements: list[floors.Statement]) -> list[floors.Statement]:
    """Without what can only be done once: unique keys of the record and of its credit."""
    once = ("INSERT INTO activities", "INSERT INTO credits", "SAVEPOINT", "RELEASE SAVEPOINT")
    kept = [s for s in statements if not s[0].startswith(once)]
    inserts = [s for s in statements if s[0].startswith("INSERT INTO journal")]
    # Two inserts into the journal stand for the two that cannot be repeated: same kind of work.
    return kept + inserts[:1] * 2
