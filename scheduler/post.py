"""Letters as they leave: words in the reader's language, the address of the page, the mailer."""

from datetime import datetime
from email.message import EmailMessage

from flask import current_app
from flask_babel import force_locale

from cpd_app.clock import BEIJING
from cpd_app.config import Settings
from cpd_app.mail import letter_to, mailer_of
from cpd_app.usecases.letters import CodeLetter
from cpd_app.wording import day, sentence

#: language of a person -> catalogue
CATALOGUES = {"zh": "zh_Hans_CN", "en": "en"}
SUBJECTS = {"contact": "letter_contact", "reset": "letter_reset"}
PAGES = {"contact": "/me/contact-code", "reset": "/activate"}


def code_letter(letter: CodeLetter, settings: Settings, *, now: datetime) -> EmailMessage:
    """The letter that carries a one-time code."""
    until = letter.expires_at.astimezone(BEIJING)
    with force_locale(CATALOGUES[letter.locale]):
        subject = sentence(SUBJECTS[letter.purpose])
        # Without the pages' context: a letter has no visitor.
        text = current_app.jinja_env.get_template("mail/code.txt").render(
            letter=letter,
            address=f"{settings.base_url}{PAGES[letter.purpose]}?code={letter.code}",
            until=f"{day(until.date())} {until:%H:%M}",
        )
    return letter_to(letter.to, subject=subject, text=text, sender=settings.mail_from, now=now)


def post(letter: CodeLetter, *, now: datetime) -> None:
    """Write it and send it; raises when the mail server did not take it."""
    settings: Settings = current_app.config["CPD"]
    mailer = mailer_of(settings)
    try:
        mailer.send(code_letter(letter, settings, now=now))
    finally:
        mailer.close()
