"""What commands about people share: the app, a login's person, refusals as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask_babel import force_locale

from cpd_app.app import create_app
from cpd_app.db import db, session
from cpd_app.domain.errors import DomainError, NotFound
from cpd_app.usecases import signin
from cpd_app.wording import sentence


@contextmanager
def sentences() -> Iterator[None]:
    """Run in the application; a refusal is one sentence and exit code 1, not a traceback."""
    # As the help: commands speak English.
    with create_app().app_context(), force_locale("en"):
        try:
            yield
        except DomainError as error:
            raise click.ClickException(sentence(error.code, error.values)) from None
        finally:
            session.remove()
            db.engine.dispose()


def person_id_of(login: str) -> int:
    """Whom a login means; raises NotFound `person_unknown`."""
    person = signin.person_named(login)
    if person is None:
        raise NotFound("person_unknown", login=login)
    return person.id
