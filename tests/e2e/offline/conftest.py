"""A phone whose network can be taken away: a gate stands between it and the service.

`context.set_offline` would not reach the service worker.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import SignIn
from tests.support.gate import Gate
from tests.support.offline import stocked
from tests.support.people import Someone

#: a missing network is what these tests are about
MEANT = re.compile(r"Failed to load resource")


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """As everywhere, but for what is meant here."""
    said: list[str] = []
    yield said
    assert [line for line in said if not MEANT.search(line)] == []


@pytest.fixture
def open_page(gate: Gate, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """As everywhere, through the gate, with a service worker."""
    return partial(open_page, base_url=gate.address, service_workers="allow")


@pytest.fixture
def ready(phone: Page, sign_in: SignIn, member: Someone) -> Page:
    """The member's phone with everything stored that is stored ahead."""
    sign_in(phone, member)
    return stocked(phone)
