"""The correction that a form or a query describes, and where to say what is wrong with it."""

import uuid
from typing import TYPE_CHECKING

from flask import request

from cpd_app.domain.errors import DomainError
from cpd_app.domain.presence import Verb
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.web.attendance_times import moment_of
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Event

#: fields of corrections as the forms call them
NAMES = {"in_at": "came", "out_at": "left", "session_id": "session"}


def typed_correction(event: "Event", *, file_id: int | None = None) -> NewCorrection:
    """What was typed; times are of the event's zone."""
    posted = request.values
    verb = posted.get("verb", Verb.PRESENCE)
    return NewCorrection(
        verb=Verb(verb) if verb in set(Verb) else Verb.PRESENCE,
        reason=posted.get("reason", "").strip(),
        session_id=posted.get("session", type=int),
        in_at=moment_of(event, posted.get("day"), posted.get("came"), "came"),
        out_at=moment_of(event, posted.get("day"), posted.get("left"), "left"),
        scan_id=posted.get("scan", type=int),
        key=uuid_of(posted.get("key")),
        file_id=file_id,
    )


def errors_of(refusal: DomainError) -> dict[str, str]:
    """The sentence of a refusal beside its field."""
    name = refusal.field or ""
    return {NAMES.get(name, name): sentence(refusal.code, refusal.values)}


def uuid_of(text: str | None) -> str | None:
    """A client's key; None for what is none."""
    try:
        return str(uuid.UUID(text or ""))
    except ValueError:
        return None
