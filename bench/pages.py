"""The home page of a member with 250 records; the same with few and with many other members."""

import argparse

from flask.testing import FlaskClient

from bench import floors
from bench.installation import Installation, add_members, give_records, installation
from bench.timing import alternate, measure, say
from cpd_app import access
from cpd_app.db import db

RECORDS = 250
MOST_STATEMENTS, GOAL_BARE, GOAL_P95 = 12, 0.15, 0.060


def run(options: argparse.Namespace) -> None:
    """Home, list and readiness, then home again beside many members."""
    with installation(options.engine) as made:
        give_records(made, RECORDS)
        client = signed_in(made)
        home(made, client)
        for name, path in (("records", "/activities"), ("readiness", "/readiness")):
            say(f"{name} page", f"{measure(lambda p=path: get(client, p)).middle * 1000:.1f} ms")
        add_members(made, 200, 10)
        few = measure(lambda: get(client, "/"))
        add_members(made, options.members, 3)
        many = measure(lambda: get(client, "/"))
        say("home with 200 other members", f"{few.middle * 1000:.1f} ms")
        say(
            f"home with {options.members:,} other members",
            f"{many.middle * 1000:.1f} ms",
            "the same",
            met=many.middle <= few.middle * 1.25,
        )


def home(made: Installation, client: FlaskClient) -> None:
    """Statements, share of the floor, p95."""
    with made.app.app_context():
        engine = db.engine
    statements = [s for s, _v in floors.recorded(engine, lambda: get(client, "/"))]
    count = sum(1 for s in statements if not s.startswith("BEGIN"))
    say(
        "home page: SQL statements",
        str(count),
        f"≤ {MOST_STATEMENTS}",
        met=count <= MOST_STATEMENTS,
    )
    size = len(get(client, "/"))
    bare = floors.bare_page(size)
    found = alternate({"home": lambda: get(client, "/"), "bare": lambda: bare.get("/")})
    share = found["bare"].middle / found["home"].middle
    say(
        f"home page with {RECORDS} records ({size // 1024} KB)",
        f"{found['home'].middle * 1000:.1f} ms",
    )
    say(
        "  as a share of floor 1 (one template)",
        f"{share:.2f}",
        f"{GOAL_BARE}",
        met=share >= GOAL_BARE,
    )
    p95 = measure(lambda: get(client, "/")).p95
    say("  p95 at one client", f"{p95 * 1000:.1f} ms", "< 60 ms", met=p95 < GOAL_P95)


def signed_in(made: Installation) -> FlaskClient:
    """A browser of the member."""
    client = made.app.test_client()
    with client.session_transaction() as kept:
        kept.permanent = True
        kept[access.TOKEN_KEY] = made.secret
    return client


def get(client: FlaskClient, path: str) -> bytes:
    """A page; anything but 200 stops the run."""
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer.data
