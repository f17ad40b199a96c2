"""Whose desk is open: the society that a person of several societies' staff works for now."""

from dataclasses import dataclass

from flask import g, session

from cpd_app.access import current_actor, somebody_is_signed_in
from cpd_app.domain.errors import NotFound
from cpd_app.policy import Permission, Target, may
from cpd_app.usecases.overview import societies_of_staff
from cpd_app.web.locale import short_locale

#: kept in the signed cookie
SOCIETY_KEY = "desk_society"


@dataclass(frozen=True)
class Desk:
    """A society as its staff's pages name it."""

    society_id: int
    code: str
    name: str


def desks() -> list[Desk]:
    """Every society whose staff the visitor is; read once a request."""
    if "desks" not in g:
        g.desks = []
        if somebody_is_signed_in() and current_actor().staff_of:
            english = short_locale() == "en"
            g.desks = [
                Desk(s.id, s.code, s.name_en if english else s.name)
                for s in societies_of_staff(current_actor())
            ]
    found: list[Desk] = g.desks
    return found


def open_desk() -> Desk | None:
    """The chosen one, else the first; None for the federation, which has no society."""
    kept = session.get(SOCIETY_KEY)
    return next((d for d in desks() if d.society_id == kept), next(iter(desks()), None))


def society_id() -> int:
    """The society at whose desk the visitor sits; NotFound when there is none."""
    desk = open_desk()
    if desk is None:
        raise NotFound
    return desk.society_id


def sit_down(code: str) -> bool:
    """Work for another of one's societies from now on; False when it is not one's own."""
    chosen = next((d for d in desks() if d.code == code), None)
    if chosen is not None:
        session[SOCIETY_KEY] = chosen.society_id
    return chosen is not None


def is_registrar() -> bool:
    """Whether the visitor keeps the register of the society at whose desk they sit."""
    target = Target(societies=frozenset({society_id()}))
    return may(current_actor(), Permission.CHANGE_MEMBER, target)
