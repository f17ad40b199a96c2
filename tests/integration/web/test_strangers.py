"""Whoever asks by id for something of another society is told that there is no such thing.

The routes are listed by the application itself: a new route with an id is tested at once, and a new
kind of id fails here until `tests/support/things.py` makes one that the stranger must not see.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from cpd_app import access
from tests.support.page import Browser
from tests.support.people import Someone

As = Callable[[Someone], Browser]

#: a release and a file's name: not something that belongs to a society
OPEN = {"static", "older_static"}
#: names that are the same for everyone, not ids of something
NAMES = {
    "kind": "training",
    "part": "name",
    "form": "csv",
    "verb": "suspend",
    "subject": "relief",
}
#: found only after an act: by the browser that opened the link, after a trial was ordered
AFTER_AN_ACT = {"capture.code", "rules.publishing.trial"}
#: 286 tells htmx to stop asking
FOUND = {200, 286, 303}
#: what a body must hold for the route to look at the id at all
BODIES: dict[str, dict[str, Any]] = {
    "activities.same": {"other": "1", "word": "两次不同的讲座"},
    "roster.decide": {"entry": "1", "decision": "accept"},
    "api_attendance.correct": {"entry_id": 1, "verb": "absence", "reason": "没有来"},
    "api_door.scan": {
        "number": "T1",
        "session_id": 1,
        "direction": "in",
        "key": "0b0e62a4-47ab-4b6a-9c0a-5ab3e2a6d1f0",
    },
}


def routes_with_ids(app: Flask) -> list[Rule]:
    """Every route with an id in its address that is not open to the public."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.arguments - set(NAMES)
        and rule.endpoint not in OPEN
        and access.reach_of(app, rule.endpoint) != "public"
    ]


def path_of(app: Flask, rule: Rule, things: dict[str, Any]) -> str:
    """The address of the route for one of our things."""
    blueprint = rule.endpoint.rpartition(".")[0]
    known = {**NAMES, **things}
    values = {name: known.get(f"{blueprint}.{name}", known.get(name)) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def ask(browser: Browser, method: str, path: str, body: dict[str, Any]) -> int:
    """The status of the answer."""
    headers = {"X-CSRFToken": browser.csrf()}
    sent: dict[str, Any] = {}
    if method in {"POST", "PATCH", "PUT"}:
        sent = {"json": body} if path.startswith("/api/") else {"data": body}
    answer = browser.client.open(path, method=method, headers=headers, buffered=True, **sent)
    return answer.status_code


def test_there_is_an_example_of_every_id(app: Flask, things: dict[str, Any]):
    named = {name for rule in routes_with_ids(app) for name in rule.arguments}

    assert named - set(NAMES) - set(things) == set()


def test_a_stranger_is_told_that_it_is_not_there(
    app: Flask, as_: As, stranger: Someone, things: dict[str, Any]
):
    browser = as_(stranger)
    seen = []
    for rule in routes_with_ids(app):
        path = path_of(app, rule, things)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            status = ask(browser, method, path, BODIES.get(rule.endpoint, {}))
            if status != 404:
                seen.append(f"{method} {path} ({rule.endpoint}): {status}")

    assert not seen


def test_those_it_belongs_to_find_it(
    app: Flask, as_: As, member: Someone, registrar: Someone, things: dict[str, Any]
):
    """Or the test above would be green because nothing is ever found."""
    browsers = [as_(member), as_(registrar)]
    lost = []
    for rule in routes_with_ids(app):
        if "GET" not in (rule.methods or ()) or rule.endpoint in AFTER_AN_ACT:
            continue
        path = path_of(app, rule, things)
        statuses = [ask(browser, "GET", path, {}) for browser in browsers]
        if not FOUND & set(statuses):
            lost.append(f"{path} ({rule.endpoint}): {statuses}")

    assert not lost
