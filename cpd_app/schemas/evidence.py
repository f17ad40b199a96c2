"""Files of a multipart body to uploads; an attachment to JSON."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate
from werkzeug.datastructures import FileStorage

from cpd_app.domain.errors import Rejected
from cpd_app.media.reading import read_arrived
from cpd_app.media.types import MOST_BYTES
from cpd_app.schemas.fields import KeyField
from cpd_app.usecases.evidence import Attachment, Outcome
from cpd_app.usecases.files import Upload

#: a UUID is made of the key of a form and the number of the file in it
_KEYS = uuid.UUID("6f2b8e0c-3a53-4f0d-9b62-0a4f1c7d5e11")


class EvidenceFormSchema(Schema):
    """What stands beside the file in a multipart body."""

    class Meta:
        """The file, which is read from the body by itself."""

        unknown = EXCLUDE

    secrecy = fields.String(load_default="")
    proofs = fields.List(fields.String(validate=validate.Length(max=60)), load_default=list)
    key = KeyField(load_default=None)


def upload_of(
    file: FileStorage, secrecy: str, proofs: Iterable[str] = (), key: str | None = None
) -> Upload | Outcome:
    """One file of a form, read; or why it cannot be taken. Not inside a transaction."""
    name = file.filename or ""
    try:
        # One byte more than is allowed is enough to know; the rest is never read.
        reading = read_arrived(file.stream.read(MOST_BYTES + 1))
    except Rejected as refusal:
        return Outcome(name, refusal=refusal)
    return Upload(reading, name, secrecy, tuple(proofs), key)


def uploads_of(
    files: Iterable[FileStorage], secrecy: str, proofs: Iterable[str] = (), key: str = ""
) -> list[Upload | Outcome]:
    """The files that were really picked, in their order; a form sent twice gives the same keys."""
    picked = [f for f in files if f.filename]
    chosen = tuple(p for p in proofs if p)
    return [
        upload_of(file, secrecy, chosen, key_of(key, number)) for number, file in enumerate(picked)
    ]


def key_of(key: str, number: int) -> str | None:
    """The key of one file of a form; None when the form brought none that can be used."""
    try:
        whole = uuid.UUID(key)
    except ValueError:
        return None
    return str(whole) if number == 0 else str(uuid.uuid5(_KEYS, f"{whole}:{number}"))


def evidence_json(attached: Attachment) -> dict[str, Any]:
    """An attachment as `schemas.activities.EvidenceJson` has it."""
    return {
        "id": attached.id,
        "name": attached.name,
        "media_type": attached.media_type,
        "size": attached.size,
        "state": attached.state,
        "proofs": list(attached.proofs),
    }


def multipart_body() -> Mapping[str, Any]:
    """The request body in the API's description: marshmallow has no word for a file in a form."""
    return {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "secrecy"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "JPEG, PNG, HEIC or PDF, at most 20 MB",
                        },
                        "secrecy": {
                            "type": "string",
                            "enum": ["none", "declassified"],
                            "description": "无涉密内容 / 已脱密: stated by whoever uploads",
                        },
                        "proofs": {
                            "type": "array",
                            "items": {"type": "string"},
                            "description": "codes of the kind's listed evidence that it covers",
                        },
                        "key": {
                            "type": "string",
                            "format": "uuid",
                            "description": "made by the client; a repeat changes nothing",
                        },
                    },
                },
                "encoding": {"proofs": {"style": "form", "explode": True}},
            }
        },
    }
