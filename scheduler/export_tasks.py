"""A member's own export: what they recorded and were told, then every proof, as one ZIP."""

from flask_babel import force_locale

from cpd_app import clock, message_words
from cpd_app.sheets.records import as_csv, as_json, table_of
from cpd_app.storage import local_files
from cpd_app.usecases import exports
from scheduler.growing import GrowingArchive
from scheduler.making import being_made, hand_in
from scheduler.post import CATALOGUES
from scheduler.work import Work, far

MEDIA_TYPE = "application/zip"


def make_own_export(work: Work) -> None:
    """First the records as they are now, then one proof after the other.

    An interrupted one goes on with the next proof that its records name. A proof whose bytes are
    gone is left out; records.json still names it.
    """
    with being_made(work) as growing, GrowingArchive(growing) as archive:
        files = archive.notes[0] if archive.notes else _add_records(work, archive)
        for place in range(max(0, len(archive.notes) - 1), len(files)):
            work.keep(far(place + 1, 1 + len(files)))
            _add_proof(archive, *files[place])
        archive.close()
        hand_in(work, growing.path, "cpd-{day}.zip", MEDIA_TYPE, total=1 + len(files))


def _add_records(work: Work, archive: GrowingArchive) -> list[list[str]]:
    """The texts; gives path, folder and digest of each proof that they name."""
    exported, now = exports.export_own(work.actor), clock.now()
    with force_locale(CATALOGUES[work.payload["language"]]):
        data = as_json(exports.as_json(exported, now=now, say=message_words.said))
        table = as_csv(table_of(exported))
    archive.add("records.json", data, now.timetuple()[:6], packed=False)
    archive.add("records.csv", table, now.timetuple()[:6], packed=False)
    files = [[file.path, file.folder, file.digest] for file in exported.files]
    archive.whole(files)
    return files


def _add_proof(archive: GrowingArchive, path: str, folder: str, digest: str) -> None:
    try:
        source = local_files().open(folder, digest)
    except FileNotFoundError:
        pass
    else:
        with source:
            archive.add(path, source, clock.now().timetuple()[:6])
    archive.whole(None)
