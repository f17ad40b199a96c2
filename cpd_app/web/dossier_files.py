"""A dossier as a download: PDF, Word, or everything in one ZIP."""

import io
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, current_app, send_file

from cpd_app.documents.dossier import Dossier, dossier_pdf
from cpd_app.documents.dossier_archive import dossier_zip, safe_name
from cpd_app.documents.dossier_word import dossier_docx
from cpd_app.storage import local_files
from cpd_app.usecases.dossiers import Taken

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}


def sent_dossier(taken: Taken, form: str) -> Response:
    """The dossier in one of its forms, under a name that says whose it is."""
    dossier = taken.dossier
    name = f"{_stem(dossier)}.{form}"
    if form == "zip":
        answer = Response(_zipped(taken), mimetype=MEDIA[form])
        # As send_file writes it: a header holds no Chinese (RFC 5987).
        encoded = {"filename*": f"UTF-8''{quote(name, safe='')}"}
        answer.headers.set("Content-Disposition", "attachment", **encoded)
        return answer
    made = _pdf(dossier) if form == "pdf" else dossier_docx(dossier)
    answer = send_file(
        io.BytesIO(made), mimetype=MEDIA[form], as_attachment=True, download_name=name
    )
    del answer.headers["Cache-Control"]  # the app's own stands: nothing of it is kept
    return answer


def _stem(dossier: Dossier) -> str:
    label = dossier.label
    parts = (label["form_title"], dossier.name, dossier.number or label["draft"])
    return "-".join(safe_name(part) for part in parts if part)


def _pdf(dossier: Dossier) -> bytes:
    return dossier_pdf(dossier, current_app.config["CPD"].fonts_dir).pdf


def _zipped(taken: Taken) -> Iterator[bytes]:
    """Both papers are set before the first byte is sent: a fault is answered, not cut off."""
    dossier, store = taken.dossier, local_files()
    kept = {file.file_id: file for file in taken.files}

    def opened(file_id: int) -> BinaryIO | None:
        file = kept[file_id]
        try:
            return store.open(file.folder, file.digest)
        except FileNotFoundError:
            return None

    stem = _stem(dossier)
    papers = {f"{stem}.pdf": _pdf(dossier), f"{stem}.docx": dossier_docx(dossier)}
    return dossier_zip(dossier, papers, opened)
