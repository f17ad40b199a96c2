"""A parcel as a letter: the words of its messages in the reader's language."""

from datetime import datetime
from email.message import EmailMessage

from flask_babel import force_locale

from cpd_app.config import Settings
from cpd_app.mail import letter_to
from cpd_app.message_words import path, text, title
from cpd_app.usecases.parcels import Parcel
from scheduler.post import CATALOGUES


def message_letter(parcel: Parcel, settings: Settings, *, now: datetime) -> EmailMessage:
    """The letter of a parcel; its Message-ID is the envelope's, so a repeat can be told."""
    with force_locale(CATALOGUES[parcel.locale]):
        subject = title(parcel.messages[0].kind, parcel.messages[0].data)
        parts = [
            "\n".join(
                (
                    title(told.kind, told.data),
                    text(told.kind, told.data),
                    settings.base_url + path(told.kind, told.data),
                )
            )
            for told in parcel.messages
        ]
    letter = letter_to(
        parcel.email or "",
        subject=subject,
        text="\n\n".join(parts) + "\n",
        sender=settings.mail_from,
        now=now,
    )
    domain = settings.mail_from.rpartition("@")[2].strip("> ") or "localhost"
    letter.replace_header("Message-ID", f"<{parcel.envelope}@{domain}>")
    return letter
