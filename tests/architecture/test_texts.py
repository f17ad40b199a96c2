"""Codes have sentences, and every text has its English."""

import re
from itertools import chain

import pytest

from cpd_app import texts
from cpd_app.texts import SENTENCES
from tests.architecture.places import PACKAGE, called, calls, first_text, name, written
from tools import messages

REFUSALS = {"Rejected", "NotFound", "NotAllowed", "Conflict", "NotSignedIn", "DomainError"}
PLACE = r"%\((\w+)\)[sd]"


def test_every_code_that_is_raised_has_a_sentence():
    silent = []
    for path in written(PACKAGE, "py"):
        for call in calls(path):
            code = first_text(call) if called(call) in REFUSALS else None
            if code is not None and code not in SENTENCES:
                silent.append(f"{name(path)}:{call.lineno}: {code}")

    assert not silent


def test_codes_are_snake_case():
    assert [c for c in SENTENCES if not re.fullmatch(r"[a-z][a-z0-9_]*", c)] == []


def test_no_code_has_two_sentences():
    """A dictionary would keep the last one silently."""
    parts = [
        module.SENTENCES
        for module in vars(texts).values()
        if getattr(module, "__name__", "").startswith("cpd_app.texts.")
        and hasattr(module, "SENTENCES")
    ]
    codes = list(chain.from_iterable(parts))

    assert sorted(codes) == sorted(SENTENCES)


@pytest.mark.parametrize("wrong", ["missing", "stale", "doubled", "empty"])
def test_english_texts_are_complete(findings: messages.Findings, wrong: str):
    assert getattr(findings, wrong) == {}


def test_english_texts_keep_the_places_for_values():
    lost = []
    for path, message in messages.english():
        chinese = message.id if isinstance(message.id, str) else message.id[-1]
        english = (
            message.string if isinstance(message.string, str) else (message.string or [""])[-1]
        )
        if set(re.findall(PLACE, chinese)) != set(re.findall(PLACE, english)):
            lost.append(f"{name(path)}:{message.lineno}: {english}")

    assert not lost


def test_english_texts_are_english():
    chinese = [
        f"{name(path)}:{message.lineno}"
        for path, message in messages.english()
        if re.search(r"[\u3000-\u303f\uff00-\uffef]", str(message.string))
    ]

    assert not chinese, "Chinese punctuation in an English text"


def test_no_text_shouts():
    shouting = [code for code, sentence in SENTENCES.items() if re.search(r"[!！]", sentence)]
    shouting += [text for text in messages.sources() if re.search(r"[!！]", text)]

    assert not shouting


@pytest.fixture(scope="module")
def findings() -> messages.Findings:
    return messages.compare()
