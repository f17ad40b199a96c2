"""The secret address of a private calendar: its owner makes it, and nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from cpd_app.domain.errors import NotAllowed, NotFound, TooMany
from cpd_app.models import CalendarFeed
from cpd_app.policy import Actor
from cpd_app.usecases import calendar_feeds
from tests.support.people import Someone
from tests.support.store import Store

NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)

Do = Callable[..., Any]


def test_an_address_opens_the_calendar_of_whom_it_was_made_for(
    app: Flask, do: Do, member: Someone, other_member: Someone
) -> None:
    mine = do(calendar_feeds.make_feed, member.actor, now=NOW)
    theirs = do(calendar_feeds.make_feed, other_member.actor, now=NOW)

    with app.app_context():
        for token, someone in ((mine, member), (theirs, other_member)):
            found = calendar_feeds.open_feed(token, now=NOW)
            assert found is not None
            assert (found.person_id, found.locale, found.use_is_old) == (someone.id, "zh", True)
        assert calendar_feeds.open_feed(mine + "x", now=NOW) is None


def test_one_address_at_a_time(do: Do, store: Store, member: Someone) -> None:
    for _ in range(3):
        do(calendar_feeds.make_feed, member.actor, now=NOW)

    assert store.count(CalendarFeed) == 3
    assert store.count(CalendarFeed, CalendarFeed.revoked_at.is_(None)) == 1
    do(calendar_feeds.revoke_feed, member.actor, now=NOW)
    assert do(calendar_feeds.own_feed, member.actor) is None


def test_others_keep_theirs(do: Do, member: Someone, other_member: Someone) -> None:
    do(calendar_feeds.make_feed, other_member.actor, now=NOW)
    do(calendar_feeds.revoke_feed, member.actor, now=NOW)

    assert do(calendar_feeds.own_feed, other_member.actor) is not None
    assert do(calendar_feeds.own_feed, member.actor) is None


def test_a_token_for_machines_makes_no_address(do: Do, member: Someone) -> None:
    limited = Actor(member.id, "api", scopes=frozenset({"activities:read"}))

    with pytest.raises(NotAllowed):
        do(calendar_feeds.make_feed, limited, now=NOW)
    with pytest.raises(NotFound):
        do(calendar_feeds.make_feed, Actor(None, "door"), now=NOW)


def test_guessing_is_slowed_down_by_who_guesses(do: Do) -> None:
    for _ in range(30):
        do(calendar_feeds.count_unknown, address="203.0.113.9", now=NOW)
    with pytest.raises(TooMany):
        do(calendar_feeds.count_unknown, address="203.0.113.9", now=NOW)
    do(calendar_feeds.count_unknown, address="203.0.113.10", now=NOW)
