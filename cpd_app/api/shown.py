"""Which registration an API call is about: `?registration=` or the active one that ends first."""

from datetime import date

from marshmallow import Schema

from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.policy import Actor
from cpd_app.schemas.fields import TextField
from cpd_app.usecases.registrations_shown import Shown, shown_registration, with_number


class RegistrationQuerySchema(Schema):
    """Hours are those of this registration of the caller."""

    registration = TextField(
        load_default=None, metadata={"description": "number; default: the active one ending first"}
    )


def registration_asked(actor: Actor, number: str | None, today: date) -> Shown:
    """The caller's registration with this number, or the default one."""
    shown, registrations = shown_registration(actor.person_id or 0, chosen_id=None, day=today)
    if number is not None:
        return with_number(registrations, number, today)
    if shown is None:
        raise Rejected("no_registration") if actor.person_id else NotFound()
    return shown
