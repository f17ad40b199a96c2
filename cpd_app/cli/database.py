"""cpd migrate, cpd verify-journal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cpd_app import clock
from cpd_app import migrate as migrations
from cpd_app.app import create_app
from cpd_app.config import Settings
from cpd_app.db import db, session, transaction
from cpd_app.journal_heads import HeadFiles
from cpd_app.usecases import journal_seals, reference


@click.command("migrate")
def migrate() -> None:
    """Bring the tables and the reference data to the newest state."""
    bring_up()
    click.echo("database is at the newest migration")


def bring_up() -> None:
    """Every migration, then the reference data of this release."""
    migrations.upgrade()
    with application(), transaction():
        reference.load_reference(now=clock.now())


@click.command("verify-journal")
def verify_journal() -> None:
    """Seal what is not sealed yet and check the whole journal; exits 1 when it was changed.

    The chain is held against the heads in the var folder: what was cut off at its end shows too.
    """
    with application() as settings:
        heads, key = HeadFiles(settings.var_dir), settings.seal_key.encode()
        kept = list(heads.all())
        last = journal_seals.last_head()
        # Not when something is missing at the end: new seals would take the place of lost ones.
        if not kept or (last is not None and last.sequence >= kept[-1].sequence):
            _seal_the_rest(key)
        check = journal_seals.verify_journal(key, kept)
    click.echo(f"{check.sealed} entries sealed, {check.unsealed} not yet")
    for fault in check.faults:
        click.echo(f"seal {fault.sequence}: {fault.what}: {fault.says}", err=True)
    sys.exit(1 if check.faults else 0)


@contextmanager
def application() -> Iterator[Settings]:
    """The application for a command: its context and settings, no connection left behind."""
    app = create_app()
    with app.app_context():
        try:
            yield app.config["CPD"]
        finally:
            session.remove()
            db.engine.dispose()


def _seal_the_rest(key: bytes) -> None:
    sealed = 1
    while sealed:
        with transaction():
            sealed = journal_seals.seal_journal(key, now=clock.now())
