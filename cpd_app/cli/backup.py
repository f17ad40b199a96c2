"""cpd backup, cpd restore: a whole copy while the service runs, and the way back."""

import sys
from pathlib import Path

import click

from cpd_app import clock
from cpd_app.backup.manifest import BackupError, Manifest, check_backup, read_manifest
from cpd_app.backup.restoring import Restored, restore_backup
from cpd_app.backup.standstill import RunningError, standstill
from cpd_app.backup.taking import take_backup, thin_out
from cpd_app.cli.database import application, bring_up
from cpd_app.config import load
from cpd_app.journal_heads import HeadFiles
from cpd_app.usecases.journal_seals import JournalCheck, verify_journal

#: of a list of faults
MOST_LINES = 10
#: exit code of a restore that the running service forbids
STILL_RUNNING = 3


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="FOLDER is a backup: read every byte of it.")
@click.option("--keep", type=click.IntRange(1), help="Remove the oldest beyond so many.")
def backup(folder: Path, *, check: bool, keep: int | None) -> None:
    """Take a backup of database, files and journal heads into a new folder of FOLDER.

    The service goes on meanwhile. Keys are not in a backup: keep CPD_SECRET_KEY and CPD_SEAL_KEY
    elsewhere. Exits 1 when something was missing or damaged; the backup is kept all the same.
    """
    try:
        if check:
            _check(folder)
            return
        made, manifest = take_backup(load(), folder, now=clock.now())
        removed = thin_out(folder, keep) if keep else 0
    except BackupError as error:
        sys.exit(f"cpd: {error}")
    click.echo(f"{made}: {_in_words(manifest)}")
    if removed:
        click.echo(f"{removed} older removed")
    click.echo("Keys are not in it; keep CPD_SECRET_KEY and CPD_SEAL_KEY elsewhere.")
    _list([f"missing: file {n} is named by a row and was not there" for n in manifest.missing])
    _list([f"damaged: file {n} does not have the bytes of its name" for n in manifest.damaged])
    sys.exit(1 if manifest.missing or manifest.damaged else 0)


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Move what is there aside; it is not removed.")
@click.option("--force", is_flag=True, help="Do not ask whether the service has stopped.")
def restore(source: Path, *, replace: bool, force: bool) -> None:
    """Put the backup SOURCE back into the database and var folder of the settings.

    Stop web and worker first: while one of them lives it exits 3 and changes nothing. Everything is
    checked before, and looked at afterwards; exits 1 when something is missing.
    """
    settings = load()
    try:
        with standstill(settings, force=force):
            restored = restore_backup(
                settings, source, replace=replace, migrate=bring_up, now=clock.now()
            )
    except RunningError as error:
        click.echo(f"cpd: {error}", err=True)
        sys.exit(STILL_RUNNING)
    except BackupError as error:
        sys.exit(f"cpd: {error}")
    journal = _journal()
    _say(restored, journal)
    sys.exit(1 if restored.faults or journal.faults else 0)


def _check(folder: Path) -> None:
    manifest = read_manifest(folder)
    faults = check_backup(folder, manifest)
    _list(faults)
    click.echo(f"{folder}: {_in_words(manifest)}; {'NOT whole' if faults else 'whole'}")
    sys.exit(1 if faults else 0)


def _journal() -> JournalCheck:
    with application() as settings:
        heads = HeadFiles(settings.var_dir).all()
        return verify_journal(settings.seal_key.encode(), heads)


def _say(restored: Restored, journal: JournalCheck) -> None:
    click.echo(f"restored: {_in_words(restored.manifest)}")
    click.echo(f"journal: {journal.sealed} entries sealed, {journal.unsealed} not yet")
    for moved in restored.moved:
        click.echo(f"moved aside: {moved}")
    _list([f"missing: {fault}" for fault in restored.faults])
    _list([f"journal: seal {f.sequence}: {f.what}: {f.says}" for f in journal.faults])
    if not restored.faults and not journal.faults:
        click.echo("everything is as it was, and the journal verifies")


def _list(lines: list[str]) -> None:
    """The first of them, and how many more; a wrong key is a fault at every seal."""
    for line in lines[:MOST_LINES]:
        click.echo(line, err=True)
    if len(lines) > MOST_LINES:
        click.echo(f"… and {len(lines) - MOST_LINES} more", err=True)


def _in_words(manifest: Manifest) -> str:
    return (
        f"{manifest.moment.astimezone(clock.BEIJING):%F %T}, release {manifest.release}, "
        f"{manifest.engine} at migration {manifest.migration}, {sum(manifest.rows.values())} rows, "
        f"{manifest.files} files ({manifest.files_bytes / 1e6:.1f} MB)"
    )
