"""Kept standings say what readiness says; they are made by few statements and show their age."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from cpd_app.models import LastStanding, Registration, Society
from cpd_app.usecases import activities, activity_changes, overview, progress, standings
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.statements import counted
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
TRAINING = NewActivity("training", "继电保护培训", None, date(2026, 4, 6), {"minutes": 450})


def log(do: Do, member: Someone, day: date = TRAINING.ended_on) -> Any:
    new = replace(TRAINING, ended_on=day)
    return do(activities.log_activity, member.actor, new, now=NOW, today=TODAY).activity


def registration_of(someone: Someone) -> Registration:
    assert someone.registration is not None
    return someone.registration


def kept(store: Store, member: Someone) -> LastStanding:
    return store.get(LastStanding, registration_of(member).id)


def catch_up(do: Do, society: Society, on: date = TODAY) -> standings.CaughtUp:
    found: standings.CaughtUp = do(standings.catch_up, society.id, on=on)
    return found


def test_what_is_kept_is_what_readiness_says(
    do: Do, store: Store, society: Society, member: Someone, other_member: Someone
):
    for number in range(6):
        log(do, member, TRAINING.ended_on + timedelta(days=number))
    catch_up(do, society)

    for someone in (member, other_member):
        answer = do(
            progress.readiness_of, someone.actor, registration_of(someone).id, on=TODAY
        ).readiness
        row = kept(store, someone)
        assert row.ready is answer.ready
        assert row.verdict == standings.worst_of(answer) == "short"
        assert row.first_check == answer.to_do[0].code
    assert kept(store, member).missing == 15_000, "three past years; the running one is met"
    assert kept(store, other_member).missing == 20_000


def test_it_shows_its_age_after_a_record_a_day_or_evidence(
    do: Do, store: Store, society: Society, member: Someone
):
    record = log(do, member)
    catch_up(do, society)
    assert catch_up(do, society).judged == 0

    log(do, member, date(2026, 5, 5))
    assert catch_up(do, society).judged == 1, "a record"
    kept_record = do(activities.own_activity, member.actor, record.id)
    do(activity_changes.note_change, member.actor, kept_record, "evidence_added", {}, now=NOW)
    assert catch_up(do, society).judged == 1, "evidence"
    assert catch_up(do, society, TODAY + timedelta(days=1)).judged == 1, "a day"
    assert kept(store, member).on_day == TODAY + timedelta(days=1)


def test_statements_do_not_grow_with_members(
    do: Do, engine: Engine, store: Store, society: Society, member: Someone
):
    log(do, member)
    with counted(engine) as for_one:
        catch_up(do, society)
    for number in range(30):
        person = builders.a_person(store, name=f"会员{number}")
        builders.a_registration(store, person, society)

    with counted(engine) as for_thirty:
        assert catch_up(do, society, TODAY + timedelta(days=1)).judged == 31

    assert len(for_thirty) <= len(for_one) + 1


def test_another_societys_registrations_are_left_alone(
    do: Do, store: Store, society: Society, member: Someone, stranger: Someone
):
    catch_up(do, society)

    assert list(store.all(select(LastStanding.registration_id))) == [registration_of(member).id]
    assert do(standings.societies_to_catch_up, on=TODAY) == [registration_of(stranger).society_id]


def test_the_overview_takes_the_same_few_statements_for_many(
    do: Do, engine: Engine, store: Store, society: Society, auditor: Someone
):
    for number in range(30):
        person = builders.a_person(store, name=f"会员{number}")
        term = {"starts_on": date(2022, 3, 1), "ends_on": date(2027, 3, 1)}
        builders.a_registration(store, person, society, term=term)
    catch_up(do, society)

    with counted(engine) as seen:
        found = do(overview.overview_of, auditor.actor, society.id, on=TODAY)

    assert (found.due_soon, found.ready_soon, found.members) == (30, 0, 30)
    assert len([s for s in seen if s.startswith("SELECT")]) <= 6


def test_on_a_new_day_the_records_are_not_read_again(
    do: Do, store: Store, society: Society, member: Someone
):
    log(do, member)
    catch_up(do, society)
    before = kept(store, member).sums

    with counted(store.engine) as statements:
        catch_up(do, society, TODAY + timedelta(days=1))

    assert not [s for s in statements if "FROM activities" in s]
    assert kept(store, member).sums == before
    answer = do(
        progress.readiness_of,
        member.actor,
        registration_of(member).id,
        on=TODAY + timedelta(days=1),
    ).readiness
    assert kept(store, member).missing == sum(
        y.missing for y in answer.years if y.verdict == "short" or y.running
    )


def test_they_are_read_again_when_the_society_calls_something_else_audit_proof(
    do: Do, store: Store, society: Society, member: Someone
):
    log(do, member)
    catch_up(do, society)
    with store.session() as session:
        session.get_one(Society, society.id).settings = {"audit_proof": {"letters": ["F"]}}

    with counted(store.engine) as statements:
        catch_up(do, society, TODAY + timedelta(days=1))

    assert [s for s in statements if "FROM activities" in s]
    sums = kept(store, member).sums
    assert sums
    assert sums["setting"][0] == "F"
    assert sums["years"][0][3] == sums["years"][0][1] > 0
