"""Asking organisers in by a link, and the go/no-go page."""

from collections.abc import Callable
from typing import Any

import pytest

from cpd_app.models import Event, EventOrganiser
from tests.support import builders
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    """An open event of the organiser."""
    return builders.an_event(store, organiser.person, organiser.society)


def invited(browser: Browser, event: Event) -> str:
    """The path of a link made on the page."""
    page = browser.get(f"/events/{event.id}/organisers")
    made = browser.submit(page, ".split__side form", status=200, name="示范·承办", unit="会务公司")
    link = text_of(made.find("#invite-link"))
    return "/events/invitations/" + link.rpartition("/")[2]


def test_somebody_with_an_account_accepts_after_signing_in(
    as_: As, anybody: Browser, event: Event, organiser: Someone, stranger: Someone
):
    path = invited(as_(organiser), event)
    page = anybody.follow(anybody.get(path, status=303))
    assert "示范·承办" in page.text
    assert path.rpartition("/")[2] not in page.response.get_data(as_text=True)

    theirs = as_(stranger)
    accept = theirs.follow(theirs.get(path, status=303))
    theirs.submit(accept)

    assert theirs.get(f"/events/{event.id}/studio").has("h1")
    assert theirs.get("/events/plan").links() >= {f"/events/{event.id}/studio"}
    assert "能办" in as_(organiser).get(f"/events/{event.id}/organisers").text


def test_somebody_without_an_account_makes_one_there(
    as_: As, anybody: Browser, event: Event, organiser: Someone
):
    page = anybody.follow(anybody.get(invited(as_(organiser), event), status=303))
    typed: dict[str, Any] = {"email": "host@example.org", "password": "correct horse battery"}

    refused = anybody.submit(page, status=422, **typed)
    assert "隐私说明" in text_of(refused.find(".error-summary"))
    done = anybody.submit(refused, **typed, consent="yes")

    assert done.response.headers["Location"].endswith(f"/events/{event.id}/studio")
    assert anybody.follow(done).has("h1")
    anybody.get("/staff/events", status=403)


def test_a_taken_address_is_said_and_the_link_still_works(
    as_: As, anybody: Browser, event: Event, organiser: Someone, member: Someone, store: Store
):
    page = anybody.follow(anybody.get(invited(as_(organiser), event), status=303))
    typed: dict[str, Any] = {"password": "correct horse battery", "consent": "yes"}

    refused = anybody.submit(page, status=422, email=member.person.email, **typed)

    assert "已用在另一个账号上" in refused.text
    anybody.submit(refused, email="host@example.org", **typed)
    assert store.count(EventOrganiser, EventOrganiser.person_id.is_not(None)) == 1


def test_a_used_link_says_so(as_: As, event: Event, organiser: Someone, stranger: Someone):
    path = invited(as_(organiser), event)
    theirs = as_(stranger)
    theirs.submit(theirs.follow(theirs.get(path, status=303)))

    assert "这个邀请已用过" in as_(organiser).get(path, status=404).text
    as_(organiser).get("/events/invitation", status=404)


def test_an_organiser_is_sent_away(as_: As, event: Event, organiser: Someone, stranger: Someone):
    mine, theirs = as_(organiser), as_(stranger)
    theirs.submit(theirs.follow(theirs.get(invited(mine, event), status=303)))

    mine.submit(mine.get(f"/events/{event.id}/organisers"), "tbody form")

    theirs.get(f"/events/{event.id}/studio", status=404)


def test_a_name_is_needed(as_: As, event: Event, organiser: Someone):
    browser = as_(organiser)
    page = browser.get(f"/events/{event.id}/organisers")

    refused = browser.submit(page, ".split__side form", status=422, name=" ", unit="会务公司")

    assert refused.find("#field-unit")["value"] == "会务公司"


def test_a_rehearsal_is_walked_through(as_: As, event: Event, organiser: Someone, store: Store):
    browser = as_(organiser)
    page = browser.get(f"/events/{event.id}/rehearsal")
    assert page.heading == "还不能开场，差 2 项"

    started = browser.follow(browser.submit(page, "form[action$='/rehearsal']"))

    session = next(s for s in store.get(Event, event.id).sessions if s.rehearsal)
    assert f"/events/{event.id}/sessions/{session.id}/projector" in started.links()
    entry = builders.an_entry(store, event, organiser.person)
    for direction in ("in", "out"):
        builders.a_scan(store, entry, session, direction)
    tried = browser.get(f"/events/{event.id}/rehearsal")
    assert tried.heading.startswith("可以开场")
    ended = browser.follow(browser.submit(tried, "form[action$='/end']"))
    assert "彩排已结束" in ended.text
