"""cpd retention: what is kept how long, and removing what is older."""

import click

from cpd_app import clock
from cpd_app.cli.database import application
from cpd_app.db import transaction
from cpd_app.domain.complaints import KEPT
from cpd_app.domain.retention import UNDO
from cpd_app.usecases import cleaning


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def retention(*, dry_run: bool) -> None:
    """Remove rows that served their purpose, as the worker does each night; a line a rule."""
    with application():
        counts = cleaning.retention_report(now=clock.now())
        while not dry_run:
            with transaction():
                if not any(cleaning.clean_up(now=clock.now()).values()):
                    break
    for rule in cleaning.RULES:
        _say(rule.name, counts[rule.name], rule.kept.days, rule.since)
    _say(cleaning.LETTERS, counts[cleaning.LETTERS], KEPT.days, "answered; words only")
    _say(cleaning.IMPORTS, counts[cleaning.IMPORTS], UNDO.days, "confirmed; what they said")
    total = sum(counts.values())
    click.echo(f"{total} would be removed" if dry_run else f"{total} removed")


def _say(name: str, count: int, days: int, since: str) -> None:
    click.echo(f"{name:<15} {count:>8}  {days:>5} days after they were {since}")
