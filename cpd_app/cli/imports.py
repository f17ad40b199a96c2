"""cpd import members|activities FILE: save the good rows, print the bad ones."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from cpd_app import clock, storage
from cpd_app.cli.people import sentences
from cpd_app.db import transaction
from cpd_app.policy import Actor
from cpd_app.usecases import import_saving, imports
from cpd_app.usecases.import_checks import CheckedFile, Scope, check_file
from cpd_app.wording import sentence

ACTOR = Actor.system("cli")


@click.group("import")
def import_() -> None:
    """Import a CSV (UTF-8 or GB18030) or XLSX file; exits 1 when a row is bad."""


def _options(command: Any) -> Any:
    for option in (
        click.option("--dry-run", is_flag=True, help="Check the file and save nothing."),
        click.option("--all-or-nothing", is_flag=True, help="Save nothing when a row is bad."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@import_.command("members")
@_options
def members(file: Path, *, dry_run: bool, all_or_nothing: bool) -> None:
    """Members with their registrations and certificates; a known number is corrected."""
    sys.exit(run("members", file, dry_run=dry_run, all_or_nothing=all_or_nothing))


@import_.command("activities")
@_options
def activities(file: Path, *, dry_run: bool, all_or_nothing: bool) -> None:
    """Past records, converted by the rules in force on their finishing day."""
    sys.exit(run("activities", file, dry_run=dry_run, all_or_nothing=all_or_nothing))


def run(kind: str, file: Path, *, dry_run: bool, all_or_nothing: bool) -> int:
    """Import a file; returns the exit code."""
    with sentences():
        data = file.read_bytes()
        scope = Scope(kind)
        checked = check_file(ACTOR, scope, data, now=clock.now(), today=clock.today())
        _say_notes(checked)
        counts = checked.counts
        if dry_run or (all_or_nothing and counts["bad"]):
            _say_bad((row["row"], row["problems"]) for row in checked.rows if row["problems"])
            words = "would be saved" if dry_run else "good, none saved"
            click.echo(f"{counts['good']} {words}, {_rest(counts)}")
            return 1 if counts["bad"] else 0
        counts = _save(file.name, scope, data, checked, at_once=all_or_nothing)
        click.echo(f"{counts['saved']} saved, {_rest(counts)}")
        return 1 if counts["bad"] else 0


def _save(
    name: str, scope: Scope, data: bytes, checked: CheckedFile, *, at_once: bool
) -> dict[str, Any]:
    """Save in parts that each are kept, or (all or nothing) in one piece."""
    each = nullcontext if at_once else transaction
    with transaction() if at_once else nullcontext():
        with each():
            digest = storage.digest_of(data)
            taken = imports.take_checked(ACTOR, scope, name, digest, checked, now=clock.now())
        good = checked.counts["good"]
        with click.progressbar(length=good, label="saving", file=sys.stderr) as bar:
            for part in import_saving.parts_to_save(ACTOR, taken.id):
                with each():
                    import_saving.save_part(
                        ACTOR, taken.id, part, now=clock.now(), today=clock.today()
                    )
                bar.update(len(part))
        with each():
            import_saving.finish_saving(ACTOR, taken.id, now=clock.now())
        counts = dict(imports.import_of(ACTOR, taken.id).counts)
        _say_bad((row.row, row.problems) for row in imports.bad_rows(ACTOR, taken.id))
        if at_once and counts["bad"]:
            raise click.ClickException(sentence("import_has_bad_rows", {"bad": counts["bad"]}))
    return counts


def _say_bad(rows: Iterable[tuple[int, list[dict[str, Any]]]]) -> None:
    for number, problems in rows:
        for problem in problems:
            where = f"line {number}" + (f", {problem['field']}" if problem["field"] else "")
            click.echo(f"{where}: {sentence(problem['code'], problem)}")


def _say_notes(checked: CheckedFile) -> None:
    for note in checked.notes:
        click.echo(sentence(note["code"], note), err=True)


def _rest(counts: dict[str, Any]) -> str:
    return f"{counts['bad']} bad, {counts['same']} there already"
