"""跨学会重复 at the desk of a society and of the federation."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from cpd_app.models import CrossMatch, MatchAnswer
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.things import a_match

As = Callable[[Someone], Browser]


@pytest.fixture
def match(store: Store, member: Someone, at: Callable[[str], datetime]) -> CrossMatch:
    at("2026-11-20 10:00")
    return a_match(store, member)


def test_a_society_finds_its_side_and_answers(
    as_: As, store: Store, match: CrossMatch, auditor: Someone, member: Someone
):
    assert member.registration
    browser = as_(auditor)
    assert "跨学会重复 1" in browser.get("audits.index").text
    listed = browser.get("matches.index")
    assert member.registration.number in listed.text
    assert "等本学会答复" in listed.text
    assert "本学会的一边" in browser.get("matches.show", match_id=match.id).text

    empty = browser.post(
        "matches.answer", {"answer": "same", "version": 1}, match_id=match.id, status=422
    )
    assert empty.all(".error-summary, .field__error")
    said = {"answer": "same", "words": "名单上两人都在", "version": 1}
    browser.post("matches.answer", said, match_id=match.id)

    assert store.all(select(MatchAnswer.answer)) == ["same"]
    assert "已答复，等对方" in browser.get("matches.index").text


def test_the_federation_sees_both_numbers_and_settles(
    as_: As, store: Store, match: CrossMatch, federation: Someone, member: Someone
):
    assert member.registration
    browser = as_(federation)
    page = browser.get("matches.show", match_id=match.id)
    assert member.registration.number in page.text
    assert member.person.name not in page.text

    said = {"answer": "different", "words": "署名页不同", "version": 1}
    browser.post("matches.answer", said, match_id=match.id)

    assert store.get(CrossMatch, match.id).outcome == "different"
    assert "不是同一项" in browser.get("matches.index").text
    late = browser.post("matches.answer", said, match_id=match.id, status=422)
    assert "这一处已经核实了结" in late.text
