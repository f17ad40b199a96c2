"""A file of past records, from its bytes to credited hours."""

import argparse
import csv
import io
import time
from datetime import timedelta
from random import Random

from bench.installation import (
    FIRST_OTHER,
    NOW,
    STARTS,
    TODAY,
    Installation,
    add_members,
    installation,
)
from bench.timing import say
from cpd_app.db import transaction
from cpd_app.policy import Actor
from cpd_app.storage import digest_of
from cpd_app.usecases import import_saving, imports
from cpd_app.usecases.import_checks import Scope, check_file

GOAL_SECONDS = 60
MEMBERS = 2500


def run(options: argparse.Namespace) -> None:
    """Read, check, save and give out the hours of every row."""
    with installation(options.engine) as made:
        add_members(made, MEMBERS, 0)
        data = _file(options.rows)
        with made.app.app_context():
            took, counts = _import(made, data)
            again, repeated = _import(made, data)
        say(
            f"import of {options.rows:,} records of {MEMBERS:,} members",
            f"{took:.1f} s",
            f"< {GOAL_SECONDS} s",
            met=took < GOAL_SECONDS,
        )
        say("  saved", f"{counts['saved']:,}")
        say("  the same file again: added", str(repeated["saved"]), f"{again:.1f} s")


def _import(_made: Installation, data: bytes) -> tuple[float, dict[str, int]]:
    actor, scope = Actor.system("bench"), Scope("activities")
    began = time.perf_counter()
    checked = check_file(actor, scope, data, now=NOW, today=TODAY)
    with transaction():
        taken = imports.take_checked(actor, scope, "bench.csv", digest_of(data), checked, now=NOW)
    for part in import_saving.parts_to_save(actor, taken.id):
        with transaction():
            import_saving.save_part(actor, taken.id, part, now=NOW, today=TODAY)
    with transaction():
        import_saving.finish_saving(actor, taken.id, now=NOW)
    return time.perf_counter() - began, dict(imports.import_of(actor, taken.id).counts)


def _file(rows: int) -> bytes:
    chance = Random(2)
    days = (TODAY - STARTS).days
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["login", "kind", "title", "ended_on", "minutes", "achievement_key"])
    for number in range(rows):
        person = FIRST_OTHER + 1 + chance.randrange(MEMBERS)
        ended_on = STARTS + timedelta(days=chance.randrange(days))
        writer.writerow([f"p{person}@bench.test", "training", f"培训 {number}", ended_on, 90, ""])
    return text.getvalue().encode()
