"""Every page that somebody can reach: a phone in English and dark, a desk in Chinese and light.

The other pairs show the same structure and the same colours; the narrowest phone is tried in both.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from cpd_app import clock
from cpd_app.access import reach_of
from cpd_app.db import transaction
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Reach
from cpd_app.usecases import rules
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.bridges import NewBridge, set_bridge
from cpd_app.usecases.complaints import NewComplaint, submit_complaint
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.chromium import DESK, PHONE
from tests.support.look import Theme, faults
from tests.support.messages import a_message
from tests.support.people import Someone
from tests.support.store import Store

#: who reads -> what they may reach
READERS = {
    "nobody": {"public"},
    "member": {"public", "signed_in"},
    "registrar": {"staff_area"},
    "federation": {"staff_area"},
    "organiser": {"signed_in"},
}
#: there is nothing to show before a recalculation was ordered (tests/e2e/test_rules_journey.py)
AFTER_AN_ACT = {
    "rules.recalculation.trial",
    "rules.recalculation.confirm",
    "rules.recalculation.run",
    "events.organisers.invitation",
}
#: planning is for organisers
ORGANISERS = {"events.choose"}
#: a part of a page, read by its script alone (tests/integration/web/test_work.py)
PARTS = {"work.standings"}
#: reports of all societies are the federation's, who comes to them by links
FEDERATIONS = {"federation.index"}
#: a society's own pages are not for the federation, nor a member's for an organiser: they begin
#: here and follow links
BEGINNINGS = {"federation": {"staff.overview"}, "organiser": {"events.index"}}
#: an organiser's own pages; the others are read by the member
ONLY = {"organiser": "/events"}
LOOKS: dict[str, tuple[ViewportSize, Theme, str]] = {
    "phone in the dark": (PHONE, "dark", "en-GB"),
    "desk": (DESK, "light", "zh-CN"),
}
HREFS = """links => links.map((link) => new URL(link.getAttribute("href"), location))
    .filter((url) => url.origin === location.origin).map((url) => url.pathname + url.search)"""


@pytest.fixture
def lived_in(
    app: Flask, store: Store, member: Someone, registrar: Someone, organiser: Someone
) -> None:
    """Records in every state, a draft of rules and an event, so that pages have something."""
    assert registrar.society
    event = builders.an_event(store, organiser.person, organiser.society, sessions=2)
    builders.a_part(store, event.sessions[0], credited=False, title="茶歇")
    builders.a_scan(store, builders.an_entry(store, event, member.person), event.sessions[0])
    today, now = clock.today(), clock.now()
    news = [
        NewActivity("training", "继电保护培训", None, today, fields={"minutes": 90}),
        NewActivity("other", "参与标准宣讲", None, today, fields={"hours_asked": 4}),
    ]
    with app.app_context(), transaction():
        for new in news:
            log_activity(member.actor, new, now=now, today=today)
        rules.draft_version(
            registrar.actor,
            registrar.society.id,
            title="草案",
            in_force_on=today + timedelta(days=90),
            now=now,
        )
        letter = NewComplaint(
            f"key {registrar.id}", "opinion", registrar.society.code, "希望多办一些周末的线上活动。"
        )
        submit_complaint(letter, address=str(registrar.id), now=now)
        bridge = NewBridge("短信", "https://hooks.example.org/send")
        set_bridge(registrar.actor, registrar.society.id, bridge, allowed=frozenset(), now=now)
    for kind in (MessageKind.RETURNED, MessageKind.EXPIRY, MessageKind.TRIAL):
        a_message(
            store, member.person, kind, at=now, read_at=None if kind.value == "expiry" else now
        )
    store.add(Reach(person_id=member.id, channel="email", state="bounced", since=now))
    for state in ("draft", "proposed", "withdrawn"):
        builders.an_activity(store, member.person, state=state, title=f"培训 {state}")


@pytest.mark.usefixtures("lived_in")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("reader", READERS)
def test_nothing_stands_in_the_way(
    *,
    request: pytest.FixtureRequest,
    app: Flask,
    open_page: Callable[..., Page],
    sign_in: SignIn,
    complaints: list[str],
    reader: str,
    look: str,
) -> None:
    size, theme, locale = LOOKS[look]
    page = open_page(size, locale=locale)
    if reader != "nobody":
        sign_in(page, request.getfixturevalue(reader))
    found: list[str] = []
    everywhere = set(app.view_functions) - AFTER_AN_ACT - PARTS - ORGANISERS - FEDERATIONS
    beginnings = BEGINNINGS.get(reader, everywhere)
    for address in reachable(app, page, READERS[reader], beginnings, ONLY.get(reader, "/")):
        answer = page.request.get(address)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        if answer.status != 200:
            found.append(f"{address}: {answer.status}")
            continue
        page.goto(address)
        found += faults(page, theme)
        found += [f"{address}: {line}" for line in complaints]
        complaints.clear()

    assert "\n".join(found) == ""


def reachable(
    app: Flask, page: Page, reach: set[str], beginnings: set[str], only: str
) -> Iterator[str]:
    """Addresses without parameters, then one of each kind that the opened pages link to."""
    rules_of = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and reach_of(app, rule.endpoint) in reach
        and rule.rule.startswith(only)
    ]
    waiting = {
        rule.endpoint: rule.rule
        for rule in rules_of
        if not rule.arguments and rule.endpoint in beginnings
    }
    allowed = {rule.endpoint for rule in rules_of}
    known = set(waiting)
    while waiting:
        yield waiting.pop(next(iter(waiting)))
        for link in page.eval_on_selector_all("a[href]", HREFS):
            endpoint = endpoint_of(app, link.partition("?")[0])
            if endpoint in allowed and endpoint not in known:
                known.add(endpoint)
                waiting[endpoint] = link


def endpoint_of(app: Flask, path: str) -> str:
    """Which view answers there; empty when none does."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(path)
    except (HTTPException, RequestRedirect):
        return ""
    return str(endpoint)
