"""Records as their owner keeps them: logged once, corrected, withdrawn, told apart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import (
    Activity,
    ActivityChange,
    Credit,
    JournalEntry,
    RuleVersion,
)
from cpd_app.usecases import activities
from cpd_app.usecases.activity_input import ActivityState, NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
KEY = "0b5f3a52-58a4-4a3e-9d8f-4f2d8cf9a001"
TRAINING = NewActivity("training", "继电保护培训", None, date(2024, 5, 6), {"minutes": 120})
PAPER = NewActivity("paper", "论文", None, date(2024, 5, 6), {"tier": "core", "rank": 1})


@pytest.fixture
def log(do: Do, member: Someone) -> Callable[..., Activity]:
    def call(new: NewActivity, who: Someone = member, **options: Any) -> Activity:
        made: Activity = do(
            activities.log_activity, who.actor, new, now=NOW, today=TODAY, **options
        ).activity
        return made

    return call


def credit_of(store: Store, activity: Activity) -> Credit:
    return store.one(select(Credit).where(Credit.activity_id == activity.id))


def test_a_record_is_credited_in_the_year_of_its_finishing_day(
    store: Store, log: Do, member: Someone
):
    credit = credit_of(store, log(TRAINING))

    assert member.registration is not None
    assert (credit.registration_id, credit.year_index) == (member.registration.id, 2)
    assert (credit.conversion, credit.claimed, credit.recognised) == (250, 250, 250)
    assert credit.trace[-1]["hours"] == 250


def test_the_same_key_gives_the_first_record_back(store: Store, do: Do, member: Someone):
    new = replace(TRAINING, key=KEY)
    first = do(activities.log_activity, member.actor, new, now=NOW, today=TODAY)
    again = do(activities.log_activity, member.actor, new, now=NOW, today=TODAY)

    assert (first.created, again.created) == (True, False)
    assert first.activity.id == again.activity.id
    assert store.count(Activity) == 1


def test_a_key_cannot_stand_for_another_record(log: Do):
    log(replace(TRAINING, key=KEY))

    with pytest.raises(Conflict, match="key_reused"):
        log(replace(TRAINING, key=KEY, title="另一次"))


def test_two_members_may_happen_on_the_same_key(store: Store, log: Do, other_member: Someone):
    log(replace(TRAINING, key=KEY))
    log(replace(TRAINING, key=KEY), other_member)

    assert store.count(Activity) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "sleeping"}, "unknown_kind"),
        ({"fields": {"minutes": 500}}, "too_many_minutes"),
        ({"ended_on": date(2026, 6, 4)}, "not_finished_yet"),
        ({"title": "  "}, "missing_field"),
        ({"title": "长" * 201}, "too_long"),
        ({"competences": ("swimming",)}, "unknown_value"),
        ({"starts_at_time": time(9)}, "both_times"),
        ({"starts_at_time": time(9), "ends_at_time": time(9)}, "ends_before_start"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_keeps_nothing(
    store: Store, log: Do, change: dict[str, Any], code: str
):
    with pytest.raises(Rejected, match=code):
        log(replace(TRAINING, **change))

    assert store.count(Activity) == 0
    assert store.count(JournalEntry) == 0


def test_a_day_after_tomorrow_is_refused_but_tomorrow_is_another_zone_s_today(log: Do):
    assert log(replace(TRAINING, ended_on=date(2026, 6, 3))).id


def test_a_day_outside_every_term_is_kept_and_gives_nothing(store: Store, log: Do):
    credit = credit_of(store, log(replace(TRAINING, ended_on=date(2019, 5, 6))))

    assert (credit.term_id, credit.year_index, credit.conversion) == (None, None, 250)
    assert credit.recognised == 0
    assert credit.reasons[0]["code"] == "outside_term"


def test_a_person_without_a_registration_cannot_log(do: Do, registrar: Someone):
    with pytest.raises(Rejected, match="no_registration"):
        do(activities.log_activity, registrar.actor, TRAINING, now=NOW, today=TODAY)


def test_every_registration_whose_term_holds_the_day_has_its_own_credit(
    store: Store, log: Do, member: Someone, other_society: Any
):
    second = builders.a_registration(store, member.person, other_society)
    log(TRAINING)

    ids = {c.registration_id for c in store.all(select(Credit))}
    assert member.registration is not None
    assert ids == {member.registration.id, second.id}


def test_the_year_cap_goes_by_finishing_day_and_is_journalled_when_it_moves(store: Store, log: Do):
    later = log(replace(PAPER, ended_on=date(2024, 6, 1)))
    assert credit_of(store, later).recognised == 1600

    earlier = log(replace(PAPER, ended_on=date(2024, 3, 1)))

    assert credit_of(store, earlier).recognised == 1600
    assert credit_of(store, later).recognised == 900
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "credit.reallocated"))
    assert (entry.object_id, entry.data["before"], entry.data["after"]) == (later.id, 1600, 900)
    assert entry.data["cause"] == earlier.id


def test_a_withdrawn_record_gives_its_room_back(store: Store, do: Do, log: Do, member: Someone):
    first = log(replace(PAPER, ended_on=date(2024, 3, 1)))
    second = log(PAPER)
    assert credit_of(store, second).recognised == 900

    do(activities.withdraw_activity, member.actor, first.id, now=NOW)
    assert credit_of(store, first).recognised == 0
    assert credit_of(store, second).recognised == 1600

    do(activities.restore_activity, member.actor, first.id, now=NOW, today=TODAY)
    assert credit_of(store, second).recognised == 900


def test_the_same_achievement_counts_once_and_names_the_winner(store: Store, log: Do):
    small = log(replace(PAPER, fields={"tier": "journal", "rank": 1}, achievement_key="10.1/A b"))
    large = log(replace(PAPER, achievement_key="10.1/ａB"))

    assert credit_of(store, large).recognised == 1600
    loser = credit_of(store, small)
    assert (loser.recognised, loser.reasons[0]["winner"]) == (0, large.id)


def test_overlapping_hours_count_once_until_they_are_told_apart(
    store: Store, do: Do, log: Do, member: Someone
):
    timed = replace(TRAINING, starts_at_time=time(9), ends_at_time=time(11))
    log(timed)
    second = log(replace(timed, title="网络课", kind="online"))
    assert credit_of(store, second).reasons[0]["code"] == "same_activity"

    first_id = second.id - 1
    do(activities.tell_apart, member.actor, second.id, first_id, "上午分两段", now=NOW)
    assert credit_of(store, second).recognised == 250


def test_a_correction_keeps_the_record_number_and_is_written_down(
    store: Store, do: Do, log: Do, member: Someone
):
    record = log(TRAINING)
    new = replace(TRAINING, fields={"minutes": 90}, title="继电保护培训（更正）")
    do(
        activities.correct_activity,
        member.actor, record.id, new, version=1, now=NOW, today=TODAY,
    )  # fmt: skip

    assert credit_of(store, record).recognised == 200
    changes = store.all(select(ActivityChange).order_by(ActivityChange.id))
    assert [c.verb for c in changes] == ["logged", "corrected"]
    assert changes[1].changed["minutes"] == [120, 90]
    assert changes[1].by_id == member.id


def test_two_devices_never_overwrite_each_other(do: Do, log: Do, member: Someone):
    record = log(TRAINING)
    correct = (activities.correct_activity, member.actor, record.id)
    do(*correct, replace(TRAINING, title="甲"), version=1, now=NOW, today=TODAY)

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(*correct, replace(TRAINING, title="乙"), version=1, now=NOW, today=TODAY)


def test_a_correction_keeps_its_rule_version_unless_the_day_moves(
    store: Store, do: Do, log: Do, member: Someone
):
    record = log(TRAINING)
    old = credit_of(store, record).rule_version_id
    body = dict(store.get(RuleVersion, old).body)
    newer = RuleVersion(
        society_id=None, number=2, title="第 2 版", in_force_on=date(2024, 1, 1), state="published",
        baseline_id=None, body=body, created_at=NOW, published_at=NOW,
    )  # fmt: skip
    store.add(newer)
    correct = (activities.correct_activity, member.actor, record.id)

    do(*correct, replace(TRAINING, title="同一天"), version=1, now=NOW, today=TODAY)
    assert credit_of(store, record).rule_version_id == old

    moved = replace(TRAINING, ended_on=date(2024, 5, 7))
    do(*correct, moved, version=2, now=NOW, today=TODAY)
    assert credit_of(store, record).rule_version_id == newer.id


def test_checked_papers_are_those_of_the_record_that_was_checked(
    store: Store, do: Do, log: Do, member: Someone
):
    record = log(TRAINING)
    with store.session() as session:
        session.get_one(Credit, credit_of(store, record).id).checked_at = NOW
    correct = (activities.correct_activity, member.actor, record.id)

    do(*correct, replace(TRAINING, reflection="有收获"), version=1, now=NOW, today=TODAY)
    assert credit_of(store, record).checked_at == NOW

    do(*correct, replace(TRAINING, organiser="另一家"), version=2, now=NOW, today=TODAY)
    assert credit_of(store, record).checked_at is None


def test_a_draft_never_counts_until_it_is_completed(store: Store, do: Do, log: Do, member: Someone):
    draft = log(NewActivity("", "", None, TODAY), state=ActivityState.DRAFT)
    assert store.count(Credit) == 0

    do(
        activities.correct_activity,
        member.actor, draft.id, TRAINING, version=1, now=NOW, today=TODAY,
    )  # fmt: skip
    assert credit_of(store, draft).recognised == 250


def test_a_proposal_counts_after_the_member_accepts_it(
    store: Store, do: Do, log: Do, member: Someone
):
    proposal = log(TRAINING, state=ActivityState.PROPOSED)
    assert store.count(Credit) == 0

    do(activities.accept_activity, member.actor, proposal.id, now=NOW, today=TODAY)
    assert credit_of(store, proposal).recognised == 250


def test_a_record_may_be_left_out_of_a_registration_and_put_back(
    store: Store, do: Do, log: Do, member: Someone
):
    record = log(TRAINING)
    assert member.registration is not None
    call = (activities.leave_out, member.actor, record.id, member.registration.id)

    do(*call, left_out=True, now=NOW)
    assert credit_of(store, record).recognised == 0

    do(*call, left_out=False, now=NOW)
    assert credit_of(store, record).recognised == 250


def test_what_was_left_out_stays_out_after_a_correction(
    store: Store, do: Do, log: Do, member: Someone
):
    record = log(TRAINING)
    assert member.registration is not None
    leave_out = (activities.leave_out, member.actor, record.id, member.registration.id)
    do(*leave_out, left_out=True, now=NOW)

    longer = replace(TRAINING, fields={"minutes": 180})
    do(activities.correct_activity, member.actor, record.id, longer,
       version=None, now=NOW, today=TODAY)  # fmt: skip

    credit = credit_of(store, record)
    assert (credit.recognised, credit.conversion) == (0, 400)
    assert credit.reasons == [{"code": "left_out"}]


@pytest.mark.parametrize("state", [ActivityState.DRAFT, ActivityState.PROPOSED])
def test_a_draft_or_proposal_that_was_withdrawn_comes_back_as_it_was(
    store: Store, do: Do, log: Do, member: Someone, state: ActivityState
):
    record = log(TRAINING, state=state)
    do(activities.withdraw_activity, member.actor, record.id, now=NOW)
    do(activities.restore_activity, member.actor, record.id, now=NOW, today=TODAY)

    assert store.get(Activity, record.id).state == state
    assert store.count(Credit) == 0


def test_a_proposal_that_is_corrected_becomes_a_record_on_that_day(
    store: Store, do: Do, log: Do, member: Someone
):
    proposal = log(TRAINING, state=ActivityState.PROPOSED)
    later = date(2026, 6, 9)
    do(activities.correct_activity, member.actor, proposal.id, replace(TRAINING, title="核对过"),
       version=1, now=NOW, today=later)  # fmt: skip

    assert store.get(Activity, proposal.id).entered_on == later


def test_nobody_else_changes_a_record(
    do: Do, log: Do, other_member: Someone, auditor: Someone, stranger: Someone
):
    record = log(TRAINING)

    for someone, refusal in (
        (other_member, NotFound),
        (stranger, NotFound),
        (auditor, NotAllowed),
    ):
        with pytest.raises(refusal):
            do(activities.withdraw_activity, someone.actor, record.id, now=NOW)


def test_staff_read_a_record_only_through_a_credit_of_their_society(
    do: Do, log: Do, auditor: Someone, stranger: Someone, federation: Someone
):
    record = log(TRAINING)

    assert do(activities.readable_activity, auditor.actor, record.id).id == record.id
    for someone in (stranger, federation):
        with pytest.raises(NotFound):
            do(activities.readable_activity, someone.actor, record.id)
