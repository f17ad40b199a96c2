"""cpd migrate, cpd seal-journal, cpd verify-journal."""

import sys

import click

from cpd_app import clock
from cpd_app import migrate as migrations
from cpd_app.app import create_app
from cpd_app.db import transaction
from cpd_app.usecases import journal, reference


@click.command("migrate")
def migrate() -> None:
    """Bring the tables and the reference data to the newest state."""
    migrations.upgrade()
    with create_app().app_context(), transaction():
        reference.load_reference(now=clock.now())
    click.echo("database is at the newest migration")


@click.command("verify-journal")
def verify_journal() -> None:
    """Seal what is not sealed yet and check the whole journal; exits 1 when it was changed."""
    with create_app().app_context():
        while True:
            with transaction():
                if not journal.seal_journal():
                    break
        check = journal.verify_journal()
    click.echo(f"{check.sealed} entries sealed, {check.unsealed} not yet")
    for sequence, what in check.faults:
        click.echo(f"entry {sequence}: {what}", err=True)
    sys.exit(1 if check.faults else 0)
