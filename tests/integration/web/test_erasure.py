"""依本人要求删除 at the desk: what goes, what stays and why."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import CallNote, Relief
from tests.support import reliefs
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[[str], datetime]
Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def today(at: At) -> None:
    """Year 4 of the builders' terms."""
    at("2026-11-20 10:00")


def test_the_registrar_sees_why_nothing_can_be_erased_yet(
    as_: As, registrar: Someone, auditor: Someone, member: Someone
):
    assert member.registration
    page = as_(registrar).get("members.erasure.erase", registration_id=member.registration.id)

    assert "现在没有可以删除的内容" in page.text
    as_(auditor).get("members.erasure.erase", registration_id=member.registration.id, status=403)


def test_the_registrar_reads_which_words_go_and_which_stay(
    as_: As, do: Do, store: Store, registrar: Someone, member: Someone, at: At
):
    assert member.registration
    relief = reliefs.refused(do, store, member, registrar, now=at("2025-10-01 10:00"))
    store.add(
        CallNote(society_id=relief.society_id, registration_id=member.registration.id,
                 outcome="reached", words="下周再打", at=at("2025-10-02 10:00"),
                 by_id=registrar.id)
    )  # fmt: skip
    at("2026-10-02 18:00")
    where = {"registration_id": member.registration.id}

    page = as_(registrar).get("members.erasure.erase", **where)

    assert "减免申请的情况说明" in page.text
    assert "删除 1 条" in page.text
    as_(registrar).post("members.erasure.erase", {"reason": "本人书面提出"}, **where)
    assert store.one(select(Relief.words)) == ""
    assert "现在没有可以删除的内容" in as_(registrar).get("members.erasure.erase", **where).text
