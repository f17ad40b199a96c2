"""Whoever names a merged account means the one that was kept."""

from collections.abc import Callable
from typing import Any

from cpd_app.models import Person
from cpd_app.usecases.kept_accounts import kept_accounts
from tests.support import builders
from tests.support.store import Store

Do = Callable[..., Any]


def test_merges_are_followed_one_after_the_other(do: Do, store: Store):
    kept, middle, first, alone = (builders.a_person(store) for _ in range(4))
    store.change(middle, merged_into_id=kept.id)
    store.change(first, merged_into_id=middle.id)

    found = do(kept_accounts, {first.id, middle.id, kept.id, alone.id}, Person.locale)

    assert {asked: person.id for asked, person in found.items()} == {
        first.id: kept.id,
        middle.id: kept.id,
        kept.id: kept.id,
        alone.id: alone.id,
    }


def test_nobody_asked_for_is_nobody_found(do: Do):
    assert do(kept_accounts, set(), Person.locale) == {}
