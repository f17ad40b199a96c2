"""Staff's lists of a large society: 催办, whom nobody reaches, members, the work page.

`python -m bench lists --members 100000`; a fifth of the certificates end within each year.
"""

import argparse
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import text

from bench.installation import FIRST_OTHER, NOW, TODAY, Installation, add_members, installation
from bench.pages import get
from bench.timing import measure, say
from cpd_app import access
from cpd_app.db import session, transaction
from cpd_app.models import Role
from cpd_app.usecases import signin

GOAL_P95 = 0.200
PAGES = (
    ("催办, due in 6 months", "/staff/nudges"),
    ("催办, due in 12 months", "/staff/nudges?months=12"),
    ("  not activated", "/staff/nudges?months=12&who=not_activated"),
    ("  not reminded lately", "/staff/nudges?months=12&nudged=no"),
    ("  the last page", "/staff/nudges?months=12&page=100000"),
    ("not reached: notices unseen", "/staff/reach"),
    ("not reached: broken addresses", "/staff/reach?lack=broken"),
    ("not reached: no channel", "/staff/reach?lack=nowhere"),
    ("background work", "/staff/work"),
    ("overview", "/staff"),
    ("members who are short", "/staff/members?verdict=short"),
)

#: every third is not activated; every tenth has a phone and no e-mail
PEOPLE = """
UPDATE people SET password_hash = CASE WHEN id % 3 = 0 THEN NULL ELSE 'x' END,
    phone = CASE WHEN id % 2 = 0 THEN '138' || id END,
    email = CASE WHEN id % 10 = 1 THEN NULL ELSE email END
WHERE id > :first
"""
TERMS = "UPDATE terms SET ends_on = :ends, starts_on = :starts WHERE id > :first AND id % 60 = :n"
STANDINGS = """
INSERT INTO last_standings (registration_id, society_id, term_id, registration_version,
    standing_round, on_day, ready, verdict, first_check, to_do, missing, sums, lacking)
SELECT id, society_id, id, version, 0, :today, :no, 'short', 'years_met',
    ' years_met evidence expiry ', 5000, '{"setting": ["ABCD", true, false], "years": [],
    "missing_evidence": 0, "open_rulings": 0}', '[[4, "2026-04-01", "2027-04-01", 1250, false]]'
FROM registrations WHERE id > :first
"""
NUDGES = """
INSERT INTO last_nudges (registration_id, way, at)
SELECT id, 'message', :now FROM registrations WHERE id > :first AND id % 4 = 0
"""
MESSAGES = """
INSERT INTO messages (id, person_id, society_id, kind, key, data, created_at, read_at)
SELECT id, person_id, society_id, 'expiry', 'expiry:' || id, '{}', :before,
    CASE WHEN id % 5 = 0 THEN :now END
FROM registrations WHERE id > :first
"""
DELIVERIES = """
INSERT INTO deliveries (message_id, person_id, channel, state, due_at, attempts)
SELECT id, person_id, 'email', CASE WHEN id % 40 = 1 THEN 'failed' ELSE 'sent' END, :before, 1
FROM messages WHERE id > :first
"""
REACHES = """
INSERT INTO reaches (person_id, channel, state, since)
SELECT id, 'email', CASE WHEN id % 40 = 1 THEN 'bounced' ELSE 'ok' END, :before
FROM people WHERE id > :first
"""


def run(options: argparse.Namespace) -> None:
    """Fill the tables, then look at each page."""
    with installation(options.engine, durable=True) as made:
        add_members(made, options.members, 0)
        with made.app.app_context():
            _fill(made)
            client = _registrar(made)
        for name, path in PAGES:
            found = measure(lambda p=path: get(client, p), warm=5)
            p95 = found.p95
            middle = f"{found.middle * 1000:.0f} ms"
            goal = f"p95 {p95 * 1000:.0f} ms, < 200 ms"
            say(name, middle, goal, met=p95 < GOAL_P95)


def _fill(made: Installation) -> None:
    given = {"first": FIRST_OTHER, "now": NOW, "before": NOW.replace(month=10), "today": TODAY,
             "no": False, "society": made.society_id}  # fmt: skip
    with transaction():
        for n in range(60):
            month = (TODAY.year * 12 + TODAY.month + n) % 12 + 1
            year = (TODAY.year * 12 + TODAY.month + n) // 12
            ends, starts = date(year, month, 15), date(year - 5, month, 15)
            session.execute(
                text(TERMS), {"first": FIRST_OTHER, "ends": ends, "starts": starts, "n": n}
            )
        for statement in (PEOPLE, STANDINGS, NUDGES, MESSAGES, DELIVERIES, REACHES):
            wanted = {name: v for name, v in given.items() if f":{name}" in statement}
            session.execute(text(statement), wanted)
    with transaction():
        session.execute(text("ANALYZE"))


def _registrar(made: Installation) -> FlaskClient:
    with transaction():
        session.add(
            Role(
                person_id=made.member_id, society_id=made.society_id, role="registrar",
                starts_on=date(2020, 1, 1),
            )
        )  # fmt: skip
        secret = signin.begin_sign_in(made.member_id, device="bench", now=NOW)
    client = made.app.test_client()
    with client.session_transaction() as kept:
        kept[access.TOKEN_KEY] = secret
    return client
