"""What a version would change for members, counted by the worker; nothing is kept but the count."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import Credit, Job, Society
from cpd_app.usecases import rules, rules_trial
from tests.support.people import Someone
from tests.support.recorded import a_draft, logged, published, run_jobs
from tests.support.store import Store

Do = Callable[..., Any]
ONLINE_20 = {"kinds": {"online": {"year_cap": 20}, "self_study": {"year_cap": 8}}}


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def year_met(do: Do, member: Someone, now: datetime) -> None:
    """50 hours in the running year: 40 of online courses, 10 of an examination."""
    for day in (2, 3, 4, 5):
        logged(do, member, "online", date(2026, 4, day), now=now, minutes=450)
    logged(do, member, "exam", date(2026, 5, 6), now=now)


def tried(app: Flask, do: Do, registrar: Someone, body: dict[str, Any], now: datetime) -> Any:
    version = a_draft(do, registrar, body, now=now)
    society_id = registrar.society.id if registrar.society else 0
    do(rules_trial.order_trial, registrar.actor, society_id, version.id, now=now)
    run_jobs(app)
    return version, do(rules_trial.trial_of, registrar.actor, society_id, version.id)


@pytest.mark.usefixtures("year_met", "other_member")
def test_it_counts_who_changes_and_names_who_would_fall_short(
    app: Flask, do: Do, registrar: Someone, member: Someone, now: datetime
):
    _version, trial = tried(app, do, registrar, ONLINE_20, now)

    counts = {name: trial.result[name] for name in ("members", "changed", "more", "fewer")}
    assert counts == {"members": 2, "changed": 1, "more": 0, "fewer": 1}
    assert (trial.result["losing"], trial.result["gaining"]) == (1, 0)
    assert trial.result["histogram"] == {"-10": 1}
    (loser,) = trial.losers
    assert (loser.name, loser.year, loser.before, loser.after, loser.because) == (
        member.person.name, 4, 5000, 3000, "online",
    )  # fmt: skip


@pytest.mark.usefixtures("year_met")
def test_nothing_is_changed_by_trying(
    app: Flask, do: Do, store: Store, registrar: Someone, now: datetime
):
    before = [(c.id, c.recognised, c.rule_version_id) for c in store.all(select(Credit))]
    tried(app, do, registrar, ONLINE_20, now)

    after = [(c.id, c.recognised, c.rule_version_id) for c in store.all(select(Credit))]
    assert after == before


def test_looser_rules_let_a_year_be_met(
    app: Flask, do: Do, registrar: Someone, member: Someone, now: datetime
):
    for day in (2, 3, 4, 5):
        logged(do, member, "online", date(2026, 4, day), now=now, minutes=450)
    for day in (2, 3, 4, 5):
        logged(do, member, "self_study", date(2026, 5, day), now=now, minutes=450)
    loose = {"kinds": {"self_study": {"year_cap": 10.5}}}
    _version, trial = tried(app, do, registrar, loose, now)

    assert (trial.result["more"], trial.result["gaining"], trial.losers) == (1, 1, ())
    assert trial.result["histogram"] == {"6": 1}


@pytest.mark.usefixtures("year_met")
def test_one_member_is_worked_in_both_versions(
    app: Flask, do: Do, registrar: Someone, member: Someone, society: Society, now: datetime
):
    version, _trial = tried(app, do, registrar, ONLINE_20, now)
    assert member.registration
    worked = do(
        rules_trial.worked_member, registrar.actor, society.id, version.id,
        member.registration.id, 4, today=now.date(),
    )  # fmt: skip

    assert (worked.year.before, worked.year.after, worked.year.required) == (5000, 3000, 5000)
    (online,) = worked.kinds
    assert (online.kind, online.records) == ("online", 4)
    assert (online.before.conversion, online.before.counted) == (4000, 4000)
    assert (online.after.conversion, online.after.counted) == (4000, 2000)


@pytest.mark.usefixtures("year_met")
def test_a_record_that_the_draft_does_not_take_would_give_nothing(
    app: Flask, do: Do, registrar: Someone, now: datetime
):
    _version, trial = tried(app, do, registrar, {"kinds": {"exam": {"enabled": False}}}, now)

    assert [(x.before, x.after, x.because) for x in trial.losers] == [(5000, 4000, "exam")]


def test_a_trial_under_way_is_not_ordered_again_and_a_changed_draft_is_told(
    app: Flask, do: Do, registrar: Someone, society: Society, store: Store, now: datetime
):
    version = a_draft(do, registrar, ONLINE_20, now=now)
    for _time in range(2):
        do(rules_trial.order_trial, registrar.actor, society.id, version.id, now=now)
    assert store.count(Job) == 1
    run_jobs(app)
    do(rules.change_body, registrar.actor, version.id, body={}, now=now)

    trial = do(rules_trial.trial_of, registrar.actor, society.id, version.id)
    assert (trial.state, trial.outdated) == ("done", True)
    do(rules_trial.order_trial, registrar.actor, society.id, version.id, now=now)
    assert store.count(Job) == 2


def test_a_draft_with_faults_is_not_tried(
    do: Do, registrar: Someone, society: Society, now: datetime
):
    version = a_draft(do, registrar, {"kinds": {"online": {"year_cap": -1}}}, now=now)

    with pytest.raises(Rejected, match="rule_set_invalid"):
        do(rules_trial.order_trial, registrar.actor, society.id, version.id, now=now)


def test_only_registrars_try_and_only_their_own_society(
    do: Do,
    registrar: Someone,
    auditor: Someone,
    stranger: Someone,
    member: Someone,
    society: Society,
    now: datetime,
):
    version = published(do, registrar, ONLINE_20, now=now)

    with pytest.raises(NotAllowed):
        do(rules_trial.order_trial, auditor.actor, society.id, version.id, now=now)
    for act in (rules_trial.trial_of, rules_trial.order_trial):
        extra = {"now": now} if act is rules_trial.order_trial else {}
        with pytest.raises(NotFound):
            do(act, stranger.actor, society.id, version.id, **extra)
    assert member.registration
    with pytest.raises(NotFound):
        do(
            rules_trial.worked_member, stranger.actor, stranger.society.id if stranger.society
            else 0, version.id, member.registration.id, 4, today=now.date(),
        )  # fmt: skip
