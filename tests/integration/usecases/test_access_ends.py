"""Death and resignation end what lets the person in, and what goes on without signing in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import ApiToken, CalendarFeed, OneTimeCode, SignIn
from cpd_app.policy import RoleName
from cpd_app.usecases import acts
from cpd_app.usecases.acts import NewAct
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
LATER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def ways_in(store: Store, member: Someone) -> None:
    """A browser, a token, a code and a private calendar of the member."""
    whose = {"person_id": member.id}
    store.add(
        SignIn(**whose, token_hash="1" * 64, device="Android", created_at=NOW, last_seen_at=NOW,
               expires_at=LATER, confirmed_until=NOW),
        ApiToken(**whose, token_hash="2" * 64, name="脚本", scopes=[], created_at=NOW),
        OneTimeCode(**whose, code_hash="3" * 64, purpose="reset", issued_at=NOW, expires_at=LATER),
        CalendarFeed(**whose, token_hash="4" * 64, created_at=NOW),
    )  # fmt: skip


@pytest.fixture
def cancel(do: Do, member: Someone, registrar: Someone) -> Callable[[str], Any]:
    """The registrar cancels the member's certificate for a reason."""
    assert member.registration
    registration_id = member.registration.id
    return lambda reason: do(
        acts.act, registrar.actor, registration_id, NewAct("cancelled", reason, TODAY, "章程"),
        now=NOW, today=TODAY,
    )  # fmt: skip


def ended(store: Store) -> list[datetime | None]:
    return [
        store.one(select(column))
        for column in (
            SignIn.ended_at,
            ApiToken.revoked_at,
            OneTimeCode.revoked_at,
            CalendarFeed.revoked_at,
        )
    ]


@pytest.mark.parametrize("reason", ["death", "resignation"])
def test_every_way_in_ends(cancel: Callable[[str], Any], store: Store, reason: str):
    cancel(reason)

    assert ended(store) == [NOW] * 4


def test_who_resigned_and_still_works_for_a_society_stays_signed_in(
    cancel: Callable[[str], Any], store: Store, member: Someone
):
    assert member.society
    builders.a_role(store, member.person, RoleName.ORGANISER, member.society)
    cancel("resignation")

    assert ended(store) == [None] * 4


def test_another_cancellation_ends_nothing(cancel: Callable[[str], Any], store: Store):
    cancel("not_reregistered")

    assert ended(store) == [None] * 4
