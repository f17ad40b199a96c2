"""Records are computed again only when a registrar orders it, and every one is written down."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import Activity, ActivityChange, Credit, JournalEntry, RuleVersion, Society
from cpd_app.usecases import recalculation, rulings
from tests.support.people import Someone
from tests.support.recorded import logged, published, run_jobs
from tests.support.store import Store

Do = Callable[..., Any]
FROM = date(2026, 4, 1)
BODY = {"kinds": {"exam": {"amount": [{"fixed": 6}]}, "talk": {"enabled": False}}}


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def records(do: Do, member: Someone, now: datetime) -> dict[str, Activity]:
    """An examination before the day, one after it, a talk, and a record that was ruled on."""
    return {
        "early": logged(do, member, "exam", date(2026, 3, 20), now=now),
        "late": logged(do, member, "exam", date(2026, 5, 6), now=now),
        "talk": logged(do, member, "talk", date(2026, 5, 7), now=now, level="national"),
        "other": logged(do, member, "other", date(2026, 5, 8), now=now, hours_asked=4),
    }


@pytest.fixture
def version(
    do: Do, records: dict[str, Activity], store: Store, registrar: Someone, now: datetime
) -> RuleVersion:
    """A version in force from the day on, published after the records were computed."""
    ruled = store.one(select(Credit).where(Credit.activity_id == records["other"].id))
    do(
        rulings.decide_ruling, registrar.actor, ruled.id,
        hours=300, reason="两天", subject="裁判", now=now,
    )  # fmt: skip
    return published(do, registrar, BODY, now=now, from_on=FROM)


def order(app: Flask, do: Do, registrar: Someone, society: Society, now: datetime) -> None:
    do(recalculation.order_recalculation_trial, registrar.actor, society.id, FROM, now=now)
    run_jobs(app)
    do(recalculation.order_recalculation, registrar.actor, society.id, FROM, now=now)
    run_jobs(app)


def credit_of(store: Store, activity: Activity) -> Credit:
    return store.one(select(Credit).where(Credit.activity_id == activity.id))


def test_the_trial_says_what_would_change_and_changes_nothing(
    app: Flask,
    do: Do,
    store: Store,
    registrar: Someone,
    society: Society,
    version: RuleVersion,
    records: dict[str, Activity],
    now: datetime,
):
    extent = do(recalculation.extent_of, registrar.actor, society.id, FROM)
    do(recalculation.order_recalculation_trial, registrar.actor, society.id, FROM, now=now)
    run_jobs(app)
    trial = do(recalculation.recalculation_trial, registrar.actor, society.id, FROM)

    assert (extent.records, extent.of_records) == (3, 3)
    assert (trial.result["changed"], trial.result["fewer"]) == (1, 1)
    assert trial.result["histogram"] == {"-10": 1}, "4 of the examination, 8 of the talk"
    assert credit_of(store, records["late"]).rule_version_id != version.id


def test_records_from_the_day_on_are_computed_by_the_version_in_force(
    app: Flask,
    do: Do,
    store: Store,
    registrar: Someone,
    society: Society,
    version: RuleVersion,
    records: dict[str, Activity],
    now: datetime,
):
    order(app, do, registrar, society, now)

    early, late, talk, other = (credit_of(store, records[n]) for n in records)
    assert (early.conversion, early.recognised) == (1000, 1000)
    assert early.rule_version_id != version.id
    assert (late.conversion, late.recognised, late.rule_version_id) == (600, 600, version.id)
    assert (talk.conversion, talk.recognised) == (0, 0)
    assert talk.reasons[0]["code"] == "not_in_table"
    assert (other.ruled, other.conversion, other.recognised) == (300, 300, 300)
    run = do(recalculation.last_run, registrar.actor, society.id)
    assert (run.state, run.records, run.members) == ("done", 3, 1)


def test_each_record_is_journalled_and_its_member_can_read_it(
    app: Flask,
    do: Do,
    store: Store,
    registrar: Someone,
    society: Society,
    version: RuleVersion,
    records: dict[str, Activity],
    now: datetime,
):
    order(app, do, registrar, society, now)

    entries = store.all(select(JournalEntry).where(JournalEntry.verb == "credit.recalculated"))
    assert {e.object_id for e in entries} == {records[n].id for n in ("late", "talk", "other")}
    (late,) = [e for e in entries if e.object_id == records["late"].id]
    assert late.actor_id == registrar.id
    assert late.data["conversion"] == [1000, 600]
    assert late.data["rule_version"][1] == version.id
    change = store.one(
        select(ActivityChange).where(
            ActivityChange.activity_id == records["late"].id, ActivityChange.verb == "recalculated"
        )
    )
    assert change.changed == {"conversion": [1000, 600], "claimed": [1000, 600]}
    assert store.count(JournalEntry, JournalEntry.verb == "recalculation.ordered") == 1


@pytest.mark.usefixtures("version")
def test_a_second_order_finds_nothing_to_do(
    app: Flask, do: Do, registrar: Someone, society: Society, now: datetime
):
    order(app, do, registrar, society, now)

    assert do(recalculation.extent_of, registrar.actor, society.id, FROM).records == 0
    with pytest.raises(Rejected, match="nothing_to_recalculate"):
        do(recalculation.order_recalculation, registrar.actor, society.id, FROM, now=now)


@pytest.mark.usefixtures("version")
def test_it_is_tried_first(do: Do, registrar: Someone, society: Society, now: datetime):
    with pytest.raises(Rejected, match="not_tried_yet"):
        do(recalculation.order_recalculation, registrar.actor, society.id, FROM, now=now)


@pytest.mark.usefixtures("version")
def test_only_registrars_of_the_society_order_it(
    do: Do, auditor: Someone, stranger: Someone, society: Society, now: datetime
):
    with pytest.raises(NotAllowed):
        do(recalculation.extent_of, auditor.actor, society.id, FROM)
    with pytest.raises(NotFound):
        do(recalculation.order_recalculation_trial, stranger.actor, society.id, FROM, now=now)
