"""Whoever asks by id for something of another society is told that there is no such thing.

The routes are listed by the application itself: a new route with an id is tested at once, and a new
kind of id fails here until `Things` knows one that the stranger must not see.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from cpd_app import access
from cpd_app.models import ApiToken, Evidence, File, Import, RuleVersion, SignIn
from tests.support import builders
from tests.support.builders import LONG_AGO
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]

#: a code, a release or a file's name: not something that belongs to a society
OPEN = {"static", "older_static"}
#: names that are the same for everyone, not ids of something
NAMES = {"kind": "training"}
#: what a body must hold for the route to look at the id at all
BODIES: dict[str, dict[str, Any]] = {
    "activities.same": {"other": "1", "word": "两次不同的讲座"},
}


@pytest.fixture
def things(store: Store, member: Someone, registrar: Someone) -> dict[str, Any]:
    """One of everything that has an id, of a member of the home society; by parameter name."""
    activity = builders.an_activity(store, member.person)
    file = File(
        person_id=member.id,
        original_hash="0" * 64,
        name="证明.jpg",
        media_type="image/jpeg",
        size=1,
        state="ready",
        secrecy="none",
        secrecy_text_version=1,
        secrecy_at=LONG_AGO,
        created_at=LONG_AGO,
    )
    token = ApiToken(
        person_id=member.id, name="脚本", token_hash="1" * 64, scopes=[], created_at=LONG_AGO
    )
    sign_in = SignIn(
        token_hash="2" * 64,
        person_id=member.id,
        device="Android",
        created_at=LONG_AGO,
        last_seen_at=LONG_AGO,
        expires_at=LONG_AGO + timedelta(days=9999),
        confirmed_until=LONG_AGO,
    )
    version = RuleVersion(
        society_id=registrar.society and registrar.society.id,
        number=1,
        title="草案",
        state="draft",
        body={},
        created_at=LONG_AGO,
    )
    brought = Import(
        kind="members",
        society_id=registrar.society and registrar.society.id,
        by_id=registrar.id,
        file_name="会员.csv",
        file_hash="3" * 64,
        state="previewed",
        counts={},
        notes=[],
        created_at=LONG_AGO,
    )
    store.add(file, token, sign_in, version, brought)
    evidence = Evidence(activity_id=activity.id, file_id=file.id, proofs=[], created_at=LONG_AGO)
    store.add(evidence)
    assert member.registration
    return {
        "activity_id": activity.id,
        "evidence_id": evidence.id,
        "file_id": file.id,
        "import_id": brought.id,
        "number": member.registration.number,
        "person_id": member.id,
        "registration_id": member.registration.id,
        "sign_in_id": sign_in.id,
        "token_id": token.id,
        "version_id": version.id,
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


def test_a_stranger_is_told_that_it_is_not_there(
    app: Flask, as_: As, stranger: Someone, things: dict[str, Any]
):
    browser = as_(stranger)
    seen = []
    for rule in routes_with_ids(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(rule.endpoint, _values(rule, things))
            answer = _ask(browser, method, path, BODIES.get(rule.endpoint, {}))
            if answer != 404:
                seen.append(f"{method} {rule.rule}: {answer}")

    assert not seen


def test_those_it_belongs_to_find_it(
    app: Flask, as_: As, member: Someone, registrar: Someone, things: dict[str, Any]
):
    """Or the test above would be green because nothing is ever found."""
    browsers = [as_(member), as_(registrar)]
    lost = []
    for rule in routes_with_ids(app):
        if "GET" not in (rule.methods or ()):
            continue
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, _values(rule, things))
        answers = [_ask(browser, "GET", path, {}) for browser in browsers]
        if not {200, 303} & set(answers):
            lost.append(f"{rule.rule}: {answers}")

    assert not lost


def _values(rule: Rule, things: dict[str, Any]) -> dict[str, Any]:
    unknown = rule.arguments - set(things) - set(NAMES)
    assert not unknown, f"{rule.rule}: no example of {', '.join(sorted(unknown))} in `things`"
    return {name: {**NAMES, **things}[name] for name in rule.arguments}


def _ask(browser: Browser, method: str, path: str, body: dict[str, Any]) -> int:
    headers = {"X-CSRFToken": browser.csrf()}
    if path.startswith("/api/"):
        sent: dict[str, Any] = {"json": body} if method in {"POST", "PATCH", "PUT"} else {}
    else:
        sent = {"data": body} if method == "POST" else {}
    return browser.client.open(path, method=method, headers=headers, **sent).status_code
