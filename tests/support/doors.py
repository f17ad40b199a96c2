"""An event with a door: its steward as an actor, a paired browser, somebody's pass."""

from datetime import datetime

from sqlalchemy import update

from cpd_app.access import steward_cookie
from cpd_app.domain.pass_codes import pass_of
from cpd_app.models import Event, RosterEntry, Steward
from cpd_app.policy import Actor
from cpd_app.usecases.signin import hash_of
from tests.support.builders import LONG_AGO
from tests.support.page import Browser
from tests.support.store import Store

SECRET = "a-paired-phone-"


def a_steward(
    store: Store, event: Event, *, name: str = "东门", paired_at: datetime = LONG_AGO
) -> Steward:
    """A phone that is paired with an event."""
    row = Steward(
        event_id=event.id,
        name=name,
        code_expires_at=LONG_AGO,
        created_at=LONG_AGO,
        created_by_id=event.created_by_id,
        paired_at=paired_at,
        seen_at=paired_at,
    )
    store.add(row)
    token_hash = hash_of(f"{SECRET}{row.id}")
    store.run(update(Steward).where(Steward.id == row.id).values(token_hash=token_hash))
    return row


def at_door(steward: Steward) -> Actor:
    """The phone as use cases see it."""
    return Actor(None, "door", steward_id=steward.id, steward_event_id=steward.event_id)


def with_phone(browser: Browser, steward: Steward) -> Browser:
    """The browser of the paired phone."""
    name = steward_cookie(steward.event_id)
    browser.client.set_cookie(name, f"{SECRET}{steward.id}")
    return browser


def pass_for(event: Event, entry: RosterEntry) -> str:
    """What the badge of an entry says."""
    return pass_of(entry.id, event.pass_key)
