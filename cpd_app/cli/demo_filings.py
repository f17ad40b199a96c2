"""Demo data of the renewal: a member who can file today, and one whose filing waits."""

from collections.abc import Mapping
from datetime import date

from cpd_app import clock, storage
from cpd_app.db import transaction
from cpd_app.demo import pictures, renewals
from cpd_app.policy import Actor
from cpd_app.texts.filing import DECLARATION_VERSION
from cpd_app.usecases import activities, demo, filings, summaries
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.files import Upload
from cpd_app.usecases.registrations_shown import registrations_of


def make_filings(actors: Mapping[str, Actor], today: date) -> None:
    """Records, papers and summary of both; the second one files."""
    for number, (login, actor) in enumerate(actors.items()):
        _records(actor, renewals.FIRST_PAPER + number, today)
        registration = registrations_of(actor.person_id or 0)[0]
        with transaction():
            summaries.save_summary(
                actor, registration.id, renewals.SUMMARY, version=0, now=clock.now(), today=today
            )
        if login == renewals.FILED:
            with transaction():
                filings.file_renewal(
                    actor,
                    filings.NewFiling(registration.id, DECLARATION_VERSION),
                    now=clock.now(),
                    today=today,
                )


def _records(actor: Actor, picture: int, today: date) -> None:
    for told in renewals.told(today):
        new = NewActivity(
            told.kind,
            told.title,
            told.started_on,
            told.ended_on,
            told.fields,
            organiser=told.organiser or None,
            achievement_key=told.key and f"{told.key}/{picture}",
            competences=told.competences,
        )
        with transaction():
            activities.log_activity(actor, new, now=clock.now(), today=today)
    store = storage.local_files()
    for upload, share in (
        (Upload(pictures.papers(picture), "示范-课程表和签到表.pdf", "none"), 0.4),
        (Upload(pictures.paper(picture), "佐证汇编.jpg", "none"), 1.0),
    ):
        with transaction():
            demo.attach_papers(actor, upload, share, store=store, now=clock.now())
