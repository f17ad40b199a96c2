"""Every route says who may reach it, reads well, and takes typed values."""

import dataclasses
import re

import pytest
from flask import Flask

from cpd_app import access
from cpd_app.app import SECURITY_HEADERS, create_app
from tests.architecture.places import PACKAGE, TEMPLATES, called, calls, first_text, name, written

#: names that browsers or the framework fix
FIXED = {"/sw.js", "/manifest.webmanifest", "/api/v1/openapi.json"}
#: a capital keeps the QR of a room small: it has a mode for capitals and digits
FIXED |= {"/C/<string:code>", "/V/<path:number>"}
#: the names of a program and of a file at a place that RFC 8615 fixes
FIXED |= {"/verify/check_certificate.py", "/.well-known/cpd-keys.json"}
#: where the world looks for them (RFC 8615)
FIXED |= {"/.well-known/cpd-journal-heads.txt"}


def test_every_route_declares_its_reach(shape: Flask):
    reach = {e: access.reach_of(shape, e) for e in shape.view_functions}
    undeclared = {e for e, r in reach.items() if r is None} - access.FRAMEWORK_ENDPOINTS

    assert not undeclared
    named = {"public", "signed_in", "staff_area", "audit_area", "at_the_door", None}
    assert set(reach.values()) <= named


def test_a_route_without_reach_keeps_the_app_from_starting():
    undeclared = Flask("undeclared")
    undeclared.config["SECRET_KEY"] = "x"
    undeclared.add_url_rule("/open", "open", lambda: "")

    with pytest.raises(RuntimeError, match="open"):
        access.init(undeclared)


def test_framework_endpoints_are_there_and_named_one_by_one(shape: Flask):
    assert set(shape.view_functions) >= access.FRAMEWORK_ENDPOINTS


def test_addresses_are_kebab_case_with_typed_parameters(shape: Flask):
    strange = []
    for rule in shape.url_map.iter_rules():
        if rule.rule in FIXED or rule.endpoint in {"static", "older_static"}:
            continue
        for part in rule.rule.strip("/").split("/"):
            word = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(\.(csv|xlsx|json|zip|svg|png|pdf))?", part)
            value = re.fullmatch(
                r"<(int|uuid|code|path|any\([^>]*\)|string(\([^>]*\))?):[a-z_]+>(\.(ics|txt))?",
                part,
            )
            if part and not word and not value:
                strange.append(rule.rule)

    assert not strange


def test_pages_know_only_what_forms_can_send(shape: Flask):
    pages = [r for r in shape.url_map.iter_rules() if not r.rule.startswith("/api/")]

    assert {m for r in pages for m in r.methods or ()} <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_every_address_that_pages_and_code_name_exists(shape: Flask):
    remark = re.compile(r"{#.*?#}", re.DOTALL)
    in_template = re.compile(r"url_for\(\s*['\"]([^'\"]+)['\"]")
    named = [
        (name(path), endpoint)
        for path in written(TEMPLATES, "html", "txt")
        for endpoint in in_template.findall(remark.sub("", path.read_text("utf-8")))
    ]
    named += [
        (name(path), endpoint)
        for path in written(PACKAGE, "py")
        for call in calls(path)
        if called(call) == "url_for" and (endpoint := first_text(call)) is not None
    ]

    assert {place for place in named if place[1] not in shape.view_functions} == set()


def test_security_headers_are_exactly_these(shape: Flask):
    answer = shape.test_client().get("/healthz")

    assert {n: answer.headers.get(n) for n in SECURITY_HEADERS} == {
        "Content-Security-Policy": (
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
            "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_https_addresses_demand_https_from_then_on(shape: Flask):
    secure = dataclasses.replace(shape.config["CPD"], base_url="https://cpd.example.org")
    answer = create_app(secure).test_client().get("/healthz")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in shape.test_client().get("/healthz").headers
