"""Photos and papers that come with the log form: read, attached, and what became of each."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage, MultiDict

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.media.reading import read_arrived
from cpd_app.policy import Actor
from cpd_app.storage import local_files
from cpd_app.usecases.evidence import Outcome, add_files
from cpd_app.usecases.files import Secrecy, Upload
from cpd_app.wording import sentence

PREFIX = "proof-"
Files = MultiDict[str, FileStorage]


def secrecy_fault(files: Files, posted: Mapping[str, str]) -> str:
    """The sentence when files came without a word about their secrecy, else nothing."""
    if not _chosen(files) or posted.get("secrecy") in set(Secrecy):
        return ""
    return sentence("bad_secrecy") + _("照片要重新选一次。")


def attach(
    actor: Actor, activity_id: int, files: Files, posted: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Attach the files of the form to the record; messages, category first, for what went wrong.

    The record is kept already, so that a broken photo loses nothing that was typed.
    """
    chosen = _chosen(files)
    if not chosen:
        return []
    uploads = [_upload(code, file, posted["secrecy"]) for code, file in chosen]
    with transaction():
        outcomes = add_files(actor, activity_id, uploads, store=local_files(), now=clock.now())
    refused = [o for o in outcomes if o.refusal is not None]
    said = [
        ("error", _("%(name)s 没有上传：%(why)s", name=o.name, why=_why(o))) for o in refused
    ]
    if refused and len(refused) < len(outcomes):
        kept = len(outcomes) - len(refused)
        said.append(("info", ngettext("其余 %(num)s 个文件已上传。", "其余 %(num)s 个文件已上传。", kept)))
    return said


def _why(outcome: Outcome) -> str:
    return sentence(outcome.refusal.code, outcome.refusal.values) if outcome.refusal else ""


def _chosen(files: Files) -> list[tuple[str, FileStorage]]:
    """The files that were really picked, with the proof that their slot stands for."""
    return [
        (name.removeprefix(PREFIX), file)
        for name, file in files.items(multi=True)
        if name.startswith(PREFIX) and file.filename
    ]


def _upload(code: str, file: FileStorage, secrecy: str) -> Upload | Outcome:
    name = file.filename or ""
    try:
        reading = read_arrived(file.read())
    except Rejected as refusal:
        return Outcome(name, refusal=refusal)
    return Upload(reading, name, secrecy, (code,))
