"""What a person changes about themselves."""

from cpd_app.db import session
from cpd_app.models import Person
from cpd_app.policy import Actor, Permission, Target, require


def change_appearance(
    actor: Actor,
    *,
    locale: str | None = None,
    theme: str | None = None,
    text_size: str | None = None,
) -> None:
    """Keep how a person wants the pages: language, light or dark, size of text."""
    person = session.get_one(Person, actor.person_id)
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    person.locale = locale or person.locale
    person.theme = theme or person.theme
    person.text_size = text_size or person.text_size
