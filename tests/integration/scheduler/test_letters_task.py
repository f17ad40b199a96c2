"""The worker writes an ordered letter in its reader's language and sends it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import Job, OneTimeCode, Person
from cpd_app.usecases import activation, contacts, letters
from scheduler import runner
from scheduler.tasks import TASKS
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
HERE = "192.0.2.1"


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


def test_the_letter_leads_to_the_page_with_its_code(
    app: Flask,
    do: Do,
    member: Someone,
    now: datetime,
    store: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:
    do(letters.order_reset, str(member.person.email), address=HERE, now=now)
    runner.work(app, store.one(select(Job.id)), TASKS)

    said = capsys.readouterr().out
    assert f"To: {member.person.email}" in said
    assert "Subject: 设置新密码的代码" in said
    assert "2026年10月23日 09:00" in said
    found = re.search(r"http://127\.0\.0\.1:8000/activate\?code=(\S+)", said)
    assert found
    assert do(activation.open_code, found[1], address=HERE, now=now).refusal == ""
    assert store.one(select(Job.state)) == "done"


def test_a_new_address_is_written_to_in_english(
    app: Flask,
    do: Do,
    member: Someone,
    now: datetime,
    store: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"
    do(contacts.order_email_change, member.actor, "new@example.org", now=now)
    runner.work(app, store.one(select(Job.id)), TASKS)

    said = capsys.readouterr().out
    assert "To: new@example.org" in said
    assert "Subject: Your code to confirm a new e-mail address" in said
    assert "/me/contact-code?code=" in said
    assert "23 Oct 2026 09:00" in said


def test_when_mail_fails_it_is_tried_again_with_a_new_code(
    app: Flask,
    do: Do,
    member: Someone,
    now: datetime,
    store: Store,
    capsys: pytest.CaptureFixture[str],
    at: Callable[[str], datetime],
) -> None:
    settings = app.config["CPD"]
    do(letters.order_reset, str(member.person.email), address=HERE, now=now)
    job_id = store.one(select(Job.id))
    app.config["CPD"] = replace(settings, mail_url="smtp://127.0.0.1:1")

    runner.work(app, job_id, TASKS)
    assert (store.get(Job, job_id).state, store.count(OneTimeCode)) == ("due", 1)

    at("2026-10-22 09:30")
    app.config["CPD"] = settings
    runner.work(app, job_id, TASKS)

    assert store.get(Job, job_id).state == "done"
    codes = store.all(select(OneTimeCode).order_by(OneTimeCode.id))
    assert [c.revoked_at is None for c in codes] == [False, True]
    assert "/activate?code=" in capsys.readouterr().out


def test_a_letter_to_nobody_is_done_without_a_word(
    app: Flask,
    do: Do,
    member: Someone,
    now: datetime,
    store: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:
    do(letters.order_reset, str(member.person.email), address=HERE, now=now)
    with store.session() as session:
        session.get_one(Person, member.id).email = None
    runner.work(app, store.one(select(Job.id)), TASKS)

    assert store.one(select(Job.state)) == "done"
    assert "Subject" not in capsys.readouterr().out
