"""Photos and papers that come with the log form: each slot's file proves what the slot says."""

from collections.abc import Mapping

from flask import flash
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage, MultiDict

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.policy import Actor
from cpd_app.schemas.evidence import key_of, upload_of
from cpd_app.storage import local_files
from cpd_app.usecases.evidence import add_files
from cpd_app.usecases.files import Secrecy
from cpd_app.web.uploads import why
from cpd_app.wording import sentence

PREFIX = "proof-"
Files = MultiDict[str, FileStorage]


def secrecy_fault(files: Files, posted: Mapping[str, str]) -> str:
    """The sentence when files came without a word about their secrecy, else nothing."""
    if not _chosen(files) or posted.get("secrecy") in set(Secrecy):
        return ""
    return sentence("bad_secrecy") + _("照片要重新选一次。")


def attach(actor: Actor, activity_id: int, files: Files, posted: Mapping[str, str]) -> None:
    """Attach the files of the form to the record, and say what went wrong on the next page.

    The record is kept already, so that a broken photo loses nothing that was typed.
    """
    uploads = [
        upload_of(file, posted["secrecy"], (code,), key_of(posted.get("key", ""), number))
        for number, (code, file) in enumerate(_chosen(files))
    ]
    if not uploads:
        return
    with transaction():
        outcomes = add_files(actor, activity_id, uploads, store=local_files(), now=clock.now())
    refused = [(o.name, o.refusal) for o in outcomes if o.refusal is not None]
    for name, refusal in refused:
        flash(_("%(name)s 没有上传：%(why)s", name=name, why=why(refusal)), "error")
    if refused and (kept := len(outcomes) - len(refused)):
        words = ngettext("其余 %(num)s 个文件已上传。", "其余 %(num)s 个文件已上传。", kept)
        flash(words, "info")


def _chosen(files: Files) -> list[tuple[str, FileStorage]]:
    """The files that were really picked, with the proof that their slot stands for."""
    return [
        (name.removeprefix(PREFIX), file)
        for name, file in files.items(multi=True)
        if name.startswith(PREFIX) and file.filename
    ]
