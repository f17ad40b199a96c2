"""Versions of rules: drafted by one, kept apart by society, published once, adopted, compared."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app import rulesets
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Credit, JournalEntry, RuleAdoption, RuleVersion, Society
from cpd_app.usecases import rules
from cpd_app.usecases.rules import KindChange
from cpd_app.usecases.rules_compared import compare_versions, members_by_kind
from cpd_app.usecases.rules_in_force import Rules
from tests.support.people import Someone
from tests.support.recorded import a_draft, logged, published
from tests.support.store import Store

Do = Callable[..., Any]
SELF_STUDY_8 = {"kinds": {"self_study": {"year_cap": 8}}}


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def baseline(store: Store) -> RuleVersion:
    return store.one(select(RuleVersion).where(RuleVersion.society_id.is_(None)))


def kept(store: Store, version: RuleVersion) -> RuleVersion:
    return store.get(RuleVersion, version.id)


def given(store: Store) -> list[tuple[int, int]]:
    """Recognised hours and rule version of every credit."""
    credits_ = store.all(select(Credit).order_by(Credit.id))
    return [(c.recognised, c.rule_version_id) for c in credits_]


def test_a_societys_draft_is_an_overlay_over_the_newest_baseline(
    do: Do, store: Store, registrar: Someone, baseline: RuleVersion, now: datetime
):
    version = a_draft(do, registrar, now=now)

    assert (version.number, version.state, version.baseline_id) == (1, "draft", baseline.id)
    assert version.body == {}
    assert do(rules.whole_body, version)["kinds"].keys() == baseline.body["kinds"].keys()
    assert store.one(select(JournalEntry.verb).where(JournalEntry.object_id == version.id)) == (
        "rules.drafted"
    )


def test_one_draft_at_a_time(do: Do, registrar: Someone, now: datetime):
    a_draft(do, registrar, now=now)

    with pytest.raises(Conflict, match="draft_exists"):
        a_draft(do, registrar, now=now)


def test_the_next_version_begins_from_the_last(do: Do, registrar: Someone, now: datetime):
    published(do, registrar, SELF_STUDY_8, now=now)

    second = a_draft(do, registrar, now=now)

    assert (second.number, second.body) == (2, SELF_STUDY_8)


@pytest.mark.parametrize("who", ["auditor", "organiser", "member"])
def test_others_do_not_draft(
    do: Do, request: pytest.FixtureRequest, who: str, society: Society, now: datetime
):
    someone: Someone = request.getfixturevalue(who)

    with pytest.raises((NotAllowed, NotFound)):
        do(
            rules.draft_version,
            someone.actor,
            society.id,
            title="x",
            in_force_on=date(2027, 1, 1),
            now=now,
        )


def test_the_federation_drafts_the_baseline_and_no_overlay(
    do: Do, federation: Someone, society: Society, now: datetime
):
    version = a_draft(do, federation, now=now)

    assert (version.society_id, version.number, version.baseline_id) == (None, 2, None)
    assert version.body == rulesets.default_rule_set().body
    with pytest.raises(NotFound):
        do(
            rules.draft_version,
            federation.actor,
            society.id,
            title="x",
            in_force_on=date(2027, 1, 1),
            now=now,
        )


def test_a_registrar_does_not_touch_the_baseline(
    do: Do, registrar: Someone, federation: Someone, now: datetime
):
    version = a_draft(do, federation, now=now)

    with pytest.raises(NotAllowed):
        do(rules.version_of, registrar.actor, version.id)
    with pytest.raises(NotAllowed):
        do(rules.publish_version, registrar.actor, version.id, now=now)


@pytest.mark.parametrize("state", ["draft", "published"])
def test_another_societys_version_is_not_there(
    do: Do, registrar: Someone, stranger: Someone, state: str, now: datetime
):
    make = a_draft if state == "draft" else published
    version = make(do, registrar, SELF_STUDY_8, now=now)

    with pytest.raises(NotFound):
        do(rules.version_of, stranger.actor, version.id)


def test_drafts_are_listed_for_those_who_may_change_them(
    do: Do, registrar: Someone, auditor: Someone, society: Society, now: datetime
):
    version = a_draft(do, registrar, now=now)

    def listed(someone: Someone) -> list[int]:
        return [v.id for v in do(rules.versions_of, someone.actor, society.id)]

    assert version.id in listed(registrar)
    assert version.id not in listed(auditor)


def test_figures_switches_and_evidence_become_the_smallest_overlay(
    do: Do, store: Store, registrar: Someone, now: datetime
):
    version = a_draft(do, registrar, now=now)
    changes = {
        "self_study": KindChange(values={("year_cap",): 8}),
        "online": KindChange(enabled=True, values={("year_cap",): 20}),
        "talk": KindChange(values={("item_cap",): None}),
        "award": KindChange(enabled=True),
        "inhouse": KindChange(evidence=("plan", "sign_in")),
        "exam": KindChange(enabled=True, evidence=("result",)),
    }
    do(rules.change_kinds, registrar.actor, version.id, changes, now=now)

    assert kept(store, version).body == {
        "kinds": {
            "online": {"year_cap": 20},
            "inhouse": {"evidence": ["plan", "sign_in"]},
            "talk": {"item_cap": None},
            "award": {"enabled": True},
            "self_study": {"year_cap": 8},
        }
    }


def test_one_cell_of_a_table_is_changed_and_the_others_stay(
    do: Do, store: Store, registrar: Someone, now: datetime
):
    version = a_draft(do, registrar, now=now)
    cell = ("amount", "1", "table", "hours", "industry", "1")
    change = {"standard": KindChange(values={cell: 32})}
    do(rules.change_kinds, registrar.actor, version.id, change, now=now)

    hours = do(rules.whole_body, kept(store, version))["kinds"]["standard"]["amount"][0]["table"]
    assert hours["hours"]["industry"] == {"1": 32, "2-5": 20, "6+": 10}
    assert hours["hours"]["national"] == {"1": 36, "2-5": 27, "6+": 14}


@pytest.mark.parametrize(
    ("kind", "path"), [("nothing", ("year_cap",)), ("exam", ("amount", "9", "fixed"))]
)
def test_a_figure_that_is_gone_is_refused(
    do: Do, registrar: Someone, kind: str, path: tuple[str, ...], now: datetime
):
    version = a_draft(do, registrar, now=now)

    with pytest.raises(Rejected, match="value_is_gone"):
        do(
            rules.change_kinds,
            registrar.actor,
            version.id,
            {kind: KindChange(values={path: 1})},
            now=now,
        )


def test_two_people_do_not_overwrite_each_other(
    do: Do, store: Store, registrar: Someone, now: datetime
):
    version = a_draft(do, registrar, now=now)
    seen = rules.state_of(version)
    do(
        rules.change_body, registrar.actor, version.id,
        body=SELF_STUDY_8, text="# 第八条\n", seen=seen, now=now,
    )  # fmt: skip

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(rules.change_body, registrar.actor, version.id, body={}, seen=seen, now=now)
    assert kept(store, version).text == "# 第八条\n"


def test_a_draft_with_faults_is_kept_and_not_published(
    do: Do, store: Store, registrar: Someone, now: datetime
):
    wrong = {"kinds": {"online": {"year_cap": "zwanzig"}, "talk": {"cap": 3}}}
    version = a_draft(do, registrar, wrong, now=now)

    paths = {p.path for p in do(rules.problems_in, kept(store, version))}
    assert paths == {("kinds", "online", "year_cap"), ("kinds", "talk", "cap")}
    with pytest.raises(Rejected, match="rule_set_invalid"):
        do(rules.publish_version, registrar.actor, version.id, now=now)
    assert kept(store, version).state == "draft"


def test_a_published_version_applies_from_its_day_and_is_never_edited(
    do: Do, registrar: Someone, society: Society, baseline: RuleVersion, now: datetime
):
    version = published(do, registrar, SELF_STUDY_8, now=now)

    days = (date(2026, 12, 31), date(2027, 1, 1))
    in_force = do(lambda: [Rules(society.id).on(day).version_id for day in days])
    assert in_force == [baseline.id, version.id]
    with pytest.raises(Conflict, match="published_already"):
        do(rules.change_body, registrar.actor, version.id, body={}, now=now)
    with pytest.raises(Conflict, match="published_already"):
        do(rules.discard_draft, registrar.actor, version.id, now=now)


def test_what_was_computed_before_stays_after_publishing(
    do: Do, store: Store, registrar: Someone, member: Someone, now: datetime
):
    for day in (6, 7, 8):
        logged(do, member, "self_study", date(2026, 5, day), now=now, minutes=450)
    before = given(store)
    published(do, registrar, SELF_STUDY_8, now=now, from_on=date(2026, 1, 1))

    assert sum(hours for hours, _version in before) == 500
    assert given(store) == before


def test_discarding_leaves_nothing_but_the_journal(
    do: Do, store: Store, registrar: Someone, now: datetime
):
    version = a_draft(do, registrar, now=now)
    do(rules.discard_draft, registrar.actor, version.id, now=now)

    assert store.count(RuleVersion, RuleVersion.id == version.id) == 0
    assert store.count(JournalEntry, JournalEntry.verb == "rules.draft_discarded") == 1


def test_the_society_adopts_the_baseline_with_number_and_date(
    do: Do, store: Store, registrar: Someone, society: Society, baseline: RuleVersion, now: datetime
):
    do(
        rules.adopt_version, registrar.actor, society.id, baseline.id,
        document_no=" 示电学〔2026〕3 号 ", adopted_on=date(2026, 11, 1), now=now,
    )  # fmt: skip

    adoption = store.one(select(RuleAdoption))
    assert (adoption.document_no, adoption.society_id) == ("示电学〔2026〕3 号", society.id)
    assert do(lambda: Rules(society.id).on(date(2026, 11, 2)).adopted) is True


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"document_no": " "}, "missing"),
        ({"document_no": "号" * 81}, "too_long"),
        ({"adopted_on": date(2027, 3, 1)}, "in_future"),
    ],
)
def test_an_adoption_without_its_document_is_refused(
    do: Do,
    registrar: Someone,
    society: Society,
    baseline: RuleVersion,
    change: dict[str, Any],
    code: str,
    now: datetime,
):
    document = {"document_no": "3 号", "adopted_on": date(2026, 11, 1), **change}

    with pytest.raises(Rejected, match=code):
        do(rules.adopt_version, registrar.actor, society.id, baseline.id, **document, now=now)


def test_a_draft_is_not_adopted_and_nothing_twice(
    do: Do, registrar: Someone, society: Society, baseline: RuleVersion, now: datetime
):
    version = a_draft(do, registrar, now=now)
    document = {"document_no": "3 号", "adopted_on": date(2026, 11, 1), "now": now}

    with pytest.raises(Rejected, match="not_published"):
        do(rules.adopt_version, registrar.actor, society.id, version.id, **document)
    do(rules.adopt_version, registrar.actor, society.id, baseline.id, **document)
    with pytest.raises(Conflict, match="adopted_already"):
        do(rules.adopt_version, registrar.actor, society.id, baseline.id, **document)


def test_a_version_takes_the_place_of_what_was_in_force_on_its_first_day(
    do: Do, registrar: Someone, baseline: RuleVersion, now: datetime
):
    first = published(do, registrar, SELF_STUDY_8, now=now, from_on=date(2026, 1, 1))
    second = a_draft(do, registrar, now=now, from_on=date(2027, 1, 1))

    def before(version: RuleVersion) -> int | None:
        found = do(lambda: rules.predecessor_of(rules.version_of(registrar.actor, version.id)))
        return found.id if found else None

    assert [before(v) for v in (second, first, baseline)] == [first.id, baseline.id, None]


def test_two_versions_are_compared_with_the_people_concerned(
    do: Do,
    registrar: Someone,
    member: Someone,
    society: Society,
    baseline: RuleVersion,
    now: datetime,
):
    logged(do, member, "self_study", date(2026, 5, 6), now=now, minutes=90)
    logged(do, member, "self_study", date(2026, 5, 7), now=now, minutes=90)
    logged(do, member, "exam", date(2025, 5, 7), now=now)
    version = a_draft(do, registrar, SELF_STUDY_8, now=now)

    compared = do(compare_versions, registrar.actor, baseline.id, version.id)
    people = do(members_by_kind, registrar.actor, society.id, today=now.date())

    assert [(d.kind, d.path, d.old, d.new, d.direction.value) for d in compared.differences] == [
        ("self_study", ("year_cap",), 5, 8, "looser")
    ]
    assert people == {"self_study": 1}


def test_a_stranger_counts_nobody_of_this_society(
    do: Do, stranger: Someone, society: Society, now: datetime
):
    with pytest.raises(NotFound):
        do(members_by_kind, stranger.actor, society.id, today=now.date())
