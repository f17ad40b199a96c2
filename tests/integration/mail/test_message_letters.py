"""Letters as people get them: every kind and variant beside a golden file, in both languages.

A text that was changed on purpose: `CPD_TEST_GOLDEN=write .venv/bin/pytest
tests/integration/mail/test_message_letters.py` writes the files, and their difference is reviewed.
"""

import dataclasses
import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from cpd_app.config import Settings
from cpd_app.domain.messages import MessageKind
from cpd_app.message_words import path, text, title
from cpd_app.texts.messages import SENTENCES
from cpd_app.usecases.parcels import Parcel
from scheduler.message_letters import message_letter
from tests.support.told import NOW, SAMPLES, a_parcel, data_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden/messages"
VARIANTS = [(kind, variant) for kind, variants in SAMPLES.items() for variant in variants]
SEVERAL = (
    (MessageKind.CHECKED_IN, ""),
    (MessageKind.RETURNED, ""),
    (MessageKind.REGISTERED, "confirmed"),
)
LETTERS: dict[str, tuple[tuple[MessageKind, str], ...]] = {
    **{"_".join(filter(None, one)): (one,) for one in VARIANTS},
    "several": SEVERAL,
}
HEADERS = ("From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Language")

Write = Callable[[Parcel], EmailMessage]


@pytest.fixture
def write(app: Flask) -> Write:
    settings: Settings = dataclasses.replace(
        app.config["CPD"], base_url="https://cpd.demo.test", mail_from="示范服务 <cpd@demo.test>"
    )

    def written(parcel: Parcel) -> EmailMessage:
        with app.app_context():
            return message_letter(parcel, settings, now=NOW)

    return written


def body(letter: EmailMessage, form: str) -> str:
    part = letter.get_body((form,))
    assert part is not None
    return str(part.get_content())


def compare(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("CPD_TEST_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("name", LETTERS)
def test_the_letter_is_the_golden_one(write: Write, name: str, locale: str) -> None:
    letter = write(a_parcel(LETTERS[name], locale))
    headers = "".join(f"{header}: {letter[header]}\n" for header in HEADERS)

    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    compare(f"{name}.{locale}.txt", f"{headers}\n{body(letter, 'plain')}")
    compare(f"{name}.{locale}.html", body(letter, "html"))


def test_every_variant_that_has_words_has_golden_files() -> None:
    spoken = {
        code.removeprefix("message_").removesuffix("_title")
        for code in SENTENCES
        if code.endswith("_title")
    }
    files = {file.name for file in GOLDEN.iterdir()}

    assert set(LETTERS) - {"several"} == spoken
    assert {kind for kind, _variant in VARIANTS} == set(MessageKind)
    assert files == {
        f"{n}.{lang}.{form}" for n in LETTERS for lang in ("zh", "en") for form in ("txt", "html")
    }


@pytest.mark.parametrize(("kind", "variant"), VARIANTS)
def test_its_page_exists(app: Flask, kind: MessageKind, variant: str) -> None:
    address = path(kind, data_of(kind, variant)).partition("?")[0]
    with app.test_request_context():
        endpoint, _values = app.url_map.bind("").match(address)
    assert endpoint


def test_what_must_reach_comes_first_and_the_subject_counts(write: Write) -> None:
    letter = write(a_parcel(SEVERAL, "zh"))

    assert letter["Subject"] == "3 条消息：再注册申请需要补正 等"
    assert (
        re.findall(r"^\d\. (.+)$", body(letter, "plain"), re.MULTILINE)[0] == "再注册申请需要补正"
    )


def test_what_people_type_is_no_markup_and_breaks_no_header(write: Write) -> None:
    told = data_of(MessageKind.CORRECTED, "") | {"title": "安全\r\nBcc: x@y.z <b>与</b> 100%"}
    one = a_parcel([(MessageKind.CORRECTED, "")], "zh", name="<i>高</i>")
    message = dataclasses.replace(one.messages[0], data=told)
    letter = write(dataclasses.replace(one, messages=(message,)))

    assert letter["Bcc"] is None
    assert "<b>" not in body(letter, "html")
    assert "<i>" not in body(letter, "html")
    assert "&lt;i&gt;高" in body(letter, "html")
    assert "100%" in body(letter, "plain")


def test_a_letter_loads_nothing_and_leads_only_here(write: Write) -> None:
    html = body(write(a_parcel(SEVERAL, "zh")), "html")

    assert not re.search(r"<(?:img|script|link|iframe)\b|url\(", html)
    assert set(re.findall(r'href="(https?://[^/"]+)', html)) == {"https://cpd.demo.test"}
    assert "https://cpd.demo.test/me/messages" in html


def test_a_letter_costs_little(write: Write) -> None:
    """Less than 2 ms here, measured; four times as much is a mistake and not a busy machine."""
    parcel = a_parcel([(MessageKind.DECIDED, "conditional")], "zh")
    write(parcel).as_bytes()
    spent = []
    for _ in range(30):
        began = time.process_time()
        write(parcel)
        spent.append(time.process_time() - began)

    assert timedelta(seconds=min(spent)) < timedelta(milliseconds=8)


@pytest.mark.parametrize(
    ("kind", "over", "said"),
    [
        (MessageKind.EXPIRY, {"months": 1}, "Your certificate expires in 1 month"),
        (MessageKind.EXPIRY, {"months": 3}, "Your certificate expires in 3 months"),
        (MessageKind.RETURN_DUE, {"work_days": 1}, "1 working day left to answer"),
        (MessageKind.ASSIGNED, {"count": 1}, "1 filing for you to read"),
    ],
)
def test_english_has_a_singular(
    app: Flask, kind: MessageKind, over: dict[str, int], said: str
) -> None:
    with app.app_context(), force_locale("en"):
        assert title(kind, {**data_of(kind, ""), **over}) == said


def test_what_somebody_typed_ends_with_one_full_stop(app: Flask) -> None:
    data = {**data_of(MessageKind.PLANNED, "sent_back"), "reason": "请补上讲者。"}
    with app.app_context(), force_locale("zh_Hans_CN"):
        said = text(MessageKind.PLANNED, data)
    assert said == "学会退回了活动计划：请补上讲者。请在活动页修改后再提交。"
