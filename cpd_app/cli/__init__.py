"""The `cpd` command: one module per group of commands; each an edge like a page."""

import sys

import click

from cpd_app.cli import admin, backup, bounces, database, demo, imports, retention, run, tokens
from cpd_app.config import SettingError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cpd() -> None:
    """Run and look after the CPD service."""


for command in (
    run.run,
    database.migrate,
    database.verify_journal,
    backup.backup,
    backup.restore,
    bounces.bounces,
    retention.retention,
    admin.admin,
    tokens.token,
    imports.import_,
    demo.make_demo,
):
    cpd.add_command(command)


def main() -> None:
    """Run a command; a bad setting is one sentence, not a traceback."""
    try:
        cpd(prog_name="cpd")
    except SettingError as error:
        sys.exit(f"cpd: {error}")
